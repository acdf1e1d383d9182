import { Compile } from 'typebox/compile'
import { DEFAULT_TIER_TABLE, type TierTable } from '../../domain/tier-table.ts'
import { keptPlan, Prisma, type Db } from '../../prisma/db.ts'
import { TierRows } from './tier-schema.ts'

/** The tier table that holds, and which version of it; 1 is the product's own. */
export interface TiersInForce {
  version: number
  table: TierTable
}

/** A row of table tier_table, as `newestTiers` reads it. */
export interface StoredTiers {
  version: number
  tiers: unknown
}

/** The newest tier table in an expression: `{ version, tiers }` as JSON, null for a chain that keeps the product's own. */
export const newestTiers = Prisma.sql`(
  select json_build_object('version', version, 'tiers', tiers) from tier_table order by version desc limit 1)`

/** @throws RangeError naming the number that can't be used: the row was written by hand */
export async function loadTiers(db: Db): Promise<TiersInForce> {
  const [row] = await db.$queryRaw<{ stored: StoredTiers | null }[]>(
    Prisma.sql`${keptPlan()} select ${newestTiers} as stored`,
  )
  return readTiers(row?.stored ?? null)
}

// compiled: every profile reads one
const shape = Compile(TierRows)

/**
 * The tier table of a stored row, or the product's own where there is none.
 *
 * @throws RangeError naming the number that can't be used: the row was written by hand
 */
export function readTiers(stored: StoredTiers | null): TiersInForce {
  if (!stored) return { version: 1, table: DEFAULT_TIER_TABLE }
  const { version, tiers } = stored
  if (shape.Check(tiers)) return { version, table: { tiers } }
  const [first] = shape.Errors(tiers)
  throw new RangeError(
    `tier table ${version}: tiers${first?.instancePath ?? ''} ${first?.message ?? "can't be used"}; correct the newest row of table tier_table`,
  )
}
