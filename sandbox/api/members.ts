import { memberOf, nowMs, type World } from '../core/world.ts'
import type { Member } from '../core/state.ts'
import { ApiError, missing, userNotFound } from './api-error.ts'
import { get, post, type Endpoint } from './endpoint.ts'

const CODE_LIFE_MS = 5 * 60_000

/** The company (1) and one department for each name the members have, in order of first appearance. */
function departments(
  world: World,
): { id: number; name: string; parentid: number; order: number }[] {
  const names = [...new Set(Object.values(world.state.members).map((m) => m.department ?? ''))]
  const below = names
    .filter((name) => name !== '')
    .map((name, at) => ({ id: at + 2, name, parentid: 1, order: 100_000 - at }))
  return [{ id: 1, name: '公司', parentid: 0, order: 100_000_000 }, ...below]
}

/** The department a member belongs to; the company itself without one. */
export function departmentOf(world: World, member: Member): number {
  return departments(world).find(({ name }) => name === member.department)?.id ?? 1
}

function visibleMember(world: World, userid: string | undefined): Member {
  if (!userid) throw missing('userid')
  const member = memberOf(world, userid)
  if (!member) throw userNotFound(userid)
  if (!member.visible)
    throw new ApiError(60011, 'no privilege to access/modify contact/party/agent')
  return member
}

/** No avatar, gender, mobile or email: an app made after 2022-06-20 does not get them (wecom-protocol 3.2). */
function userFields(world: World, member: Member): object {
  const department = departmentOf(world, member)
  return {
    userid: member.userid,
    name: member.name,
    department: [department],
    order: [0],
    position: member.position ?? '',
    is_leader_in_dept: [0],
    direct_leader: [],
    alias: '',
    main_department: department,
    extattr: { attrs: [] },
    status: 1,
    external_position: '',
  }
}

function membersOfDepartment(world: World, query: Record<string, string>): Member[] {
  const id = query['department_id']
  if (!id) throw missing('department_id')
  const known = departments(world).some((department) => String(department.id) === id)
  if (!known) throw new ApiError(60123, 'invalid party id')
  const within = (member: Member) =>
    String(departmentOf(world, member)) === id || (query['fetch_child'] === '1' && id === '1')
  return Object.values(world.state.members).filter((member) => member.visible && within(member))
}

type OauthCode = World['state']['oauthCodes'][string]

function oauthCode(world: World, code: string | undefined): OauthCode | undefined {
  const known = code !== undefined && Object.hasOwn(world.state.oauthCodes, code)
  return known ? world.state.oauthCodes[code] : undefined
}

function isFresh(world: World, { at }: OauthCode): boolean {
  const age = nowMs(world) - at
  return age >= 0 && age <= CODE_LIFE_MS
}

/** Whether a code would sign somebody in now. */
export function isValidCode(world: World, code: string | undefined): boolean {
  const entry = oauthCode(world, code)
  return entry !== undefined && isFresh(world, entry)
}

/** auth/getuserinfo: a code once, within five minutes (40029). */
function userOfCode(world: World, code: string | undefined): object {
  const entry = oauthCode(world, code)
  if (code === undefined || !entry) throw new ApiError(40029, 'invalid code')
  delete world.state.oauthCodes[code]
  world.touched()
  if (!isFresh(world, entry)) throw new ApiError(40029, 'invalid code, expired')
  return { userid: entry.userid }
}

export const memberEndpoints: Record<string, Endpoint> = {
  'user/get': get((world, { query }) => userFields(world, visibleMember(world, query['userid']))),
  'user/simplelist': get((world, { query }) => ({
    userlist: membersOfDepartment(world, query).map((member) => ({
      userid: member.userid,
      name: member.name,
      department: [departmentOf(world, member)],
      open_userid: '',
    })),
  })),
  'user/list': get((world, { query }) => ({
    userlist: membersOfDepartment(world, query).map((member) => userFields(world, member)),
  })),
  // for the secret of 通讯录同步 alone; the sandbox knows the app's (wecom-protocol 2.1, 3.2)
  'user/list_id': post(() => {
    throw new ApiError(48002, 'api forbidden: contact-sync secret only')
  }),
  'department/list': get((world, { query }) => {
    const all = departments(world)
    const id = query['id']
    if (!id || id === '1') return { department: all.map(withLeaders) }
    const one = all.filter((department) => String(department.id) === id)
    if (one.length === 0) throw new ApiError(60123, 'invalid party id')
    return { department: one.map(withLeaders) }
  }),
  'auth/getuserinfo': get((world, { query }) => userOfCode(world, query['code'])),
}

function withLeaders<T extends object>(department: T): T & { department_leader: string[] } {
  return { ...department, department_leader: [] }
}
