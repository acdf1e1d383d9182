import { createHash } from 'node:crypto'
import { appChat, messagesIn, say } from '../core/chats.ts'
import { randomId } from '../core/ids.ts'
import type { ChatMessage, SentMessage } from '../core/state.ts'
import { memberOf, nowMs, type World } from '../core/world.ts'
import { ApiError, invalid, missing, wrongType } from './api-error.ts'
import { checkCard, isClickable } from './card-check.ts'
import { post, type ApiCall, type Endpoint } from './endpoint.ts'
import { departmentOf } from './members.ts'
import {
  checkMessage,
  recipientsOf,
  type MessageContent,
  type Recipients,
} from './message-check.ts'
import { integerOf, needText, objectOf, oneOf, textsOf, type Fields } from './params.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const PER_MINUTE = 30
const PER_HOUR = 1000
const DAY_MS = 24 * HOUR_MS
const BEIJING_MS = 8 * HOUR_MS
const PER_ACCOUNT = 200
/** what a company may have by its contract is not in the sandbox's world: at least so many */
const LEAST_ACCOUNTS = 1000
const RESPONSE_CODE_MS = 72 * HOUR_MS
const RECALL_MS = 24 * HOUR_MS
const KEEP_SENT = 20_000

function checkAgent(world: World, body: Fields): void {
  const id = body['agentid']
  if (id === undefined || id === null) throw missing('agentid')
  if (Number(id) !== world.corp.agentId) throw new ApiError(40056, 'invalid agentid')
}

/**
 * message/send (wecom-protocol 3.1). Some recipients out of reach: errcode 0 and `invaliduser`; all: 81013.
 * Over 30 a minute or 1000 an hour to one member: errcode 0, not shown, noted as dropped.
 */
function send(world: World, { body, notes }: ApiCall): object {
  checkAgent(world, body)
  const content = checkMessage(body)
  const departmentById = (userid: string) => {
    const member = memberOf(world, userid)
    return member ? departmentOf(world, member) : 1
  }
  const recipients = recipientsOf(world, body, departmentById)
  if (recipients.members.length === 0) throw new ApiError(81013, 'user & party & tag all invalid')

  const digest = duplicateDigest(body)
  const first = digest === undefined ? undefined : earlierSame(world, body, digest)
  if (first) {
    notes['duplicateOf'] = first.msgid
    return answer(recipients, first)
  }
  takePersonTimes(world, recipients.members.length)
  claimTaskId(world, content)
  const sent = record(world, recipients.members, content, digest)
  const dropped = recipients.members.filter((userid) => !showTo(world, userid, sent, content))
  if (dropped.length > 0) notes['dropped'] = dropped
  return answer(recipients, sent)
}

/** The app's day: the company's accounts × 200 person-times, then 45009 until the calendar day ends (wecom-protocol 2.3). */
function takePersonTimes(world: World, people: number): void {
  const day = Math.floor((nowMs(world) + BEIJING_MS) / DAY_MS)
  const { personTimes } = world.state
  const before = personTimes?.day === day ? personTimes.count : 0
  const accounts = Math.max(LEAST_ACCOUNTS, Object.keys(world.state.members).length)
  if (before + people > accounts * PER_ACCOUNT) {
    throw new ApiError(45009, 'reach max api daily quota limit')
  }
  world.state.personTimes = { day, count: before + people }
}

function answer(recipients: Recipients, sent: SentMessage): object {
  const list = (name: string, values: string[]) =>
    values.length > 0 ? { [name]: values.join('|') } : {}
  return {
    ...list('invaliduser', recipients.invaliduser),
    ...list('invalidparty', recipients.invalidparty),
    ...list('invalidtag', recipients.invalidtag),
    msgid: sent.msgid,
    ...(sent.responseCode ? { response_code: sent.responseCode } : {}),
  }
}

function duplicateDigest(body: Fields): string | undefined {
  if (oneOf(body, 'enable_duplicate_check', [0, 1]) !== 1) return undefined
  return createHash('sha256').update(JSON.stringify(body)).digest('hex')
}

function earlierSame(world: World, body: Fields, digest: string): SentMessage | undefined {
  const seconds = integerOf(body, 'duplicate_check_interval', 1, 14_400) ?? 1800
  const since = nowMs(world) - seconds * 1000
  return world.state.sent.find((sent) => sent.digest === digest && sent.at > since)
}

/** A task_id is unique in the app, for ever: 42014 the second time. */
function claimTaskId(world: World, content: MessageContent): void {
  const taskId = content.card?.['task_id']
  if (typeof taskId !== 'string' || taskId === '') return
  if (Object.hasOwn(world.state.taskIds, taskId)) {
    throw new ApiError(42014, 'template_card task_id already used')
  }
  world.state.taskIds[taskId] = true
}

function record(
  world: World,
  recipients: string[],
  content: MessageContent,
  digest: string | undefined,
): SentMessage {
  const clickable = content.card !== undefined && isClickable(content.card)
  const sent: SentMessage = {
    msgid: randomId(40, 'msg'),
    at: nowMs(world),
    recipients,
    ...(digest === undefined ? {} : { digest }),
  }
  if (clickable) sent.responseCode = giveResponseCode(world, sent.msgid)
  world.state.sent.push(sent)
  if (world.state.sent.length > KEEP_SENT) world.state.sent.splice(0, KEEP_SENT / 10)
  world.touched()
  return sent
}

