import { customerChat, messagesIn, say } from '../core/chats.ts'
import { nowMs, relationOf, type World } from '../core/world.ts'
import { ApiError, missing } from './api-error.ts'
import { post, type ApiCall, type Endpoint } from './endpoint.ts'
import { checkAttachments } from './attachments.ts'
import { needText, objectOf, textOf } from './params.ts'

const CODE_LIFE_MS = 20_000

/** send_welcome_msg: 20 s and one call; 41051 when they have chatted already (wecom-protocol 3.6). */
function sendWelcome(world: World, { body }: ApiCall): object {
  const given = textOf(body, 'welcome_code')
  if (given === undefined) throw new ApiError(41049, 'missing welcome_code')
  const text = objectOf(body, 'text')
  const content = text ? needText(text, 'content', { bytes: 4000 }) : undefined
  const attachments = checkAttachments(body)
  if (content === undefined && attachments.length === 0) throw missing('text or attachments')

  const code = world.state.welcomeCodes.find((entry) => entry.code === given)
  const age = code ? nowMs(world) - code.at : 0
  if (!code || code.used || age > CODE_LIFE_MS || age < 0) {
    throw new ApiError(41050, 'invalid welcome_code, used or expired')
  }
  const relation = relationOf(world, code.userid, code.externalUserid)
  const chat = customerChat(code.userid, code.externalUserid)
  const since = relation?.since ?? 0
  if (messagesIn(world, chat).some((message) => message.at >= since)) {
    throw new ApiError(41051, 'already chatting')
  }
  code.used = true
  const heard = [code.userid.toLowerCase(), code.externalUserid]
  if (content !== undefined) {
    const raw = { content }
    say(world, chat, { from: 'guide', msgtype: 'text', text: content, raw }, heard)
  }
  for (const attachment of attachments) {
    const msgtype = String(attachment['msgtype'])
    say(world, chat, { from: 'guide', msgtype, raw: attachment }, heard)
  }
  return {}
}

export const welcomeEndpoints: Record<string, Endpoint> = {
  'externalcontact/send_welcome_msg': post(sendWelcome),
}
