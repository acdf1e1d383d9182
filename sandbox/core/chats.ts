import { randomId } from './ids.ts'
import type { Card, ChatMessage } from './state.ts'
import { nowMs, type World } from './world.ts'

const KEEP_MESSAGES = 1000

/** Where a chat lies in the state: the app's conversation with a member, or a member's with a customer. */
export const appChat = (userid: string) => userid.toLowerCase()
export const customerChat = (userid: string, externalUserid: string) =>
  `${userid.toLowerCase()}|${externalUserid}`

/** A chat's messages, oldest first. */
export function messagesIn(world: World, chat: string): ChatMessage[] {
  return Object.hasOwn(world.state.chats, chat) ? (world.state.chats[chat] ?? []) : []
}

/** Appends a message at the present moment and lets the pages of `heard` know. */
export function say(
  world: World,
  chat: string,
  message: Omit<ChatMessage, 'id' | 'at'>,
  heard: string[],
): ChatMessage {
  const said: ChatMessage = { id: randomId(16, 'm'), at: nowMs(world), ...message }
  const messages = [...messagesIn(world, chat), said]
  world.state.chats[chat] = messages.slice(-KEEP_MESSAGES)
  world.touched(...heard)
  return said
}

/** What the chat list shows of a message. */
export function summaryOf(message: ChatMessage | undefined): string {
  if (!message) return ''
  if (message.recalled) return '[消息已撤回]'
  if (message.card) return `[卡片] ${titleOf(message.card)}`
  return message.text ?? `[${message.msgtype}]`
}

function titleOf(card: Card): string {
  const main = card['main_title']
  const title =
    typeof main === 'object' && main !== null && 'title' in main ? main.title : undefined
  if (typeof title === 'string' && title !== '') return title
  const sub = card['sub_title_text']
  return typeof sub === 'string' ? sub : ''
}