/** A new right to change the cards of `msgid` once within 72 hours. */
export function giveResponseCode(world: World, msgid: string): string {
  const code = randomId(43)
  const now = nowMs(world)
  const codes = world.state.responseCodes
  if (codes.length >= KEEP_SENT) {
    world.state.responseCodes = codes.filter(
      (entry) => !entry.used && entry.at > now - RESPONSE_CODE_MS,
    )
  }
  world.state.responseCodes.push({ code, msgid, at: now, used: false })
  return code
}

/** False when the member has had too many: WeCom drops it without a word. */
function showTo(world: World, userid: string, sent: SentMessage, content: MessageContent): boolean {
  const key = `to ${userid}`
  const now = nowMs(world)
  if (world.windows.count(key, now, MINUTE_MS) >= PER_MINUTE) return false
  if (world.windows.count(key, now, HOUR_MS) >= PER_HOUR) return false
  world.windows.add(key, now)
  const { msgtype, text, card, raw } = content
  const message = {
    from: 'app' as const,
    msgtype,
    raw: structuredClone(raw),
    msgid: sent.msgid,
    ...(text === undefined ? {} : { text }),
    ...(card === undefined ? {} : { card: structuredClone(card) }),
  }
  say(world, appChat(userid), message, [userid])
  return true
}

/** The member's copy of a sent message. */
function copyOf(world: World, userid: string, msgid: string): ChatMessage | undefined {
  return messagesIn(world, appChat(userid)).find((message) => message.msgid === msgid)
}

/** update_template_card: a code serves one call within 72 hours, else 60140 (wecom-protocol 3.1). */
function updateCard(world: World, { body }: ApiCall): object {
  checkAgent(world, body)
  const given = needText(body, 'response_code')
  const button = objectOf(body, 'button')
  const card = objectOf(body, 'template_card')
  if (!button && !card) throw missing('button or template_card')
  if (button) needText(button, 'replace_name', { chars: 10 })
  if (card) checkCard(card, true)
  const userids = textsOf(body, 'userids', 1000)
  const all = body['atall'] === 1
  const parties = numbersOf(body, 'partyids')
  const tags = numbersOf(body, 'tagids')
  if (!all && userids.length + parties.length + tags.length === 0) {
    throw missing('userids, partyids, tagids or atall')
  }

  const code = world.state.responseCodes.find((entry) => entry.code === given)
  const now = nowMs(world)
  if (!code || code.used || now - code.at > RESPONSE_CODE_MS || now < code.at) {
    throw new ApiError(60140, 'invalid response_code')
  }
  const sent = world.state.sent.find((entry) => entry.msgid === code.msgid)
  const had = sent?.recipients ?? []
  const named = userids.map((userid) => userid.toLowerCase())
  // the sandbox's members have no tags: nobody is meant by one
  const isMeant = (userid: string) =>
    all || named.includes(userid) || parties.some((id) => isIn(world, userid, id))
  const known = had.filter(isMeant)
  if (known.length === 0) throw new ApiError(81013, 'user & party & tag all invalid')
  code.used = true
  for (const userid of known) {
    const copy = copyOf(world, userid, code.msgid)
    if (copy?.card) changeCard(copy, button, card)
  }
  world.touched(...known)
  const unknown = all ? [] : named.filter((userid) => !known.includes(userid))
  return unknown.length > 0 ? { invaliduser: unknown } : {}
}

function changeCard(
  message: ChatMessage,
  button: Fields | undefined,
  card: Fields | undefined,
): void {
  if (card) {
    const taskId = message.card?.['task_id']
    message.card = {
      ...(taskId === undefined ? {} : { task_id: taskId }),
      ...structuredClone(card),
    }
    return
  }
  message.card = { ...message.card, replace_text: button?.['replace_name'] }
}

/** 1 is the company: everybody is in it. */
function isIn(world: World, userid: string, department: number): boolean {
  const member = memberOf(world, userid)
  return member !== undefined && (department === 1 || departmentOf(world, member) === department)
}

function numbersOf(body: Fields, name: string): number[] {
  const value = body[name]
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || value.length > 100) throw invalid(name, 'a list of at most 100')
  return value.map((entry: unknown) => {
    if (typeof entry !== 'number') throw wrongType(name, 'numbers')
    return entry
  })
}

/** recall: the app's own message within 24 hours. */
function recall(world: World, { body }: ApiCall): object {
  const msgid = needText(body, 'msgid')
  const sent = world.state.sent.find((entry) => entry.msgid === msgid)
  if (!sent || nowMs(world) - sent.at > RECALL_MS)
    throw invalid('msgid', 'unknown or over 24 h old')
  for (const userid of sent.recipients) {
    const copy = copyOf(world, userid, msgid)
    if (copy) copy.recalled = true
  }
  world.touched(...sent.recipients)
  return {}
}

export const messageEndpoints: Record<string, Endpoint> = {
  'message/send': post(send),
  'message/update_template_card': post(updateCard),
  'message/recall': post(recall),
}
