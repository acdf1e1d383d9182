import { renderMark, renderReason, renderWords } from '../../../bot/rules/registry.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import { addressOf } from '../../../domain/names.ts'
import { heldTier } from '../../../domain/tier.ts'
import { tierName, type TierTable } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import { displayName } from '../customers/display-name.ts'
import type { TaskView } from './schema.ts'
import type { TaskRow } from './task-row.ts'

/**
 * A task as people read it: reason and suggested words rendered from its facts.
 *
 * @param today so that the sentence says how far away its days are now, not on the day of the scan
 */
export function taskView(row: TaskRow, tiers: TierTable, lang: Lang, today: BusinessDay): TaskView {
  const names = {
    customerName: addressOf(row),
    guideName: row.assigneeName,
    storeName: row.storeName,
    tierName: tierName(tiers, heldTier(tiers, row.tier, row, today).tier, 'zh-CN'),
  }
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
    // the customer's language is the chain's, whatever the guide's screen shows
    words: renderWords(row.kind, row.facts, names, 'zh-CN'),
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
