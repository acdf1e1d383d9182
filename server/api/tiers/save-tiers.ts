import { loadTiers } from '../../../bot/rules/load-tiers.ts'
import { lintTiers } from '../../../domain/lint-tiers.ts'
import type { TierTable } from '../../../domain/tier-table.ts'
import type { Lang } from '../../../domain/words.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { TiersChanged } from '../../errors.ts'
import type { SignedIn } from '../../session.ts'
import type { TiersChange } from './schema.ts'

/** @throws BAD_INPUT naming the first place of a table that can't be used, and what to write there */
export function refuseUnusable(table: TierTable, lang: Lang): void {
  const wrong = lintTiers(table).find(({ severity }) => severity === 'error')
  if (wrong) throw badField(wrong.path, wrong.message[lang])
}

/**
 * Saves a tier table as the next version, with who did it; nothing is written where nothing changes. Screens go by it at
 * once, everybody's tier from the next night on.
 *
 * @throws TIERS_CHANGED when another version was saved since the one that was edited
 * @throws BAD_INPUT naming the place that can't be used
 */
export async function saveTiers(
  deps: AppDeps,
  user: SignedIn,
  { version, tiers }: TiersChange,
  lang: Lang,
): Promise<void> {
  await deps.db.prisma.$transaction(async (tx) => {
    await tx.$executeRaw(
      Prisma.sql`select pg_advisory_xact_lock(hashtextextended('tier_table', 0))`,
    )
    const current = await loadTiers(tx)
    if (version !== current.version) throw new TiersChanged()
    refuseUnusable({ tiers }, lang)
    const [same] = await tx.$queryRaw<{ same: boolean }[]>(Prisma.sql`
      select ${JSON.stringify(tiers)}::jsonb = ${JSON.stringify(current.table.tiers)}::jsonb as same`)
    if (same?.same) return
    const at = deps.clock.now()
    const next = version + 1
    // JSON as it came in
    const kept = tiers as unknown as Prisma.InputJsonArray
    await tx.tierTable.create({
      data: { version: next, tiers: kept, createdBy: user.userid, createdAt: at },
    })
    await tx.auditLog.create({
      data: {
        at,
        actor: user.userid,
        action: 'tiers.save',
        subject: String(next),
        detail: { before: current.table.tiers as unknown as Prisma.InputJsonArray, after: kept },
      },
    })
  })
}
