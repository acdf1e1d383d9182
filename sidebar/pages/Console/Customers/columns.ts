import type { CustomerLine } from '../../../../server/api/customer-list/schema.ts'
import { percent, yuan } from '../../../format/money.ts'
import type { CustomersWords } from './customers-words.ts'

export type ColumnName = keyof CustomersWords['names']

interface Column {
  name: ColumnName
  /** figures stand to the right */
  figure?: boolean
  /** shown until somebody chooses */
  usual: boolean
  text: (line: CustomerLine, words: CustomersWords, stages: Record<string, string>) => string | null
}

/** What a list can show of a customer beside the name, from left to right; the tier is a chip of its own. */
export const COLUMNS: readonly Column[] = [
  { name: 'tier', usual: true, text: ({ tier }) => tier.name },
  {
    name: 'stage',
    usual: true,
    text: ({ stage }, _words, stages) => stage && (stages[stage] ?? null),
  },
  { name: 'store', usual: true, text: ({ storeName }) => storeName },
  { name: 'guide', usual: true, text: ({ guideName }) => guideName },
  { name: 'lastPurchase', usual: true, figure: true, text: ({ lastPurchase }) => lastPurchase },
  { name: 'orders', usual: true, figure: true, text: ({ orders365 }) => String(orders365) },
  { name: 'spend', usual: true, figure: true, text: ({ spend365Fen }) => yuan(spend365Fen) },
  { name: 'rfm', usual: true, text: ({ rfm }) => rfm?.eight ?? null },
  { name: 'five', usual: false, text: ({ rfm }) => rfm?.five ?? null },
  {
    name: 'rhythm',
    usual: false,
    figure: true,
    text: ({ cycleDays }, words) => (cycleDays === null ? null : words.days(Math.round(cycleDays))),
  },
  {
    name: 'pAlive',
    usual: false,
    figure: true,
    text: ({ pAlive }) => (pAlive === null ? null : percent(pAlive)),
  },
  { name: 'points', usual: false, figure: true, text: ({ points }) => String(points) },
  { name: 'joined', usual: false, figure: true, text: ({ joinedOn }) => joinedOn },
]

const KEY = 'console-customer-columns'

/** Which columns the person chose in this browser; the usual ones where they never did. */
export function readColumns(store: Pick<Storage, 'getItem'>): ColumnName[] {
  const usual = COLUMNS.filter((column) => column.usual).map(({ name }) => name)
  try {
    const kept: unknown = JSON.parse(store.getItem(KEY) ?? 'null')
    if (!Array.isArray(kept)) return usual
    return COLUMNS.map(({ name }) => name).filter((name) => kept.includes(name))
  } catch {
    return usual
  }
}

export function keepColumns(store: Pick<Storage, 'setItem'>, chosen: readonly ColumnName[]): void {
  try {
    store.setItem(KEY, JSON.stringify(chosen))
  } catch {
    // a browser that keeps nothing shows the usual ones next time
  }
}
