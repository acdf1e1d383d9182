import type { TimelineEntry } from '../../../../server/api/customers/schema.ts'
import { yuan } from '../../../format/money.ts'
import { dayOf } from '../../../time/day.ts'
import { dayPhrase, type Reading } from '../../../time/phrases.ts'
import type { CustomerWords } from './customer-words.ts'

interface Item {
  name: string
  quantity: number
  amountFen: number
}

/** An order of the timeline as a page shows it, with its lines. Unknown states are shown as they came. */
export function orderLine(entry: TimelineEntry, reading: Reading, words: CustomerWords['orders']) {
  const { orderNo, refundedFen, items } = entry.detail
  const states: Record<string, string | undefined> = words.states
  const refunded = typeof refundedFen === 'number' ? refundedFen : 0
  return {
    id: entry.id,
    where: [dayPhrase(dayOf(new Date(entry.at), reading.zone), reading), entry.text]
      .filter(Boolean)
      .join(' · '),
    amount: entry.amountFen === null ? '' : yuan(entry.amountFen),
    about: [
      states[entry.what] ?? entry.what,
      refunded > 0 && words.refunded(yuan(refunded)),
      entry.by && words.helper(entry.by),
      typeof orderNo === 'string' && words.no(orderNo),
    ]
      .filter(Boolean)
      .join(' · '),
    items: (Array.isArray(items) ? items.filter(isItem) : []).map((item) => ({
      name: item.name,
      times: words.times(item.quantity),
      amount: yuan(item.amountFen),
    })),
  }
}

function isItem(value: unknown): value is Item {
  return (
    typeof value === 'object' &&
    value !== null &&
    'name' in value &&
    typeof value.name === 'string' &&
    'quantity' in value &&
    typeof value.quantity === 'number' &&
    'amountFen' in value &&
    typeof value.amountFen === 'number'
  )
}
