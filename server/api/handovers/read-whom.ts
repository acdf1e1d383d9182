import type { Giver } from '../../../bot/handovers/handover.ts'
import type { HandoverStrategy } from '../../../domain/handover.ts'
import { Prisma } from '../../../prisma/db.ts'
import { badField } from '../../bad-field.ts'
import type { AppDeps } from '../../deps.ts'
import { rows } from '../../rows.ts'
import { scope } from '../../scope.ts'
import type { SignedIn } from '../../session.ts'
import type { HandoverWhom } from './schema.ts'

/** Whose customers and to whom, found within the scope of who asks. */
export interface Whom {
  from: Giver & { name: string }
  strategy: HandoverStrategy
  toId: bigint | null
}

interface Found {
  id: string
  userid: string
  name: string
  storeNo: string | null
  active: boolean
}

/** @throws BAD_INPUT naming the field and what to send */
export async function readWhom(deps: AppDeps, user: SignedIn, given: HandoverWhom): Promise<Whom> {
  const { to, strategy } = given
  if (to === undefined && strategy === undefined)
    throw badField('to', '请选接手的同事，或选一种分配方式。 Send “to” or “strategy”.')
  if (to !== undefined && strategy !== undefined)
    throw badField('strategy', '选了同事就不用再选分配方式。 Send “to” or “strategy”, not both.')
  const giver = await findPerson(deps, user, given.from)
  if (!giver)
    throw badField('from', `没有员工 ${given.from}，请重新选择。 No such employee of yours.`)
  const from = { ...giver, id: BigInt(giver.id) }
  if (to === undefined) return { from, strategy: strategy ?? 'even', toId: null }
  const taker = await findPerson(deps, user, to)
  if (!taker?.active)
    throw badField('to', `没有在岗的同事 ${to}，请重新选择。 No such employee of yours at work.`)
  if (taker.id === giver.id)
    throw badField('to', '不能交接给本人，请选另一位同事。 Choose somebody else.')
  return { from, strategy: 'to', toId: BigInt(taker.id) }
}

async function findPerson(
  deps: AppDeps,
  user: SignedIn,
  userid: string,
): Promise<Found | undefined> {
  const [found] = await rows<Found>(
    deps.db,
    Prisma.sql`select e.id::text as id, e.userid, e.name, e.store_no as "storeNo", e.active
      from employee e where e.userid_key = lower(${userid}) and ${scope.employees(user)}`,
  )
  return found
}
