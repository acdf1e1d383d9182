import { DateTime } from 'luxon'
import { appChat, customerChat, say } from '../core/chats.ts'
import { randomId } from '../core/ids.ts'
import type { MassCustomer, MassTask } from '../core/state.ts'
import {
  isCustomerRelation,
  memberOf,
  nowMs,
  relationOf,
  relationsOf,
  visibleMemberOf,
  type World,
} from '../core/world.ts'
import { ApiError, invalid, missing, userNotFound } from './api-error.ts'
import { checkAttachments } from './attachments.ts'
import { lastChatterOf } from './last-chatter.ts'
import { post, type ApiCall, type Endpoint } from './endpoint.ts'
import {
  integerOf,
  needText,
  objectOf,
  objectsOf,
  pageOf,
  textOf,
  textsOf,
  type Fields,
} from './params.ts'

/** how long WeCom is still spreading a new task: its results answer 41063 (wecom-protocol 3.6) */
const SPREADING_MS = 10_000
const REMINDERS = 3
const DAY_MS = 86_400_000

/** add_msg_template: makes a task that each sender must confirm; nothing goes out by itself. */
function addTask(world: World, { body }: ApiCall): object {
  const chatType = textOf(body, 'chat_type') ?? 'single'
  if (chatType !== 'single') throw invalid('chat_type', 'the sandbox has no customer groups')
  const sender = textOf(body, 'sender')
  if (sender !== undefined && !visibleMemberOf(world, sender)) throw userNotFound(sender)
  const asked = textsOf(body, 'external_userid', 10_000)
  const filter = objectOf(body, 'tag_filter')
  if (sender === undefined && asked.length === 0 && !filter) {
    throw missing('sender, external_userid or tag_filter')
  }
  const text = objectOf(body, 'text')
  const content = text ? needText(text, 'content', { bytes: 4000 }) : ''
  const attachments = checkAttachments(body)
  if (content === '' && attachments.length === 0) throw missing('text or attachments')

  const pairs = targetsOf(world, sender, asked, filter)
  const reached = new Set(pairs.map((pair) => pair.externalUserid))
  if (reached.size === 0) throw new ApiError(41048, 'no customer to send')
  const task: MassTask = {
    msgid: randomId(40, 'msgGCAAAXtWyujaWJHDDGi0mAA'),
    at: nowMs(world),
    text: content,
    attachments,
    cancelled: false,
    reminders: [],
    senders: sendersOf(pairs),
  }
  world.state.mass.push(task)
  for (const entry of task.senders) notice(world, task, entry.userid)
  world.touched()
  return { fail_list: asked.filter((id) => !reached.has(id)), msgid: task.msgid }
}

interface Pair {
  userid: string
  externalUserid: string
}

/** Without a sender each customer goes to the member who chatted with them last. */
function targetsOf(
  world: World,
  sender: string | undefined,
  asked: string[],
  filter: Fields | undefined,
): Pair[] {
  const members = sender === undefined ? Object.keys(world.state.members) : [sender.toLowerCase()]
  const wanted = asked.length > 0 ? new Set(asked) : undefined
  const byTags = wanted || !filter ? () => true : tagMatcher(filter)
  const pairs = members.flatMap((userid) =>
    Object.values(relationsOf(world, userid))
      .filter((relation) => isCustomerRelation(relation) && byTags(relation.tagIds))
      .filter((relation) => !wanted || wanted.has(relation.externalUserid))
      .map(({ externalUserid }) => ({ userid, externalUserid })),
  )
  if (sender !== undefined) return pairs
  return pairs.filter((pair) => lastChatterOf(world, pair.externalUserid) === pair.userid)
}

/** OR inside a group, AND between groups. */
function tagMatcher(filter: Fields): (tagIds: string[]) => boolean {
  const groups = (objectsOf(filter, 'group_list', 1, 100) ?? []).map((group) =>
    textsOf(group, 'tag_list', 100),
  )
  return (tagIds) => groups.every((group) => group.some((id) => tagIds.includes(id)))
}

function sendersOf(pairs: Pair[]): MassTask['senders'] {
  const senders = new Map<string, MassCustomer[]>()
  for (const { userid, externalUserid } of pairs) {
    const customers = senders.get(userid) ?? []
    customers.push({ externalUserid, status: 0, sendTime: null })
    senders.set(userid, customers)
  }
  return [...senders].map(([userid, customers]) => ({ userid, sentAt: null, customers }))
}

/** The member's client asks them to confirm. */
function notice(world: World, task: MassTask, userid: string): void {
  const count = task.senders.find((entry) => entry.userid === userid)?.customers.length ?? 0
  const raw = { msgid: task.msgid, content: task.text, customers: count }
  const text = `[群发任务] ${count} 位客户：${task.text}`
  say(world, appChat(userid), { from: 'app', msgtype: 'mass_task', text, raw }, [userid])
}

