import type { WordsNames } from '../../../bot/words/suggest-words.ts'
import type { BusinessDay } from '../../../domain/business-day.ts'
import { addressOf } from '../../../domain/names.ts'
import { heldTier } from '../../../domain/tier.ts'
import { tierName, type TierTable } from '../../../domain/tier-table.ts'
import type { TaskRow } from './task-row.ts'

/** What words may say of a customer and a guide, with a task or without one. */
export type NamedRow = Pick<
  TaskRow,
  | 'customerId'
  | 'name'
  | 'wecomName'
  | 'gender'
  | 'spend365Fen'
  | 'orders365'
  | 'purchaseDays365'
  | 'referrals'
  | 'lastPurchaseDay'
  | 'tier'
  | 'mainCategory'
  | 'storeName'
> & {
  /** null: nobody has a live relation */
  assigneeName: string | null
}

/** Who writes to whom, in the customer's language: the chain's, whatever the reader's screen shows. */
export function namesOf(row: NamedRow, tiers: TierTable, today: BusinessDay): WordsNames {
  return {
    customerName: addressOf(row),
    guideName: row.assigneeName ?? '',
    storeName: row.storeName,
    tierName: tierName(tiers, heldTier(tiers, row.tier, row, today).tier, 'zh-CN'),
    mainCategory: row.mainCategory,
  }
}
