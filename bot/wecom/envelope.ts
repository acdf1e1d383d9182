const OPEN = '<Encrypt>'
const CLOSE = '</Encrypt>'
const CDATA_OPEN = '<![CDATA['
const CDATA_CLOSE = ']]>'

/**
 * Takes the ciphertext out of a callback's envelope (wecom-protocol 1.3). No XML parser runs before the
 * signature is checked, and nothing else of the envelope is read: `ToUserName` and `AgentID` are not signed.
 * Linear in the body's length. Whether it is base64 to the last letter is for `decrypt` to say, after the signature.
 *
 * @returns the base64 text, or null when the body is not an envelope
 */
export function takeEncrypted(body: string): string | null {
  const open = body.indexOf(OPEN)
  if (open < 0) return null
  const close = body.indexOf(CLOSE, open)
  if (close < 0) return null
  let text = body.slice(open + OPEN.length, close).trim()
  if (text.startsWith(CDATA_OPEN) && text.endsWith(CDATA_CLOSE)) {
    text = text.slice(CDATA_OPEN.length, -CDATA_CLOSE.length).trim()
  }
  return text === '' || text.includes('<') ? null : text
}

/** Builds an envelope as WeCom posts it; for tests and for `npm run doctor`. */
export function buildEnvelope(corpId: string, encrypted: string): string {
  return `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
}
