import { isoInZone, type BusinessDay } from '../../domain/business-day.ts'
import type { HoldReason, RuleKind } from '../../domain/words.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import { renderReason } from '../rules/registry.ts'

/** A task the scan made, as `npm run scan -- --json` prints it. */
export interface ScanCreated {
  kind: RuleKind
  memberNo: string | null
  guideUserid: string
  reason: string
  facts: object
  /** ISO 8601 with the business time zone's offset */
  dueAt: string
}

/** A candidate that waits. */
export interface ScanHeldBack {
  kind: RuleKind
  memberNo: string | null
  why: HoldReason
  until: BusinessDay | null
}

/** What a scan did. */
export interface ScanResult {
  date: BusinessDay
  /** empty unless `collect` */
  created: ScanCreated[]
  heldBack: ScanHeldBack[]
  /** candidates that were tasks already */
  existing: number
  counts: { created: number; heldBack: number; byKind: Record<string, number> }
}

/** Lists what a scan decided, most pressing first by guide. To be called in the scan's transaction. */
export async function listDecisions(
  tx: Db,
  day: BusinessDay,
  zone: string,
): Promise<{ created: ScanCreated[]; heldBack: ScanHeldBack[] }> {
  const made = await tx.$queryRaw<
    (Omit<ScanCreated, 'reason' | 'dueAt'> & { dueAt: Date })[]
  >(Prisma.sql`
    select d.kind, c.member_no as "memberNo", e.userid as "guideUserid", d.facts, d.due_at as "dueAt"
    from scan_decision d
    join customer c on c.id = d.customer_id
    join employee e on e.id = d.assignee_id
    where d.why is null
    order by e.userid_key, d.urgent desc, d.priority desc, d.customer_id`)
  const heldBack = await tx.$queryRaw<ScanHeldBack[]>(Prisma.sql`
    select d.kind, c.member_no as "memberNo", d.why, d.until::text as until
    from scan_decision d join customer c on c.id = d.customer_id
    where d.why is not null
    order by d.why, d.until, d.kind, d.customer_id`)
  const created = made.map(({ kind, memberNo, guideUserid, facts, dueAt }) => {
    const reason = renderReason(kind, facts, 'zh-CN', day)
    return { kind, memberNo, guideUserid, reason, facts, dueAt: isoInZone(dueAt, zone) }
  })
  return { created, heldBack }
}
