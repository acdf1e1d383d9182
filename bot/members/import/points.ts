import {
  badMoment,
  given,
  integer,
  item,
  moment,
  oneOf,
  optional,
  same,
  text,
  toIso,
} from './fields.ts'
import { PROGRAMME_PREFIX } from '../points-programme.ts'
import type { ImportSlice } from './slice.ts'

const MOST_POINTS = 1_000_000_000
/** clocks differ, a time zone may be wrong: a day is let pass, more is a mistake */
const MOST_AHEAD_MS = 86_400_000

/** One line of a member's points ledger as the chain's systems send it. */
export const PointsEntry = item({
  entryNo: text(64, "the entry's number, a string"),
  memberNo: text(64, "the member's number, a string"),
  kind: oneOf(['earn', 'spend', 'expire', 'adjust']),
  points: integer('an integer of points', -MOST_POINTS, MOST_POINTS),
  occurredAt: moment(),
  expiresAt: optional(moment()),
  reason: optional(text(200, 'a reason')),
})

export const points: ImportSlice<typeof PointsEntry> = {
  schema: PointsEntry,
  keyField: 'entryNo',
  keyOf: (entry) => entry.entryNo,
  check: (entry, now) => {
    const bad = badMoment(entry, ['occurredAt', 'expiresAt'])
    if (bad) return bad
    if (entry.kind !== 'adjust' && entry.points < 0) {
      return {
        field: 'points',
        remedy: '0 or more: kind says the direction; only adjust may be negative',
      }
    }
    if (entry.entryNo.startsWith(PROGRAMME_PREFIX)) {
      return {
        field: 'entryNo',
        remedy: `a number that does not begin with "${PROGRAMME_PREFIX}": those are lines of our own points programme`,
      }
    }
    if (Date.parse(entry.occurredAt) > now.getTime() + MOST_AHEAD_MS) {
      return { field: 'occurredAt', remedy: 'a time that is not ahead of now' }
    }
    const gives = entry.kind === 'earn' || entry.kind === 'adjust'
    if (gives && entry.expiresAt && Date.parse(entry.expiresAt) < Date.parse(entry.occurredAt)) {
      return { field: 'expiresAt', remedy: 'a time that is not before occurredAt' }
    }
    return undefined
  },
  locksMembers: 'shared',
  table: {
    name: 'points_entry',
    key: 'entry_no',
    ofMember: true,
    columns: [
      { name: 'member_no', type: 'text' },
      { name: 'kind', type: 'points_kind' },
      { name: 'points', type: 'int' },
      { name: 'occurred_at', type: 'timestamptz(3)' },
      { name: 'expires_at', type: 'timestamptz(3)' },
      { name: 'reason', type: 'text' },
    ],
  },
  toRow: (entry) => ({
    entry_no: entry.entryNo,
    member_no: entry.memberNo,
    kind: entry.kind,
    points: entry.points,
    occurred_at: toIso(entry.occurredAt),
    ...given('expires_at', entry.expiresAt, toIso),
    ...given('reason', entry.reason, same),
  }),
}
