import type { CallRecord, EventFields, Log, SandboxCorp } from '../options.ts'
import type { Clock } from './clock.ts'
import type { Live } from './live.ts'
import type { Member, Relation, State } from './state.ts'
import type { SlidingWindows } from './sliding-window.ts'

/** What every part of the sandbox works on. `state` is replaced whole by a reset: read it each time. */
export interface World {
  state: State
  clock: Clock
  corp: SandboxCorp
  appUrl: URL
  log: Log
  live: Live
  calls: CallRecord[]
  windows: SlidingWindows
  /** queues a callback; WeCom's own common fields are filled in */
  emit: (fields: EventFields) => void
  /** something in `state` changed: it will be written, and the pages of `ids` hear it */
  touched: (...ids: string[]) => void
}

/** The member of that userid, whatever its case. */
export function memberOf(world: World, userid: string): Member | undefined {
  return Object.hasOwn(world.state.members, userid.toLowerCase())
    ? world.state.members[userid.toLowerCase()]
    : undefined
}

/** The same, if the app sees them: for an app, whoever is outside its visible range is not there. */
export function visibleMemberOf(world: World, userid: string): Member | undefined {
  const member = memberOf(world, userid)
  return member?.visible ? member : undefined
}

/** The pair, in whatever state it is; undefined when they never were contacts. */
export function relationOf(
  world: World,
  userid: string,
  externalUserid: string,
): Relation | undefined {
  const ofMember = relationsOf(world, userid)
  return Object.hasOwn(ofMember, externalUserid) ? ofMember[externalUserid] : undefined
}

/** A member's pairs by external_userid. */
export function relationsOf(world: World, userid: string): Record<string, Relation> {
  const key = userid.toLowerCase()
  return Object.hasOwn(world.state.relations, key) ? (world.state.relations[key] ?? {}) : {}
}

/** Is it a customer of the member for WeCom's APIs? Not while half-added, not once the member deleted them. */
export function isCustomerRelation(relation: Relation | undefined): relation is Relation {
  return relation?.relation === 'live' || relation?.relation === 'deleted_by_customer'
}

/** Unix ms and seconds of the present moment. */
export function nowMs(world: World): number {
  return world.clock.now().getTime()
}

export function nowSeconds(world: World): number {
  return Math.floor(nowMs(world) / 1000)
}
