import { WecomError } from '../../../bot/wecom/error-table.ts'
import { createFakeWecom, type FakeWecom } from '../../support/test-deps.ts'

interface WorldFollow {
  userid: string
  createtime: number
  remark?: string
  remarkMobiles?: string[]
  tags?: string[]
  state?: string
}

interface WorldCustomer {
  name: string
  unionid?: string
  follows: WorldFollow[]
}

interface WorldGroup {
  id: string
  name: string
  tags: Record<string, string>
}

/** What WeCom knows in a test; change it and the next call answers by it. */
export interface WecomWorld {
  wecom: FakeWecom
  /** userid → name */
  members: Record<string, string>
  /** userids with 客户联系; all members when not given */
  guides?: string[]
  customers: Record<string, WorldCustomer>
  tagGroups: WorldGroup[]
  /** errcode with which the next call of a path fails, as often as it is listed */
  failures: { path: string; errcode: number }[]
  /** runs before each call: to change the world in the middle of a walk */
  beforeCall?: (path: string, input: Record<string, unknown>) => void
  pageSize: number
}

/** Two guides, one tag group of three, nobody else. */
export function createWorld(parts: Partial<WecomWorld> = {}): WecomWorld {
  const world: WecomWorld = {
    wecom: createFakeWecom((path, input) => {
      world.beforeCall?.(path, input)
      failIfAsked(world, path)
      const answer = ANSWERS[path.replace('/cgi-bin/', '')]
      return answer?.(world, input)
    }),
    members: { LinXiaoman: '林小满', ChenYue: '陈悦' },
    customers: {},
    tagGroups: [
      { id: 'etG1', name: '消费等级', tags: { etVip: 'VIP', etNew: '新客', etKids: '有孩子' } },
    ],
    failures: [],
    pageSize: 100,
    ...parts,
  }
  return world
}

type Answer = (world: WecomWorld, input: Record<string, unknown>) => unknown

const ANSWERS: Record<string, Answer> = {
  'user/get': (world, { userid }) => {
    const found = Object.entries(world.members).find(
      ([id]) => id.toLowerCase() === String(userid).toLowerCase(),
    )
    if (!found) throw fail('user/get', 60111)
    return { userid: found[0], name: found[1], status: 1 }
  },
  'externalcontact/get_follow_user_list': (world) => ({
    follow_user: world.guides ?? Object.keys(world.members),
  }),
  'externalcontact/list': (world, { userid }) => {
    const ids = pairsOf(world, [String(userid)]).map(([id]) => id)
    if (ids.length === 0) throw fail('externalcontact/list', 84061)
    return { external_userid: ids }
  },
  'externalcontact/get': (world, { external_userid }) => {
    const id = String(external_userid)
    const customer = world.customers[id]
    if (!customer || customer.follows.length === 0) throw fail('externalcontact/get', 84061)
    return {
      external_contact: contactOf(id, customer),
      follow_user: customer.follows.map((follow) => ({
        ...followOf(follow),
        tags: (follow.tags ?? []).map((tag_id) => ({ tag_id, type: 1 })),
      })),
    }
  },
  'externalcontact/batch/get_by_user': (world, { userid_list, cursor }) => {
    const pairs = pairsOf(world, userid_list as string[])
    const from = Number(cursor ?? 0)
    const page = pairs.slice(from, from + world.pageSize)
    const next = from + world.pageSize
    return {
      external_contact_list: page.map(([id, follow]) => ({
        external_contact: contactOf(id, world.customers[id]),
        follow_info: { ...followOf(follow), tag_id: follow.tags ?? [] },
      })),
      next_cursor: next < pairs.length ? String(next) : '',
    }
  },
  'externalcontact/get_corp_tag_list': (world, { tag_id, group_id }) => {
    const groupIds = group_id as string[] | undefined
    const tagIds = tag_id as string[] | undefined
    return {
      tag_group: world.tagGroups
        .filter((group) => !groupIds || groupIds.includes(group.id))
        .map((group, index) => ({
          group_id: group.id,
          group_name: group.name,
          order: 100 - index,
          tag: Object.entries(group.tags)
            .filter(([id]) => groupIds || !tagIds || tagIds.includes(id))
            .map(([id, name], order) => ({ id, name, order: 100 - order })),
        }))
        .filter((group) => group.tag.length > 0),
    }
  },
}

function failIfAsked(world: WecomWorld, path: string): void {
  const index = world.failures.findIndex((failure) => path.endsWith(failure.path))
  const failure = world.failures[index]
  if (!failure) return
  world.failures.splice(index, 1)
  throw fail(path, failure.errcode)
}

function fail(path: string, errcode: number): WecomError {
  return new WecomError({ path, errcode })
}

function pairsOf(world: WecomWorld, userids: string[]): [string, WorldFollow][] {
  const keys = new Set(userids.map((userid) => userid.toLowerCase()))
  return Object.entries(world.customers).flatMap(([id, customer]) =>
    customer.follows
      .filter((follow) => keys.has(follow.userid.toLowerCase()))
      .map((follow): [string, WorldFollow] => [id, follow]),
  )
}

function contactOf(id: string, customer: WorldCustomer | undefined): object {
  return {
    external_userid: id,
    name: customer?.name,
    type: 1,
    gender: 2,
    ...(customer?.unionid ? { unionid: customer.unionid } : {}),
  }
}

function followOf(follow: WorldFollow): object {
  return {
    userid: follow.userid,
    remark: follow.remark ?? '',
    description: '',
    createtime: follow.createtime,
    remark_mobiles: follow.remarkMobiles ?? [],
    add_way: 1,
    ...(follow.state ? { state: follow.state } : {}),
  }
}

/** Seconds since the epoch, as WeCom writes times. */
export function seconds(moment: string): number {
  return Math.floor(new Date(moment).getTime() / 1000)
}
