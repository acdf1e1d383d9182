import { newRelation, type Transfer, type Unassigned } from '../core/state.ts'
import {
  isCustomerRelation,
  memberOf,
  nowMs,
  nowSeconds,
  relationOf,
  visibleMemberOf,
  type World,
} from '../core/world.ts'
import { ApiError, missing, userNotFound } from './api-error.ts'
import { post, type ApiCall, type Endpoint } from './endpoint.ts'
import { integerOf, needText, pageOf, textOf, textsOf } from './params.ts'

const DAY_MS = 86_400_000
const WINDOW_DAYS = 90
const IN_WINDOW = 2

/** transfer_customer: per customer 0 = asked, done after 24 h unless refused (wecom-protocol 3.9). */
function transfer(world: World, { body }: ApiCall): object {
  const { handover, takeover } = bothMembers(world, body)
  const message = textOf(body, 'transfer_success_msg', { chars: 200 }) ?? ''
  const isTheirs = (externalUserid: string) =>
    isCustomerRelation(relationOf(world, handover, externalUserid))
  return askFor(world, body, { handover, takeover, message, isTheirs })
}

/** resigned/transfer_customer: of a member who left, whose customers wait (wecom-protocol 3.9); 40097 while they are there. */
function transferOfLeaver(world: World, { body }: ApiCall): object {
  const { handover, takeover } = leaverAndTaker(world, body)
  const isTheirs = (externalUserid: string) =>
    unassigned(world).some(
      (entry) => entry.handover === handover && entry.externalUserid === externalUserid,
    )
  return askFor(world, body, { handover, takeover, message: '', isTheirs })
}

interface Asking {
  handover: string
  takeover: string
  message: string
  isTheirs: (externalUserid: string) => boolean
}

function askFor(world: World, body: ApiCall['body'], asking: Asking): object {
  const { handover, takeover, message } = asking
  const ids = textsOf(body, 'external_userid', 100)
  if (ids.length === 0) throw missing('external_userid')
  const customer = ids.map((externalUserid) => {
    const errcode = refusal(world, asking, externalUserid)
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
    if (!visibleMemberOf(world, userid)) throw userNotFound(userid)
  return { handover: handover.toLowerCase(), takeover: takeover.toLowerCase() }
}

function leaverAndTaker(
  world: World,
  body: ApiCall['body'],
): { handover: string; takeover: string } {
  const handover = needText(body, 'handover_userid')
  const takeover = needText(body, 'takeover_userid')
  if (memberOf(world, handover)) throw new ApiError(40097, 'handover user not dimission')
  if (!visibleMemberOf(world, takeover)) throw userNotFound(takeover)
  return { handover: handover.toLowerCase(), takeover: takeover.toLowerCase() }
}

function unassigned(world: World): Unassigned[] {
  return (world.state.unassigned ??= [])
}

/** Of whom nobody takes care since their guide left, a page at a time. */
function unassignedList(world: World, { body }: ApiCall): object {
  const size = integerOf(body, 'page_size', 1, 1000) ?? 1000
  const key = (entry: Unassigned) => `${entry.handover}|${entry.externalUserid}`
  const page = pageOf(unassigned(world), key, textOf(body, 'cursor'), size)
  return {
    info: page.items.map((entry) => ({
      handover_userid: entry.handover,
      external_userid: entry.externalUserid,
      dimission_time: Math.floor(entry.leftAt / 1000),
    })),
    is_last: page.nextCursor === '',
    next_cursor: page.nextCursor,
  }
}

/** The member leaves the company: WeCom knows the userid no more, and their customers wait for a taker. */
export function leaveCompany(world: World, userid: string): void {
  const key = userid.toLowerCase()
  const theirs = Object.values(world.state.relations[key] ?? {}).filter(isCustomerRelation)
  for (const { externalUserid } of theirs)
    unassigned(world).push({ handover: key, externalUserid, leftAt: nowMs(world) })
  delete world.state.members[key]
  delete world.state.relations[key]
  world.touched(key)
}

/** 40130 to oneself, 40096 nobody, 40131 not theirs, 40100 under way, 40128 twice in 90 days already. */
function refusal(world: World, asking: Asking, externalUserid: string): number {
  if (asking.handover === asking.takeover) return 40130
  if (!Object.hasOwn(world.state.customers, externalUserid)) return 40096
  if (!asking.isTheirs(externalUserid)) return 40131
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
  return resultsBetween(world, body, bothMembers(world, body))
}

function resultsBetween(
  world: World,
  body: ApiCall['body'],
  { handover, takeover }: { handover: string; takeover: string },
): object {
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
  world.state.unassigned = unassigned(world).filter(
    (waiting) => waiting.handover !== handover || waiting.externalUserid !== externalUserid,
  )
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
  'externalcontact/get_unassigned_list': post(unassignedList),
  'externalcontact/resigned/transfer_customer': post(transferOfLeaver),
  'externalcontact/resigned/transfer_result': post((world, { body }) =>
    resultsBetween(world, body, leaverAndTaker(world, body)),
  ),
}
