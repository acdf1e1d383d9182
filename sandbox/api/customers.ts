import type { SeedCustomer } from '../options.ts'
import type { Relation, Tag, TagGroup } from '../core/state.ts'
import {
  isCustomerRelation,
  nowSeconds,
  relationOf,
  relationsOf,
  visibleMemberOf,
  type World,
} from '../core/world.ts'
import { ApiError, invalid, missing, userNotFound } from './api-error.ts'
import { get, post, type Endpoint } from './endpoint.ts'
import { integerOf, needText, pageOf, textOf, textsOf, type Fields } from './params.ts'

const DAY_S = 86_400

/** The customer, or 41035 / 40096. */
function needCustomer(world: World, externalUserid: string | undefined): SeedCustomer {
  if (!externalUserid) throw new ApiError(41035, 'missing external userid')
  const known = Object.hasOwn(world.state.customers, externalUserid)
  const customer = known ? world.state.customers[externalUserid] : undefined
  if (!customer) throw new ApiError(40096, 'invalid external userid')
  return customer
}

/** The member–customer pair as WeCom's APIs accept it, or 60111 (also outside the app's visible range) / 40096 / 84061. */
export function needRelation(world: World, userid: string, externalUserid: string): Relation {
  if (!visibleMemberOf(world, userid)) throw userNotFound(userid)
  needCustomer(world, externalUserid)
  const relation = relationOf(world, userid, externalUserid)
  if (!isCustomerRelation(relation)) throw new ApiError(84061, 'not external contact')
  return relation
}

/** A live tag of the library and its group. */
export function findTag(world: World, id: string): { tag: Tag; group: TagGroup } | undefined {
  for (const group of world.state.tagGroups) {
    const tag = group.tags.find((entry) => entry.id === id && !entry.deleted)
    if (tag && !group.deleted) return { tag, group }
  }
  return undefined
}

function externalContact(customer: SeedCustomer): object {
  const fromWechat = (customer.type ?? 1) === 1
  return {
    external_userid: customer.externalUserid,
    name: customer.name,
    avatar: customer.avatar ?? '',
    type: customer.type ?? 1,
    gender: customer.gender ?? 0,
    ...(fromWechat && customer.unionid ? { unionid: customer.unionid } : {}),
  }
}

function followFields(relation: Relation): object {
  return {
    userid: relation.userid,
    remark: relation.remark,
    description: relation.description,
    createtime: relation.createtime,
    remark_mobiles: relation.remarkMobiles,
    oper_userid: relation.userid,
    add_way: relation.addWay,
    ...(relation.channel ? { state: relation.channel } : {}),
  }
}

function followUser(world: World, relation: Relation): object {
  const tags = relation.tagIds.flatMap((id) => {
    const found = findTag(world, id)
    if (!found) return []
    return [{ group_name: found.group.name, tag_name: found.tag.name, tag_id: id, type: 1 }]
  })
  return { ...followFields(relation), tags }
}

function listOf(world: World, userid: string | undefined): object {
  if (!userid) throw missing('userid')
  if (!visibleMemberOf(world, userid)) throw userNotFound(userid)
  const ids = Object.values(relationsOf(world, userid))
    .filter(isCustomerRelation)
    .map((relation) => relation.externalUserid)
  if (ids.length === 0) throw new ApiError(84061, 'not external contact')
  return { external_userid: ids }
}

function detailsOf(world: World, externalUserid: string | undefined): object {
  const customer = needCustomer(world, externalUserid)
  const all = Object.keys(world.state.members)
    .map((userid) => relationOf(world, userid, customer.externalUserid))
    .filter(isCustomerRelation)
  if (all.length === 0) throw new ApiError(84061, 'not external contact')
  const followers = all.filter(({ userid }) => visibleMemberOf(world, userid))
  // nobody the app sees: as if they were another company's (wecom-protocol 2.2)
  if (followers.length === 0) throw new ApiError(40096, 'invalid external userid')
  return {
    external_contact: externalContact(customer),
    follow_user: followers.map((relation) => followUser(world, relation)),
  }
}

