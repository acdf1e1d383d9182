import type { SeedCustomer } from '../options.ts'
import type { Member, Relation } from '../core/state.ts'
import { memberOf, relationOf, type World } from '../core/world.ts'
import { UiError } from './ui-error.ts'

/** A JSON body of the pages or of the control API. */
export type Body = Record<string, unknown>

export function bodyOf(value: unknown): Body {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new UiError(400, 'send a JSON object')
  // any object is a record of unknowns
  return value as Body
}

export function need(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || value === '') throw new UiError(400, `missing ${name}`)
  return value
}

export function optional(body: Body, name: string): string | undefined {
  const value = body[name]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw new UiError(400, `${name} wants a string`)
  return value
}

export function textList(body: Body, name: string): string[] {
  const value = body[name] ?? []
  if (!Array.isArray(value)) throw new UiError(400, `${name} wants a list`)
  return value.map(String)
}

export function needMember(world: World, userid: string): Member {
  const member = memberOf(world, userid)
  if (!member) throw new UiError(404, `没有这位成员：${userid}`)
  return member
}

export function needCustomerOf(world: World, externalUserid: string): SeedCustomer {
  const known = Object.hasOwn(world.state.customers, externalUserid)
  const customer = known ? world.state.customers[externalUserid] : undefined
  if (!customer) throw new UiError(404, `没有这位客户：${externalUserid}`)
  return customer
}

/** The two of a chat, whichever of them `as` is. */
export function needPair(
  world: World,
  as: string,
  other: string,
): { member: Member; customer: SeedCustomer; relation: Relation; byCustomer: boolean } {
  const byCustomer = memberOf(world, as) === undefined
  const member = needMember(world, byCustomer ? other : as)
  const customer = needCustomerOf(world, byCustomer ? as : other)
  const relation = relationOf(world, member.userid, customer.externalUserid)
  if (!relation) throw new UiError(404, '他们还不是好友')
  return { member, customer, relation, byCustomer }
}
