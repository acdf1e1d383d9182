import { DEFAULT_TIER_TABLE, type TierRow, type TierTable } from '../../domain/tier-table.ts'
import type { Tier } from '../../domain/words.ts'
import type { Database, Prisma } from '../../prisma/db.ts'

/** The product's own table with parts of some tiers changed. */
export function tiersWith(parts: Record<Tier, Partial<TierRow>>): TierTable {
  return { tiers: DEFAULT_TIER_TABLE.tiers.map((row) => ({ ...row, ...parts[row.code] })) }
}

/** Puts a table in force as the next version. */
export async function useTiers(db: Database, { tiers }: TierTable): Promise<void> {
  const { _max } = await db.prisma.tierTable.aggregate({ _max: { version: true } })
  await db.prisma.tierTable.create({
    data: {
      version: (_max.version ?? 1) + 1,
      tiers: tiers as unknown as Prisma.InputJsonValue,
      createdBy: 'head',
      createdAt: new Date(0),
    },
  })
}
