import { appChat, customerChat, messagesIn, say } from '../core/chats.ts'
import { randomMsgId } from '../core/ids.ts'
import type { ChatMessage } from '../core/state.ts'
import type { World } from '../core/world.ts'
import { giveResponseCode } from '../api/messages.ts'
import { isFields, type Fields } from '../api/params.ts'
import { bodyOf, need, needMember, needPair, type Body } from './request.ts'
import { UiError } from './ui-error.ts'

/** A card of the app's conversation that can still be pressed. */
function needCard(
  world: World,
  body: Body,
): { userid: string; message: ChatMessage; card: Fields } {
  const member = needMember(world, need(body, 'as'))
  const id = need(body, 'messageId')
  const message = messagesIn(world, appChat(member.userid)).find((entry) => entry.id === id)
  if (!message?.card || message.recalled) throw new UiError(404, '找不到这张卡片')
  return { userid: member.userid, message, card: message.card }
}

const list = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isFields) : [])

/** POST card-click: a button or the submit button → template_card_event with a fresh response code. */
export function clickCard(world: World, body: Body): object {
  const { userid, message, card } = needCard(world, body)
  const key = need(body, 'key')
  if (card['replace_text'] !== undefined && card['replace_text'] !== '') {
    throw new UiError(409, '这张卡片已经处理过了')
  }
  const submit = isFields(card['submit_button']) ? [card['submit_button']] : []
  const buttons = [...list(card['button_list']), ...submit]
  const button = buttons.find((entry) => entry['key'] === key)
  if (!button || button['type'] === 1) throw new UiError(404, '卡片上没有这个按钮')
  const selected = selectedItems(body['selected'])
  emitCardEvent(world, 'template_card_event', { userid, message, card, key }, selected)
  return {}
}

/** POST card-menu: an entry of the card's top-right menu → template_card_menu_event. */
export function chooseCardMenu(world: World, body: Body): object {
  const { userid, message, card } = needCard(world, body)
  const key = need(body, 'key')
  const menu = isFields(card['action_menu']) ? card['action_menu'] : {}
  const known = list(menu['action_list']).some((entry) => entry['key'] === key)
  if (!known) throw new UiError(404, '菜单里没有这一项')
  emitCardEvent(world, 'template_card_menu_event', { userid, message, card, key }, undefined)
  return {}
}

interface Press {
  userid: string
  message: ChatMessage
  card: Fields
  key: string
}

function emitCardEvent(
  world: World,
  event: 'template_card_event' | 'template_card_menu_event',
  { userid, message, card, key }: Press,
  selected: { QuestionKey: string; OptionIds: { OptionId: string[] } }[] | undefined,
): void {
  const code = giveResponseCode(world, message.msgid ?? '')
  world.emit({
    FromUserName: userid,
    Event: event,
    EventKey: key,
    TaskId: typeof card['task_id'] === 'string' ? card['task_id'] : '',
    CardType: String(card['card_type']),
    ResponseCode: code,
    AgentID: world.corp.agentId,
    ...(selected ? { SelectedItems: { SelectedItem: selected } } : {}),
  })
  world.touched()
}

/** `{ q1: ['o1'] }` or `[{ questionKey, optionIds }]`. */
function selectedItems(
  value: unknown,
): { QuestionKey: string; OptionIds: { OptionId: string[] } }[] | undefined {
  if (value === undefined || value === null) return undefined
  const pairs: [string, unknown][] = Array.isArray(value)
    ? list(value).map((entry) => [String(entry['questionKey']), entry['optionIds']])
    : Object.entries(bodyOf(value))
  const items = pairs.map(([questionKey, ids]) => ({
    QuestionKey: questionKey,
    OptionIds: { OptionId: (Array.isArray(ids) ? ids : [ids]).map(String) },
  }))
  return items.length > 0 ? items : undefined
}

/** POST app-text: the member writes to the app → a text callback. */
export function writeToApp(world: World, body: Body): object {
  const member = needMember(world, need(body, 'as'))
  const content = need(body, 'content')
  const raw = { content }
  const message = { from: 'guide' as const, msgtype: 'text', text: content, raw }
  const said = say(world, appChat(member.userid), message, [member.userid.toLowerCase()])
  world.emit({
    FromUserName: member.userid,
    MsgType: 'text',
    Content: content,
    MsgId: randomMsgId(),
    AgentID: world.corp.agentId,
  })
  return { id: said.id }
}

/** POST enter-agent: the member opens the app. */
export function enterApp(world: World, body: Body): object {
  const member = needMember(world, need(body, 'as'))
  const event = { Event: 'enter_agent', EventKey: '', AgentID: world.corp.agentId }
  world.emit({ FromUserName: member.userid, ...event })
  return {}
}

/** POST chat: a message between the two; refused unless both have each other. No callback: WeCom sends none. */
export function chat(world: World, body: Body): object {
  const { member, customer, relation } = needPair(world, need(body, 'as'), need(body, 'with'))
  const from = body['from'] === 'customer' ? 'customer' : 'guide'
  const text = need(body, 'text')
  if (relation.relation !== 'live') {
    const mayWrite = relation.relation === 'half' && from === 'customer'
    if (!mayWrite) throw new UiError(409, '还不是双方的好友，消息发不出去')
  }
  const key = customerChat(member.userid, customer.externalUserid)
  const heard = [member.userid.toLowerCase(), customer.externalUserid]
  const message = { from, msgtype: 'text', text, raw: { content: text } } as const
  return { id: say(world, key, message, heard).id }
}
