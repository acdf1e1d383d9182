import { randomId } from '../core/ids.ts'
import { newRelation, type Relation } from '../core/state.ts'
import { nowMs, nowSeconds, relationOf, type World } from '../core/world.ts'
import { findTag } from '../api/customers.ts'
import {
  need,
  needCustomerOf,
  needMember,
  needPair,
  optional,
  textList,
  type Body,
} from './request.ts'
import { UiError } from './ui-error.ts'

const KEEP_CODES = 2000

function event(world: World, changeType: string, relation: Relation, more: object = {}): void {
  world.emit({
    Event: 'change_external_contact',
    ChangeType: changeType,
    UserID: relation.userid,
    ExternalUserID: relation.externalUserid,
    ...more,
  })
  world.touched(relation.userid.toLowerCase(), relation.externalUserid)
}

function giveWelcomeCode(world: World, relation: Relation): string {
  const code = randomId(43, 'WC')
  const { userid, externalUserid } = relation
  world.state.welcomeCodes.push({ code, userid, externalUserid, at: nowMs(world), used: false })
  world.state.welcomeCodes = world.state.welcomeCodes.slice(-KEEP_CODES)
  return code
}

/**
 * POST add: the customer adds the guide. Tags and remark start anew; `half` (免验证, not confirmed yet) makes
 * add_half_external_contact. A welcome code comes along, `welcome: false` leaves it out as when the console
 * has a welcome of its own.
 */
export function addRelation(world: World, body: Body): object {
  const member = needMember(world, need(body, 'userid'))
  const customer = needCustomerOf(world, need(body, 'externalUserid'))
  const old = relationOf(world, member.userid, customer.externalUserid)
  if (old?.relation === 'live') throw new UiError(409, '他们已经是好友了')
  const state = optional(body, 'state')
  const half = body['half'] === true
  const seed = {
    userid: member.userid,
    externalUserid: customer.externalUserid,
    createtime: nowSeconds(world),
    ...(state === undefined ? {} : { state }),
  }
  const kept = old?.relation === 'deleted_by_customer' ? old : undefined
  const relation = { ...newRelation(seed, nowMs(world)), ...(kept ? keptFields(kept) : {}) }
  if (half) relation.relation = 'half'
  const ofMember = (world.state.relations[member.userid.toLowerCase()] ??= {})
  ofMember[customer.externalUserid] = relation
  const welcome = body['welcome'] === false || customer.type === 2
  event(world, half ? 'add_half_external_contact' : 'add_external_contact', relation, {
    ...(state === undefined ? {} : { State: state }),
    ...(welcome ? {} : { WelcomeCode: giveWelcomeCode(world, relation) }),
  })
  return { externalUserid: customer.externalUserid, userid: member.userid }
}

/** the member never deleted the customer: what they wrote about them is still there */
function keptFields(relation: Relation): Partial<Relation> {
  const { remark, description, remarkMobiles, tagIds, createtime } = relation
  return { remark, description, remarkMobiles, tagIds, createtime }
}

/** POST new-customer: somebody new adds the guide. */
export function newCustomer(world: World, body: Body): object {
  const member = needMember(world, need(body, 'userid'))
  const externalUserid = optional(body, 'externalUserid') ?? randomId(30, 'wm')
  if (Object.hasOwn(world.state.customers, externalUserid))
    throw new UiError(409, '这位客户已经在了')
  const unionid = optional(body, 'unionid')
  world.state.customers[externalUserid] = {
    externalUserid,
    name: need(body, 'name'),
    gender: 0,
    type: 1,
    ...(unionid === undefined ? {} : { unionid }),
  }
  return addRelation(world, { ...body, userid: member.userid, externalUserid })
}

/** POST relation: one of the two deletes the other, or the guide confirms a half-added customer. */
export function changeRelation(world: World, body: Body): object {
  const { relation } = needPair(world, need(body, 'as'), need(body, 'with'))
  const action = need(body, 'action')
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined
  if (!change) throw new UiError(400, `action: ${Object.keys(CHANGES).join(', ')}`)
  change(world, relation)
  return { relation: relation.relation }
}

const CHANGES: Record<string, (world: World, relation: Relation) => void> = {
  delete_by_customer: (world, relation) => {
    if (relation.relation !== 'live' && relation.relation !== 'half') {
      throw new UiError(409, '客户已经删除了导购')
    }
    relation.relation = 'deleted_by_customer'
    event(world, 'del_follow_user', relation)
  },
  delete_by_guide: (world, relation) => {
    if (relation.relation === 'deleted_by_guide') throw new UiError(409, '导购已经删除了客户')
    relation.relation = 'deleted_by_guide'
    relation.tagIds = []
    event(world, 'del_external_contact', relation)
  },
  confirm: (world, relation) => {
    if (relation.relation !== 'half') throw new UiError(409, '没有等待通过的添加')
    relation.relation = 'live'
    const code = world.state.welcomeCodes.findLast(
      (entry) =>
        entry.userid === relation.userid && entry.externalUserid === relation.externalUserid,
    )
    // a welcome sent with the half-add's code leaves none for this event
    const welcomed = code?.used === true && code.at >= relation.since
    event(world, 'add_external_contact', relation, {
      ...(relation.channel ? { State: relation.channel } : {}),
      ...(welcomed ? {} : { WelcomeCode: giveWelcomeCode(world, relation) }),
    })
  },
}

/** POST tags: the member edits a customer's tags in the client → edit_external_contact, without a diff. */
export function editTags(world: World, body: Body): object {
  const { relation } = needPair(world, need(body, 'as'), need(body, 'with'))
  if (relation.relation === 'deleted_by_guide') throw new UiError(409, '已经不是客户')
  const add = textList(body, 'add')
  const remove = textList(body, 'remove')
  for (const id of [...add, ...remove]) {
    if (!findTag(world, id)) throw new UiError(404, `没有这个标签：${id}`)
  }
  relation.tagIds = [...new Set([...relation.tagIds, ...add])].filter((id) => !remove.includes(id))
  event(world, 'edit_external_contact', relation)
  return { tagIds: relation.tagIds }
}

/** POST remark: the member edits remark, description or phones in the client → edit_external_contact. */
export function editRemark(world: World, body: Body): object {
  const { relation } = needPair(world, need(body, 'as'), need(body, 'with'))
  if (typeof body['remark'] === 'string') relation.remark = body['remark'].slice(0, 20)
  if (typeof body['description'] === 'string') {
    relation.description = body['description'].slice(0, 150)
  }
  if (body['remarkMobiles'] !== undefined) relation.remarkMobiles = textList(body, 'remarkMobiles')
  event(world, 'edit_external_contact', relation)
  return {}
}
