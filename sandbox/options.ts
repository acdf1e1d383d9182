import type { Clock } from './core/clock.ts'

/** What the sandbox logs through; pino's loggers fit. */
export interface Log {
  info: (fields: object, message: string) => void
  warn: (fields: object, message: string) => void
}

/** The corp and its one self-built app, as an administrator wrote them into the console. */
export interface SandboxCorp {
  corpId: string
  agentId: number
  agentSecret: string
  callbackToken: string
  callbackAesKey: string
}

export interface SandboxOptions {
  /** 127.0.0.1 unless told: whoever reaches the sandbox may be anybody in it */
  host?: string
  /** 0 takes a free one */
  port: number
  corp: SandboxCorp
  /** where callbacks go: 接收消息 → URL */
  callbackUrl: string
  /** the assistant's PUBLIC_URL: trusted domain of OAuth and of the JS-SDK */
  appUrl: string
  seed: SandboxSeed
  /** a JSON file that keeps the sandbox's state over a restart; none: memory only */
  stateFile?: string
  /** the time its movable clock starts from; the system's unless told */
  now?: () => Date
  log?: Log
  /** real milliseconds; WeCom's are 5 s and three retries */
  callbacks?: { timeoutMs?: number; retryMs?: readonly number[] }
}

export interface SeedMember {
  userid: string
  name: string
  /** its 部门, by name */
  department?: string
  avatar?: string
  position?: string
}

export interface SeedCustomer {
  externalUserid: string
  name: string
  avatar?: string
  gender?: 0 | 1 | 2
  unionid?: string
  /** 1 a WeChat user, 2 somebody of another company's WeCom */
  type?: 1 | 2
}

export interface SeedRelation {
  userid: string
  externalUserid: string
  remark?: string
  description?: string
  remarkMobiles?: string[]
  /** Unix seconds */
  createtime: number
  addWay?: number
  state?: string
  tagIds?: string[]
}

export interface SeedTagGroup {
  groupId: string
  name: string
  order: number
  tags: { id: string; name: string; order: number }[]
}

/** The company on its first day. */
export interface SandboxSeed {
  members: SeedMember[]
  customers: SeedCustomer[]
  relations: SeedRelation[]
  tagGroups: SeedTagGroup[]
}

/** A running sandbox, and what tests and the demo hold it by. */
export interface Sandbox {
  url: string
  clock: Clock
  /** every call to /cgi-bin so far, oldest first, without secrets (the last 5000) */
  log: () => CallRecord[]
  /** the callbacks sent, oldest first (the last 1000) */
  callbacks: () => readonly Delivery[]
  /** as POST /sandbox/faults */
  addFault: (fault: FaultInput) => void
  /** sends a callback: `fields` in WeCom's names, common ones filled in; resolves when it is delivered or given up */
  emit: (fields: EventFields) => Promise<Delivery>
  /** resolves when no callback is under way */
  idle: () => Promise<void>
  /** writes the state file now */
  save: () => Promise<void>
  close: () => Promise<void>
}

/** Fields of a callback's inner XML, in order. Numbers stay bare, text becomes CDATA. */
export interface EventFields {
  [name: string]: string | number | EventFields | (string | number | EventFields)[]
}

export interface CallRecord {
  seq: number
  /** by the sandbox's clock */
  at: string
  method: string
  path: string
  query: Record<string, string>
  body?: unknown
  status: number
  errcode: number
  errmsg: string
  /** what the answer does not say: members whose message was dropped, a request taken for a repeat, a fault */
  notes?: Record<string, unknown>
}

export interface FaultInput {
  /** `message/send`, `/cgi-bin/message/send` or `*` */
  path: string
  /** answer with this code instead of doing it */
  errcode?: number
  /** answer with this HTTP status and no JSON instead of doing it */
  status?: number
  /** wait so long first (real milliseconds), then go on */
  delayMs?: number
  /** cut the connection instead of answering */
  reset?: boolean
  /** `after`: do it, then fail — the answer is lost, the deed is done. `before` unless told */
  when?: 'before' | 'after'
  /** how many calls it hits; 1 unless told */
  times?: number
}

export interface Delivery {
  id: string
  /** Event or MsgType, and ChangeType if any */
  event: string
  xml: string
  at: string
  state: 'pending' | 'delivered' | 'given_up'
  attempts: { at: string; ms: number; status?: number; error?: string }[]
}
