import { postJson } from './api.js'
import { confirmWith } from '../parts/confirm-box.js'

/**
 * Answers what a page of the assistant asks of WeCom. The sandbox judges (signature, jsApiList,
 * entry); here is only what a person would see: a question before sending, a chat that opens, a
 * window that closes.
 */
export function createBridgeAnswer({ session, windows, tour }) {
  return async function answer({ name, params, pageUrl, entry, ask, place }) {
    const body = { as: session.at.as, with: session.at.with, entry, pageUrl, name, params }
    const cancelled = name === 'sendChatMessage' && ask && !(await askBeforeSending(params))
    try {
      const { client, ...res } = await postJson('/sandbox/ui/bridge', {
        ...body,
        ...(cancelled ? { choice: 'cancel' } : {}),
      })
      if (res.err_msg === 'sendChatMessage:ok') tour.send = true
      // answered first: opening another chat may take the asking page away
      setTimeout(() => void act(client, place))
      return res
    } catch (error) {
      return { err_msg: `${name}:fail ${error.message}` }
    }
  }

  async function act(client, place) {
    if (client?.action === 'open-chat') {
      windows.minimise()
      await session.openChat(client.with)
    }
    if (client?.action === 'profile') {
      if (client.with !== session.at.with && client.type === 2) await session.openChat(client.with)
      session.at.infoOpen = client.type === 2
    }
    if (client?.action === 'add-customer') session.at.findOpen = true
    if (client?.action === 'close' && place === 'panel') windows.close()
  }
}

function askBeforeSending(params) {
  const words =
    params.text?.content ?? params.news?.title ?? params.miniprogram?.title ?? '一条消息'
  return confirmWith({ question: '发送到当前聊天？', detail: words, yes: '发送' })
}
