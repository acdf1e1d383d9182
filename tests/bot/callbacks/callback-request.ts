import { encryptMessage, signMessage } from '../../../bot/wecom/crypto.ts'
import { buildEnvelope } from '../../../bot/wecom/envelope.ts'
import { SAMPLE } from '../wecom/vectors.ts'

export interface CallbackRequest {
  query: Record<string, string>
  body: string
}

/** A delivery as WeCom makes it: other random bytes, timestamp and nonce each time. */
export function callbackRequest(
  message: string,
  change: { corpId?: string; token?: string; aesKey?: string } = {},
): CallbackRequest {
  const { corpId, token, aesKey } = { ...SAMPLE, ...change }
  const encrypt = encryptMessage({ aesKey, receiveId: corpId, message })
  const timestamp = String(1_700_000_000 + Math.floor(Math.random() * 1e6))
  const nonce = String(Math.floor(Math.random() * 1e9))
  const signature = signMessage({ token, timestamp, nonce, encrypt })
  return {
    query: { msg_signature: signature, timestamp, nonce },
    body: buildEnvelope(corpId, encrypt),
  }
}

/** An event's XML, told from others by `id`. */
export function eventXml(id: number | string, more = ''): string {
  return `<xml><ToUserName><![CDATA[${SAMPLE.corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1403610513</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[edit_external_contact]]></ChangeType><UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[wm${id}]]></ExternalUserID>${more}</xml>`
}
