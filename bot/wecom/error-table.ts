/**
 * What an errcode asks of us. `done`: as good as success · `retry`: the same call may succeed later ·
 * `refresh`: take a new access_token, once · `give_up`: this call can never succeed · `alarm`: a person must
 * change the set-up or the program.
 */
export type WecomAction = 'done' | 'retry' | 'refresh' | 'give_up' | 'alarm'

interface ErrorEntry {
  action: WecomAction
  /** what it means, and for an alarm what to do */
  says: string
  /** milliseconds after which another try makes sense, where that is known */
  waitMs?: number
}

const MINUTE = 60_000

/** wecom-protocol 2.2, and only here. `errmsg` is never looked at. */
export const ERRORS: ReadonlyMap<number, ErrorEntry> = new Map<number, ErrorEntry>([
  // busy, and worth another try
  [-1, { action: 'retry', says: 'WeCom is busy' }],
  [6000, { action: 'retry', says: 'someone else changed the data at the same moment' }],
  [41063, { action: 'retry', says: 'the mass message is still being dispatched' }],
  [41096, { action: 'retry', says: 'another app is sending the welcome message now' }],
  [45009, { action: 'retry', says: 'the frequency limit is used up', waitMs: MINUTE }],
  [45033, { action: 'retry', says: 'too many calls of this interface at once' }],

  // the token is stale
  [40014, { action: 'refresh', says: 'the access_token is invalid' }],
  [42001, { action: 'refresh', says: 'the access_token has expired' }],

  // somebody else did it
  [
    41051,
    { action: 'done', says: 'the welcome message was already delivered, or they already chat' },
  ],

  // this call can never succeed
  [40003, { action: 'give_up', says: 'no such userid' }],
  [40007, { action: 'give_up', says: 'the media_id is wrong or older than 3 days' }],
  [40029, { action: 'give_up', says: 'the sign-in code is used or expired' }],
  [40068, { action: 'give_up', says: 'no such tag; it may have been deleted in WeCom' }],
  [40071, { action: 'give_up', says: 'a tag of this name exists' }],
  [
    40096,
    { action: 'give_up', says: "the customer is not this corp's, or out of the app's range" },
  ],
  [40097, { action: 'give_up', says: 'the member has not resigned' }],
  [40098, { action: 'give_up', says: 'the receiver has not confirmed a real name' }],
  [40099, { action: 'give_up', says: "the receiver's number of customers is at its limit" }],
  [40100, { action: 'give_up', says: 'the customer is already being handed over' }],
  [40126, { action: 'give_up', says: 'the number of tags is at its limit' }],
  [40128, { action: 'give_up', says: 'the customer was handed over twice in 90 days' }],
  [40129, { action: 'give_up', says: 'the customer is being handed over' }],
  [40130, { action: 'give_up', says: 'giver and receiver are the same person' }],
  [40131, { action: 'give_up', says: "the customer is not the giver's" }],
  [40143, { action: 'give_up', says: 'the receiver is banned' }],
  [40201, { action: 'give_up', says: 'blocked as unwanted content' }],
  [41046, { action: 'give_up', says: 'the mass message id is missing' }],
  [41047, { action: 'give_up', says: 'the mass message id is invalid' }],
  [41048, { action: 'give_up', says: 'no customer can be reached' }],
  [41049, { action: 'give_up', says: 'the welcome code is missing' }],
  [41050, { action: 'give_up', says: 'the welcome code is used or older than 20 seconds' }],
  [41093, { action: 'give_up', says: 'the mass message was cancelled' }],
  [41094, { action: 'give_up', says: 'reminded too often' }],
  [46004, { action: 'give_up', says: 'no such member' }],
  [60111, { action: 'give_up', says: 'no such userid' }],
  [60123, { action: 'give_up', says: 'no such department' }],
  [
    60140,
    { action: 'give_up', says: 'the response code of the card is used or older than 72 hours' },
  ],
  [81013, { action: 'give_up', says: "no recipient is valid and inside the app's range" }],
  [84014, { action: 'give_up', says: 'the user_ticket has expired' }],
  [84015, { action: 'give_up', says: 'the user_ticket is invalid' }],
  [84061, { action: 'give_up', says: 'this member and this customer are no contacts' }],
  [610004, { action: 'give_up', says: "not one of the corp's customers" }],
  [701008, { action: 'give_up', says: 'nobody holds a license for this customer' }],

  // the set-up needs a person
  [
    40001,
    { action: 'alarm', says: 'wrong secret, or the app is disabled: check WECOM_AGENT_SECRET' },
  ],
  [40013, { action: 'alarm', says: 'wrong corp id: check WECOM_CORP_ID' }],
  [40056, { action: 'alarm', says: 'wrong agent id: check WECOM_AGENT_ID' }],
  [
    42012,
    { action: 'alarm', says: 'the JS ticket belongs to another app or is of the other kind' },
  ],
  [
    43012,
    { action: 'alarm', says: 'the app has no callback address: set 接收消息 in the console' },
  ],
  [
    48002,
    {
      action: 'alarm',
      says: 'the app may not call this: add it to 可调用接口的应用',
      waitMs: 10 * MINUTE,
    },
  ],
  [
    48006,
    {
      action: 'alarm',
      says: 'the app was unused for long: an administrator must enable it again',
      waitMs: 10 * MINUTE,
    },
  ],
  [50001, { action: 'alarm', says: 'the redirect domain is not the trusted domain' }],
  [
    50002,
    { action: 'alarm', says: "a member is outside the app's rights: check its visible range" },
  ],
  [
    60011,
    { action: 'alarm', says: "outside the app's rights: check its visible range and permissions" },
  ],
  [
    60020,
    { action: 'alarm', says: "add this server's address to 企业可信IP", waitMs: 10 * MINUTE },
  ],
  [60021, { action: 'alarm', says: "outside the app's visible range" }],
  [80001, { action: 'alarm', says: 'the trusted domain is wrong' }],
  [81017, { action: 'alarm', says: 'too much asked for at once: filter by owner' }],
  [84025, { action: 'alarm', says: 'the state of the sign-in may hold letters and digits only' }],
  [84074, { action: 'alarm', says: 'the member has no right to external contacts' }],
  [84083, { action: 'alarm', says: 'the member is no service member' }],
  [84084, { action: 'alarm', says: 'the member does not follow this customer' }],
  [85004, { action: 'alarm', says: 'the trusted domain was changed too often this month' }],
  [85005, { action: 'alarm', says: 'the ownership of the trusted domain is not verified' }],
  [85008, { action: 'alarm', says: 'the trusted domain is filed to another subject' }],
  [85111, { action: 'alarm', says: 'the trusted domain belongs to a provider' }],

  // the program is wrong
  [40008, { action: 'alarm', says: 'a wrong msgtype' }],
  [40033, { action: 'alarm', says: 'illegal characters in the request' }],
  [40035, { action: 'alarm', says: 'illegal parameters' }],
  [40058, { action: 'alarm', says: 'illegal parameters' }],
  [40063, { action: 'alarm', says: 'missing parameters' }],
  [40093, { action: 'alarm', says: 'the JS signature is wrong' }],
  [41001, { action: 'alarm', says: 'the access_token is missing' }],
  [41002, { action: 'alarm', says: 'the corp id is missing' }],
  [41004, { action: 'alarm', says: 'the secret is missing' }],
  [41035, { action: 'alarm', says: 'the external_userid is missing' }],
  [41064, { action: 'alarm', says: 'too many attachments' }],
  [41065, { action: 'alarm', says: 'bad attachments' }],
  [42014, { action: 'alarm', says: "the card's task_id is illegal" }],
  [45002, { action: 'alarm', says: 'the content is too long' }],
  [301002, { action: 'alarm', says: "another app's: this app may not change it" }],
])

