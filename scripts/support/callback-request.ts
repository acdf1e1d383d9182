import { encryptMessage, signMessage } from '../../bot/wecom/crypto.ts'
import { buildEnvelope } from '../../bot/wecom/envelope.ts'

/** A callback as WeCom posts it. */
export interface CallbackRequest {
  /** path and query */
  path: string
  body: string
}

/** What WeCom and we share: corp id, Token and EncodingAESKey. */
export interface CallbackSecrets {
  corpId: string
  token: string
  aesKey: string
}

/** The secrets of an assistant's environment. */
export function secretsOf(environment: Record<string, string>): CallbackSecrets {
  return {
    corpId: environment['WECOM_CORP_ID'] ?? '',
    token: environment['WECOM_CALLBACK_TOKEN'] ?? '',
    aesKey: environment['WECOM_CALLBACK_AES_KEY'] ?? '',
  }
}

/** A delivery of `xml`: other random bytes, timestamp and nonce each time, as WeCom's repetitions have. */
export function callbackRequest(secrets: CallbackSecrets, xml: string): CallbackRequest {
  const { corpId, token, aesKey } = secrets
  const encrypt = encryptMessage({ aesKey, receiveId: corpId, message: xml })
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = String(Math.floor(Math.random() * 1e9))
  const signature = signMessage({ token, timestamp, nonce, encrypt })
  const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce })
  return { path: `/wecom/callback?${query.toString()}`, body: buildEnvelope(corpId, encrypt) }
}

/** An event about a customer of ours, told from others by `id`; unknown to the database, it changes nothing. */
export function customerEventXml(corpId: string, id: number | string): string {
  return `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1403610513</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event><ChangeType><![CDATA[edit_external_contact]]></ChangeType><UserID><![CDATA[zhangsan]]></UserID><ExternalUserID><![CDATA[wm${id}]]></ExternalUserID></xml>`
}
