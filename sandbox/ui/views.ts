import { appChat, customerChat, messagesIn, summaryOf } from '../core/chats.ts'
import type { ChatMessage, Relation, Tag } from '../core/state.ts'
import { memberOf, relationOf, relationsOf, type World } from '../core/world.ts'
import { findTag } from '../api/customers.ts'
import { liveGroups, liveTags } from '../api/tags.ts'
import { needCustomerOf, needMember } from './request.ts'

const APP_NAME = '导购助手'

const iso = (ms: number) => new Date(ms).toISOString()

export function listMembers(world: World): object[] {
  return Object.values(world.state.members).map((member) => ({
    ...member,
    customers: Object.values(relationsOf(world, member.userid)).filter(
      (relation) => relation.relation !== 'deleted_by_guide',
    ).length,
  }))
}

export function listCustomers(world: World): object[] {
  return Object.values(world.state.customers).map((customer) => ({
    ...customer,
    members: Object.values(world.state.members).flatMap((member) => {
      const relation = relationOf(world, member.userid, customer.externalUserid)
      return relation
        ? [{ userid: member.userid, name: member.name, relation: relation.relation }]
        : []
    }),
  }))
}

/** The company's tag library as the client shows it. */
export function listTags(world: World): object[] {
  return liveGroups(world).map(({ id, name, order, own, ...group }) => ({
    id,
    name,
    order,
    own,
    tags: liveTags({ id, name, order, own, ...group }).map(pickTag),
  }))
}

function pickTag({ id, name, order, own }: Tag): object {
  return { id, name, order, own }
}

/** What one person's window shows: a member's with the app and their customers, a customer's with their guides. */
export function stateOf(world: World, as: string): object {
  const isMember = memberOf(world, as) !== undefined
  const conversations = isMember ? ofMember(world, as) : ofCustomer(world, as)
  conversations.sort((a, b) => b.sortAt - a.sortAt)
  return {
    me: memberOf(world, as) ?? { ...needCustomerOf(world, as), userid: as },
    now: world.clock.now().toISOString(),
    corpId: world.corp.corpId,
    app: {
      name: APP_NAME,
      agentId: world.corp.agentId,
      url: world.appUrl.origin,
      sidebarUrl: new URL('/sidebar', world.appUrl).href,
      deskUrl: new URL('/desk', world.appUrl).href,
      consoleUrl: new URL('/console', world.appUrl).href,
    },
    assistantOrigin: world.appUrl.origin,
    ...(isMember ? { tagGroups: listTags(world) } : {}),
    unread: conversations.reduce((sum, entry) => sum + entry.unread, 0),
    conversations: conversations.map(({ sortAt: _sortAt, ...entry }) => entry),
  }
}

interface Conversation {
  with: string
  name: string
  unread: number
  sortAt: number
  [more: string]: unknown
}

function ofMember(world: World, userid: string): Conversation[] {
  const app = {
    with: 'app',
    name: APP_NAME,
    avatar: '',
    remark: '',
    relation: 'live',
    tags: [],
    ...tail(world, userid, appChat(userid), 0, 'guide'),
  }
  const chats = Object.values(relationsOf(world, userid)).map((relation) => {
    const customer = needCustomerOf(world, relation.externalUserid)
    const chat = customerChat(userid, relation.externalUserid)
    return {
      ...relationFields(world, relation),
      with: customer.externalUserid,
      name: customer.name,
      avatar: customer.avatar ?? '',
      type: customer.type ?? 1,
      ...tail(world, userid, chat, relation.since, 'guide'),
    }
  })
  return [app, ...chats]
}

function relationFields(world: World, relation: Relation): object {
  return {
    remark: relation.remark,
    description: relation.description,
    remarkMobiles: relation.remarkMobiles,
    relation: relation.relation,
    addedAt: iso(relation.createtime * 1000),
    tags: relation.tagIds.flatMap((id) => {
      const found = findTag(world, id)
      return found ? [{ id, name: found.tag.name, group: found.group.name }] : []
    }),
  }
}

function ofCustomer(world: World, externalUserid: string): Conversation[] {
  needCustomerOf(world, externalUserid)
  return Object.values(world.state.members).flatMap((member) => {
    const relation = relationOf(world, member.userid, externalUserid)
    if (!relation) return []
    const chat = customerChat(member.userid, externalUserid)
    return [
      {
        with: member.userid,
        name: member.name,
        avatar: member.avatar ?? '',
        department: member.department ?? '',
        remark: '',
        relation: relation.relation,
        tags: [],
        ...tail(world, externalUserid, chat, relation.since, 'customer'),
      },
    ]
  })
}

function tail(
  world: World,
  reader: string,
  chat: string,
  since: number,
  mine: ChatMessage['from'],
): { last: string; lastAt: string | null; unread: number; sortAt: number } {
  const messages = messagesIn(world, chat)
  const last = messages.at(-1)
  const seen = world.state.reads[readKey(reader, chat)] ?? 0
  return {
    last: summaryOf(last),
    lastAt: last ? iso(last.at) : null,
    unread: messages.filter((message) => message.from !== mine && message.at > seen).length,
    sortAt: last?.at ?? since,
  }
}

const readKey = (reader: string, chat: string) => `${reader.toLowerCase()}|${chat}`

/** The key of the chat `as` has with `other`. */
function chatOf(world: World, as: string, other: string): string {
  if (other === 'app') return appChat(needMember(world, as).userid)
  return memberOf(world, as) ? customerChat(as, other) : customerChat(other, as)
}

/** The chat's messages for the page; reading them marks them read. */
export function messagesFor(world: World, as: string, other: string): object {
  const chat = chatOf(world, as, other)
  const messages = messagesIn(world, chat)
  markRead(world, as, chat, messages.at(-1))
  return {
    items: messages.map((message) => ({
      ...message,
      at: iso(message.at),
      ...(message.recalled ? { text: '', card: undefined } : {}),
    })),
  }
}

function markRead(world: World, as: string, chat: string, last: ChatMessage | undefined): void {
  const key = readKey(as, chat)
  if (!last || (world.state.reads[key] ?? 0) >= last.at) return
  world.state.reads[key] = last.at
  world.touched(memberOf(world, as) ? as.toLowerCase() : as)
}
