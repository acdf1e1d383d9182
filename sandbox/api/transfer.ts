import { newRelation, type Transfer } from '../core/state.ts'
import {
  isCustomerRelation,
  memberOf,
  nowMs,
  nowSeconds,
  relationOf,
  type World,
} from '../core/world.ts'
import { missing, userNotFound } from './api-error.ts'
import { post, type ApiCall, type Endpoint } from './endpoint.ts'
import { needText, pageOf, textOf, textsOf } from './params.ts'

const DAY_MS = 86_400_000
const WINDOW_DAYS = 90
const IN_WINDOW = 2

/** transfer_customer: per customer 0 = asked, done after 24 h unless refused (wecom-protocol 3.9). */
function transfer(world: World, { body }: ApiCall): object {
  const { handover, takeover } = bothMembers(world, body)
  const message = textOf(body, 'transfer_success_msg', { chars: 200 }) ?? ''
  const ids = textsOf(body, 'external_userid', 100)
  if (ids.length === 0) throw missing('external_userid')
  const customer = ids.map((externalUserid) => {
    const errcode = refusal(world, handover, takeover, externalUserid)
    if (errcode === 0) {
      const at = nowMs(world)
      const entry: Transfer = {
        handover,
        takeover,
        externalUserid,
        at,
        message,
        status: 2,
        doneAt: null,
      }
      world.state.transfers.push(entry)
    }
    return { external_userid: externalUserid, errcode }
  })
  world.touched()
  return { customer }
}

function bothMembers(world: World, body: ApiCall['body']): { handover: string; takeover: string } {
  const handover = needText(body, 'handover_userid')
  const takeover = needText(body, 'takeover_userid')
  for (const userid of [handover, takeover])
    if (!memberOf(world, userid)) throw userNotFound(userid)
  return { handover: handover.toLowerCase(), takeover: takeover.toLowerCase() }
}

/** 40130 to oneself, 40096 nobody, 40131 not theirs, 40100 under way, 40128 twice in 90 days already. */
function refusal(world: World, handover: string, takeover: string, externalUserid: string): number {
  if (handover === takeover) return 40130
  if (!Object.hasOwn(world.state.customers, externalUserid)) return 40096
  const relation = relationOf(world, handover, externalUserid)
  if (!isCustomerRelation(relation)) return 40131
  const open = world.state.transfers.some(
    (entry) => entry.externalUserid === externalUserid && entry.status === 2,
  )
  if (open) return 40100
  const since = nowMs(world) - WINDOW_DAYS * DAY_MS
  const recent = world.state.transfers.filter(
    (entry) => entry.externalUserid === externalUserid && entry.at > since,
  )
  return recent.length >= IN_WINDOW ? 40128 : 0
}

function transferResult(world: World, { body }: ApiCall): object {
  const { handover, takeover } = bothMembers(world, body)
  const between = world.state.transfers.filter(
    (entry) => entry.handover === handover && entry.takeover === takeover,
  )
  const latest = new Map(between.map((entry) => [entry.externalUserid, entry]))
  const key = (entry: Transfer) => entry.externalUserid
  const page = pageOf([...latest.values()], key, textOf(body, 'cursor'), 1000)
  return {
    customer: page.items.map((entry) => ({
      external_userid: entry.externalUserid,
      status: entry.status,
      takeover_time: entry.doneAt === null ? 0 : Math.floor(entry.doneAt / 1000),
    })),
    next_cursor: page.nextCursor,
  }
}

/** Completes the transfers whose 24 hours are over, with the callbacks they make. */
export function completeTransfers(world: World): void {
  const now = nowMs(world)
  for (const entry of world.state.transfers) {
    if (entry.status !== 2 || entry.at > now - DAY_MS) continue
    entry.status = 1
    entry.doneAt = now
    handOver(world, entry)
  }
}

function handOver(world: World, entry: Transfer): void {
  const { handover, takeover, externalUserid } = entry
  const given = relationOf(world, handover, externalUserid)
  const taken = relationOf(world, takeover, externalUserid)
  const event = { Event: 'change_external_contact', ExternalUserID: externalUserid }
  if (given) {
    given.relation = 'deleted_by_guide'
    given.tagIds = []
    world.emit({
      ...event,
      ChangeType: 'del_external_contact',
      UserID: given.userid,
      Source: 'DELETE_BY_TRANSFER',
    })
  }
  // somebody who was a contact of the taker already makes no add event
  if (!isCustomerRelation(taken)) {
    const userid = memberOf(world, takeover)?.userid ?? takeover
    const seed = { userid, externalUserid, createtime: nowSeconds(world), addWay: 202 }
    const ofTaker = (world.state.relations[takeover] ??= {})
    ofTaker[externalUserid] = newRelation(seed, nowMs(world))
    world.emit({ ...event, ChangeType: 'add_external_contact', UserID: userid })
  }
  world.touched(handover, takeover, externalUserid)
}

/** The customer declines: status 3 and a transfer_fail callback. False when nothing was asked. */
export function refuseTransfer(world: World, externalUserid: string): boolean {
  const entry = world.state.transfers.find(
    (open) => open.externalUserid === externalUserid && open.status === 2,
  )
  if (!entry) return false
  entry.status = 3
  world.emit({
    Event: 'change_external_contact',
    ChangeType: 'transfer_fail',
    FailReason: 'customer_refused',
    UserID: memberOf(world, entry.takeover)?.userid ?? entry.takeover,
    ExternalUserID: externalUserid,
  })
  world.touched()
  return true
}

export const transferEndpoints: Record<string, Endpoint> = {
  'externalcontact/transfer_customer': post(transfer),
  'externalcontact/transfer_result': post(transferResult),
}