/** `follow_info` is one object with `tag_id[]` here, not `follow_user[]` with `tags[]` (wecom-protocol 3.4). */
function batchByUser(world: World, body: Fields): object {
  const userids = textsOf(body, 'userid_list', 100)
  if (userids.length === 0) throw missing('userid_list')
  const limit = integerOf(body, 'limit', 1, 100) ?? 50
  const relations = [...new Set(userids.map((userid) => userid.toLowerCase()))].flatMap(
    (userid) => {
      if (!visibleMemberOf(world, userid)) throw userNotFound(userid)
      return Object.values(relationsOf(world, userid)).filter(isCustomerRelation)
    },
  )
  const key = (relation: Relation) => `${relation.userid.toLowerCase()}|${relation.externalUserid}`
  const page = pageOf(relations, key, textOf(body, 'cursor'), limit)
  return {
    external_contact_list: page.items.map((relation) => ({
      external_contact: externalContact(needCustomer(world, relation.externalUserid)),
      follow_info: { ...followFields(relation), tag_id: [...relation.tagIds] },
    })),
    next_cursor: page.nextCursor,
  }
}

/** remark: a call by the app makes no callback (wecom-protocol 1.8). */
function changeRemark(world: World, body: Fields): object {
  const relation = needRelation(world, needText(body, 'userid'), needText(body, 'external_userid'))
  const given = ['remark', 'description', 'remark_company', 'remark_mobiles', 'remark_pic_mediaid']
  if (given.every((name) => body[name] === undefined)) throw missing('remark')
  const change = {
    ...pickText(body, 'remark', 20),
    ...pickText(body, 'description', 150),
  }
  textOf(body, 'remark_company', { chars: 20 })
  if (body['remark_pic_mediaid'] !== undefined) throw new ApiError(40007, 'invalid media_id')
  if (body['remark_mobiles'] !== undefined) {
    relation.remarkMobiles = textsOf(body, 'remark_mobiles', 5).filter((mobile) => mobile !== '')
  }
  Object.assign(relation, change)
  world.touched(relation.userid)
  return {}
}

function pickText(body: Fields, name: string, chars: number): object {
  if (body[name] === undefined) return {}
  return { [name]: textOf(body, name, { chars }) ?? '' }
}

/** Counted from the chats of the sandbox, a day a row, Beijing days (wecom-protocol 3.11). */
function behaviour(world: World, body: Fields): object {
  const userids = textsOf(body, 'userid', 100)
  if (userids.length === 0 && body['partyid'] === undefined) throw missing('userid')
  for (const userid of userids) if (!visibleMemberOf(world, userid)) throw userNotFound(userid)
  const start = integerOf(body, 'start_time', 0, 2 ** 40)
  const end = integerOf(body, 'end_time', 0, 2 ** 40)
  if (start === undefined || end === undefined) throw missing('start_time')
  if (end < start || end - start > 30 * DAY_S) throw invalid('end_time', 'at most 30 days')
  if (start < nowSeconds(world) - 181 * DAY_S) throw invalid('start_time', 'the last 180 days')

  const days = []
  for (let day = beijingMidnight(start); day <= end; day += DAY_S) {
    days.push({ stat_time: day, ...dayFigures(world, userids, day) })
  }
  return { behavior_data: days }
}

function beijingMidnight(seconds: number): number {
  const ahead = 8 * 3600
  return Math.floor((seconds + ahead) / DAY_S) * DAY_S - ahead
}

function dayFigures(world: World, userids: string[], day: number): object {
  const within = (seconds: number) => seconds >= day && seconds < day + DAY_S
  const figures = {
    chat_cnt: 0,
    message_cnt: 0,
    negative_feedback_cnt: 0,
    new_apply_cnt: 0,
    new_contact_cnt: 0,
  }
  for (const userid of userids) {
    for (const relation of Object.values(relationsOf(world, userid))) {
      const chat = world.state.chats[`${userid.toLowerCase()}|${relation.externalUserid}`] ?? []
      const said = chat.filter((m) => m.from === 'guide' && within(m.at / 1000)).length
      if (said > 0) figures.chat_cnt += 1
      figures.message_cnt += said
      if (within(relation.since / 1000)) figures.new_contact_cnt += 1
    }
  }
  return figures
}

const ours = (path: string) => `externalcontact/${path}`

export const customerEndpoints: Record<string, Endpoint> = {
  [ours('get_follow_user_list')]: get((world) => ({
    follow_user: Object.values(world.state.members)
      .filter((member) => member.visible)
      .map((member) => member.userid),
  })),
  [ours('list')]: get((world, { query }) => listOf(world, query['userid'])),
  [ours('get')]: get((world, { query }) => detailsOf(world, query['external_userid'])),
  [ours('batch/get_by_user')]: post((world, { body }) => batchByUser(world, body)),
  [ours('remark')]: post((world, { body }) => changeRemark(world, body)),
  [ours('get_user_behavior_data')]: post((world, { body }) => behaviour(world, body)),
}
