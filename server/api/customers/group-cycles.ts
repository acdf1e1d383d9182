import type { CycleSource } from '../../../domain/words.ts'
import { Prisma, type Database } from '../../../prisma/db.ts'
import { rows } from '../../rows.ts'

/** Whose rhythm stands in for a customer without their own. */
export type FindCycle = (customer: {
  cycleDays: number | null
  mainCategory: string | null
  lastStoreNo: string | null
}) => Promise<{ days: number; source: CycleSource } | null>

/** milliseconds for which medians are kept: scans count them */
const KEEP_MS = 5 * 60_000

interface Medians {
  category: Map<string, number>
  store: Map<string, number>
  chain: number | null
}

/**
 * Gives the rhythm of domain-rules 6: the customer's own, else the median of their category, store or chain. They are
 * read once in five minutes, by one caller, however many ask.
 */
export function createGroupCycles(db: Database): FindCycle {
  let kept: { at: number; medians: Promise<Medians> } | undefined

  const medians = (): Promise<Medians> => {
    const at = performance.now()
    if (!kept || at - kept.at > KEEP_MS) {
      const reading = readMedians(db)
      kept = { at, medians: reading }
      // a failed reading is not kept
      reading.catch(() => (kept = undefined))
    }
    return kept.medians
  }

  return async ({ cycleDays, mainCategory, lastStoreNo }) => {
    if (cycleDays !== null) return { days: cycleDays, source: 'own' }
    const { category, store, chain } = await medians()
    const ofCategory = mainCategory === null ? undefined : category.get(mainCategory)
    if (ofCategory !== undefined) return { days: ofCategory, source: 'category' }
    const ofStore = lastStoreNo === null ? undefined : store.get(lastStoreNo)
    if (ofStore !== undefined) return { days: ofStore, source: 'store' }
    return chain === null ? null : { days: chain, source: 'chain' }
  }
}

async function readMedians(db: Database): Promise<Medians> {
  const found = await rows<{ source: string; key: string; days: number }>(
    db,
    Prisma.sql`select source, key, days from group_cycle`,
  )
  const of = (source: string) =>
    new Map(found.flatMap((row) => (row.source === source ? [[row.key, row.days] as const] : [])))
  return { category: of('category'), store: of('store'), chain: of('chain').get('') ?? null }
}
