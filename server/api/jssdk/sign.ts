import { createHash, randomBytes } from 'node:crypto'

export interface JsSignature {
  timestamp: number
  nonceStr: string
  signature: string
}

/**
 * Signs a page's address with a JS ticket (wecom-protocol 3.13, vector V5): names in this order, nothing encoded,
 * seconds, the address without its fragment.
 *
 * @example signPage('T', 'http://a/b#c', 1414587457, 'n').signature // sha1 of jsapi_ticket=T&noncestr=n&timestamp=1414587457&url=http://a/b
 */
export function signPage(
  ticket: string,
  url: string,
  timestamp: number,
  nonceStr: string = randomBytes(8).toString('hex'),
): JsSignature {
  const page = url.split('#')[0] ?? ''
  const text = `jsapi_ticket=${ticket}&noncestr=${nonceStr}&timestamp=${timestamp}&url=${page}`
  return { timestamp, nonceStr, signature: createHash('sha1').update(text).digest('hex') }
}
