import type { Db } from '../../prisma/db.ts'
import { holdRules } from './apply-tag-rules.ts'

// whoever brings members, or rows of theirs, applies tag rules in the end: they are held by the same statement

/** Any number of ours; advisory locks are one space for the whole database. */
const MEMBERS = 7_300_001

/**
 * Holds that no member comes or goes until the transaction ends. An order and its member may arrive at the same
 * time in two transactions that don't see each other: without this, the order would wait for ever. Many hold it
 * at once.
 */
export async function lockMembersShared(tx: Db): Promise<void> {
  await tx.$executeRaw`select 1 from pg_advisory_xact_lock_shared(${MEMBERS}::bigint), ${holdRules}`
}

/** Held by what brings members: alone, until the transaction ends. Taken before any row is locked. */
export async function lockMembers(tx: Db): Promise<void> {
  await tx.$executeRaw`select 1 from pg_advisory_xact_lock(${MEMBERS}::bigint), ${holdRules}`
}