/**
 * The member confirms in the client: what each customer gets. Not a friend any more: 2; over the month's quota
 * (as many as the month has days): 3.
 */
export function confirmMass(world: World, userid: string, msgid: string): MassTask | undefined {
  const task = world.state.mass.find((entry) => entry.msgid === msgid)
  const mine = task?.senders.find((entry) => entry.userid === userid.toLowerCase())
  if (!task || !mine || mine.sentAt !== null || task.cancelled) return undefined
  mine.sentAt = nowMs(world)
  const today = DateTime.fromMillis(mine.sentAt, { zone: 'Asia/Shanghai' })
  const month = today.toFormat('yyyy-MM')
  for (const customer of mine.customers) {
    const relation = relationOf(world, userid, customer.externalUserid)
    const quota = (world.state.massQuota[customer.externalUserid] ??= {})
    const used = quota[month] ?? 0
    if (relation?.relation !== 'live') customer.status = 2
    else if (used >= (today.daysInMonth ?? 30)) customer.status = 3
    else {
      quota[month] = used + 1
      customer.status = 1
      customer.sendTime = Math.floor(mine.sentAt / 1000)
      const raw = { content: task.text }
      const heard = [userid.toLowerCase(), customer.externalUserid]
      const chat = customerChat(userid, customer.externalUserid)
      say(world, chat, { from: 'guide', msgtype: 'text', text: task.text, raw }, heard)
    }
  }
  world.touched(userid.toLowerCase())
  return task
}

function needTask(world: World, body: Fields, { spreading = false } = {}): MassTask {
  const msgid = textOf(body, 'msgid')
  if (msgid === undefined) throw new ApiError(41046, 'missing msgid')
  const task = world.state.mass.find((entry) => entry.msgid === msgid)
  if (!task) throw new ApiError(41047, 'invalid msgid')
  const age = nowMs(world) - task.at
  if (!spreading && age >= 0 && age < SPREADING_MS) {
    throw new ApiError(41063, 'group msg is still being dispatched')
  }
  return task
}

function taskList(world: World, { body }: ApiCall): object {
  const task = needTask(world, body)
  const limit = integerOf(body, 'limit', 1, 1000) ?? 500
  const page = pageOf(task.senders, (entry) => entry.userid, textOf(body, 'cursor'), limit)
  return {
    next_cursor: page.nextCursor,
    task_list: page.items.map((entry) => ({
      userid: memberOf(world, entry.userid)?.userid ?? entry.userid,
      status: entry.sentAt === null ? 0 : 2,
      ...(entry.sentAt === null ? {} : { send_time: Math.floor(entry.sentAt / 1000) }),
    })),
  }
}

function sendResult(world: World, { body }: ApiCall): object {
  const task = needTask(world, body)
  const userid = needText(body, 'userid')
  if (!memberOf(world, userid)) throw userNotFound(userid)
  const limit = integerOf(body, 'limit', 1, 1000) ?? 500
  const mine = task.senders.find((entry) => entry.userid === userid.toLowerCase())
  const customers = mine?.customers ?? []
  const page = pageOf(customers, (entry) => entry.externalUserid, textOf(body, 'cursor'), limit)
  return {
    next_cursor: page.nextCursor,
    send_list: page.items.map((entry) => ({
      external_userid: entry.externalUserid,
      userid: memberOf(world, userid)?.userid,
      status: entry.status,
      ...(entry.sendTime === null ? {} : { send_time: entry.sendTime }),
    })),
  }
}

function remind(world: World, { body }: ApiCall): object {
  const task = needTask(world, body, { spreading: true })
  if (task.cancelled) throw new ApiError(41093, 'group msg cancelled')
  const now = nowMs(world)
  const recent = task.reminders.filter((at) => at > now - DAY_MS && at <= now)
  if (recent.length >= REMINDERS) throw new ApiError(41094, 'remind too frequently')
  task.reminders = [...recent, now]
  for (const entry of task.senders) if (entry.sentAt === null) notice(world, task, entry.userid)
  world.touched()
  return {}
}

function cancel(world: World, { body }: ApiCall): object {
  const task = needTask(world, body, { spreading: true })
  task.cancelled = true
  world.touched()
  return {}
}

export const massEndpoints: Record<string, Endpoint> = {
  'externalcontact/add_msg_template': post(addTask),
  'externalcontact/get_groupmsg_task': post(taskList),
  'externalcontact/get_groupmsg_send_result': post(sendResult),
  'externalcontact/remind_groupmsg_send': post(remind),
  'externalcontact/cancel_groupmsg_send': post(cancel),
}
