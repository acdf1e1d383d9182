import type { BusinessDay } from '../../domain/business-day.ts'
import {
  RULE_KINDS,
  TASK_KINDS,
  type Lang,
  type RuleKind,
  type TaskKind,
} from '../../domain/words.ts'
import { birthday } from './birthday.ts'
import { churnWarning } from './churn-warning.ts'
import { couponExpiring } from './coupon-expiring.ts'
import { festival } from './festival.ts'
import { firstPurchaseThanks } from './first-purchase-thanks.ts'
import { followUp } from './follow-up.ts'
import { newMember } from './new-member.ts'
import { pointsExpiring } from './points-expiring.ts'
import { repurchaseOverdue } from './repurchase-overdue.ts'
import { tierKeep } from './tier-keep.ts'
import { tierUp } from './tier-up.ts'
import type { Rule, Said } from './rule.ts'
import { vipCare } from './vip-care.ts'

const RULES: Record<RuleKind, Rule> = {
  birthday,
  coupon_expiring: couponExpiring,
  points_expiring: pointsExpiring,
  repurchase_overdue: repurchaseOverdue,
  new_member: newMember,
  first_purchase_thanks: firstPurchaseThanks,
  churn_warning: churnWarning,
  tier_up: tierUp,
  tier_keep: tierKeep,
  vip_care: vipCare,
  festival,
}

/** How each kind of task reads: a rule's, or a manager's assignment. */
const READS: Record<TaskKind, typeof followUp> = { ...RULES, follow_up: followUp }

/** The rule of a kind. */
export function ruleOf(kind: RuleKind): Rule {
  return RULES[kind]
}

/** Whether a stored or typed word is a kind of rule. */
export function isRuleKind(kind: string): kind is RuleKind {
  return RULE_KINDS.some((known) => known === kind)
}

function isTaskKind(kind: string): kind is TaskKind {
  return TASK_KINDS.some((known) => known === kind)
}

/** What a kind of task is called; an unknown kind keeps its code. */
export function kindLabel(kind: string, lang: Lang): string {
  return isTaskKind(kind) ? READS[kind].label[lang] : kind
}

/**
 * Why a customer is on the list: one sentence with the numbers that the rule compared.
 *
 * @param today when given, the sentence also says how far away its days are
 */
export function renderReason(
  kind: string,
  facts: unknown,
  lang: Lang,
  today?: BusinessDay,
): string {
  return isTaskKind(kind) ? READS[kind].reason(facts, lang, today) : kind
}

/** Which words fit a task, and what only its kind knows of their variables; null for facts that can't be read. */
export function wordsOf(
  kind: TaskKind,
  facts: unknown,
  lang: Lang,
  today?: BusinessDay,
): Said | null {
  return READS[kind].words(facts, lang, today)
}

/** What the guide may do about it, at most 30 characters. */
export function renderAdvice(kind: string, facts: unknown, lang: Lang): string {
  return isTaskKind(kind) ? READS[kind].advice(facts, lang) : ''
}

/** What makes a task stand out in a list, such as that it may be left; null: nothing. */
export function renderMark(kind: string, facts: unknown, lang: Lang): string | null {
  return isTaskKind(kind) ? READS[kind].mark(facts, lang) : null
}
