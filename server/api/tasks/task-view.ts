import { renderMark, renderReason } from '../../../bot/rules/registry.ts'
import { suggestWords } from '../../../bot/words/suggest-words.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import { heldTier } from '../../../domain/tier.ts'
import { tierName, type TierTable } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import { displayName } from '../customers/display-name.ts'
import type { TaskView } from './schema.ts'
import { namesOf } from './task-names.ts'
import type { TaskRow } from './task-row.ts'

/**
 * A task as people read it: reason and suggested words rendered from its facts.
 *
 * @param today so that the sentence says how far away its days are now, not on the day of the scan
 */
export function taskView(row: TaskRow, tiers: TierTable, lang: Lang, today: BusinessDay): TaskView {
  const names = namesOf(row, tiers, today)
  const { text, templateId, variant } = suggestWords(row, names, row.savedWords ?? [], today)
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    urgent: row.urgent,
    customer: {
      id: row.customerId,
      externalUserId: row.externalUserId,
      name: displayName(row, lang),
      avatar: row.avatar,
      tier: tierName(tiers, heldTier(tiers, row.tier, row, today).tier, lang),
    },
    assignee: { userid: row.assigneeUserid, name: row.assigneeName },
    assigneeRule: row.assigneeRule,
    reason: renderReason(row.kind, row.facts, lang, today),
    mark: renderMark(row.kind, row.facts, lang),
    rule: { kind: row.kind, version: row.ruleVersion },
    facts: row.facts,
    words: text,
    templateId,
    variant,
    dueAt: row.dueAt,
    diesAt: row.diesAt,
    snoozedUntil: row.snoozedUntil,
    closedAt: row.closedAt,
    closing: row.closing,
    closeReason: row.closeReason,
    outcome: row.outcome,
    note: row.note,
    createdAt: row.createdAt,
    touchedAt: row.touchedAt,
  }
}
