/** What an event carries beside its head: element name → text. */
export type EventFields = Readonly<Record<string, string>>

/**
 * The plaintext of an event as WeCom writes it.
 *
 * @param head.event `Event`, or `Event/ChangeType`
 * @param head.seconds CreateTime
 * @example eventXml('ww1', { from: 'sys', event: 'change_external_tag/create', seconds: 1 }, { Id: 'et1' })
 */
export function eventXml(
  corpId: string,
  head: { event: string; seconds: number; from?: string },
  fields: EventFields = {},
): string {
  const [event = '', change] = head.event.split('/')
  const all = {
    ToUserName: corpId,
    FromUserName: head.from ?? 'sys',
    CreateTime: String(head.seconds),
    MsgType: 'event',
    Event: event,
    ...(change === undefined ? {} : { ChangeType: change }),
    ...fields,
  }
  const elements = Object.entries(all).map(([name, text]) =>
    name === 'CreateTime' ? `<${name}>${text}</${name}>` : `<${name}><![CDATA[${text}]]></${name}>`,
  )
  return `<xml>${elements.join('')}</xml>`
}

/** A text message of a member to the app. */
export function textXml(
  corpId: string,
  message: { from: string; seconds: number; content: string; id: string },
): string {
  return `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[${message.from}]]></FromUserName><CreateTime>${message.seconds}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${message.content}]]></Content><MsgId>${message.id}</MsgId><AgentID>1000002</AgentID></xml>`
}