/** Sensitive-word rules have ten codes for one thing: a limit the console shows. */
const SENSITIVE_WORDS: ErrorEntry = {
  action: 'give_up',
  says: 'a limit of the sensitive-word rules',
}
const UNKNOWN: ErrorEntry = { action: 'give_up', says: 'an error that is not in our table' }

function entryFor(errcode: number): ErrorEntry {
  if (errcode >= 41068 && errcode <= 41077) return SENSITIVE_WORDS
  return ERRORS.get(errcode) ?? UNKNOWN
}

/**
 * What to do about an errcode (wecom-protocol 2.2). A code that is not in the table is given up: trying again
 * what nobody understands does no good.
 *
 * @example actionFor(42001) // 'refresh'
 */
export function actionFor(errcode: number): WecomAction {
  return entryFor(errcode).action
}

/** What an errcode means, in English; error-words.ts has the Chinese and what to do. */
export function saysOf(errcode: number): string {
  return entryFor(errcode).says
}

/** Why there was no usable answer, where the failure is not an errcode of WeCom's. */
export type NoAnswer = 'timeout' | 'connection' | 'http_status' | 'bad_answer' | 'limited'

export interface WecomErrorInit {
  errcode: number
  path: string
  action?: WecomAction
  /** milliseconds after which another try makes sense */
  retryAfterMs?: number | undefined
  why?: NoAnswer | undefined
  /** further words for the operator; never tokens, never data of people */
  detail?: string | undefined
}

/** A call to WeCom that did not succeed. Its message names path, code and meaning, never a token or a person. */
export class WecomError extends Error {
  override name = 'WecomError'
  readonly errcode: number
  readonly path: string
  readonly action: WecomAction
  /** milliseconds after which another try makes sense; absent where the usual back-off will do */
  readonly retryAfterMs?: number
  /** set where WeCom did not answer at all, or not with an errcode */
  readonly why?: NoAnswer

  constructor(init: WecomErrorInit) {
    const entry = entryFor(init.errcode)
    const says = init.why === undefined ? entry.says : noAnswerSays(init.why)
    const detail = init.detail === undefined ? '' : ` (${init.detail})`
    super(`WeCom ${init.path}: ${init.why ?? init.errcode}, ${says}${detail}`)
    this.errcode = init.errcode
    this.path = init.path
    this.action = init.action ?? (init.why === undefined ? entry.action : 'retry')
    const wait = init.retryAfterMs ?? (init.why === undefined ? entry.waitMs : undefined)
    if (wait !== undefined) this.retryAfterMs = wait
    if (init.why !== undefined) this.why = init.why
  }
}

function noAnswerSays(why: NoAnswer): string {
  switch (why) {
    case 'timeout':
      return 'no answer in time'
    case 'connection':
      return 'the connection failed'
    case 'http_status':
      return 'an HTTP error'
    case 'bad_answer':
      return 'the answer is not what the interface promises'
    case 'limited':
      return 'held back by our own limiter'
  }
}

/**
 * Whether the same read may be tried again at once, after a short pause: busy, or no answer. An answer that makes no
 * sense will hardly make more in a second: the job comes back for it later, and holds no worker meanwhile.
 */
export function mayRetryAtOnce(error: WecomError): boolean {
  if (error.why !== undefined) return error.why !== 'limited' && error.why !== 'bad_answer'
  return error.errcode === -1 || error.errcode === 6000 || error.errcode === 45033
}
