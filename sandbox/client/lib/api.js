/** Talks to the sandbox that served this page; every answer is JSON. */

/** What the sandbox refused, or that it could not be reached (`status` 0). */
export class SandboxError extends Error {
  constructor(message, status, body) {
    super(message)
    this.name = 'SandboxError'
    this.status = status
    this.body = body
  }
}

async function call(path, init) {
  let response
  try {
    response = await fetch(path, init)
  } catch {
    throw new SandboxError('连不上沙盒，请看看 npm run demo 是否还在运行', 0, null)
  }
  const text = await response.text()
  const body = parse(text)
  if (!response.ok) {
    throw new SandboxError(sentenceOf(body, response.status), response.status, body)
  }
  return body
}

function parse(text) {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return { message: text.slice(0, 200) }
  }
}

function sentenceOf(body, status) {
  const sentence = body?.message ?? body?.errmsg
  return typeof sentence === 'string' && sentence !== '' ? sentence : `沙盒回答 ${status}`
}

/** `getJson('/sandbox/ui/state', { as })` → the parsed answer; throws SandboxError. */
export function getJson(path, query = {}) {
  const search = new URLSearchParams(query).toString()
  return call(search === '' ? path : `${path}?${search}`, {
    headers: { accept: 'application/json' },
  })
}

/** Posts JSON and returns the parsed answer; throws SandboxError. */
export function postJson(path, body) {
  return call(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  })
}
