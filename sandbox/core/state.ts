import type {
  Delivery,
  SandboxSeed,
  SeedCustomer,
  SeedMember,
  SeedRelation,
  SeedTagGroup,
} from '../options.ts'

type RelationState = 'live' | 'half' | 'deleted_by_customer' | 'deleted_by_guide'

export interface Member extends SeedMember {
  /** inside the app's visible range */
  visible: boolean
}

/** One member–customer pair: remark, tags and chat hang on it, not on the customer. */
export interface Relation extends Required<Omit<SeedRelation, 'state'>> {
  /** the 联系我 `state` it was added by */
  channel: string
  relation: RelationState
  /** when this pair last became contacts, Unix ms: tells whether they chatted since */
  since: number
}

export interface Tag {
  id: string
  name: string
  order: number
  createTime: number
  /** made by the app through the API: only these may it edit or delete */
  own: boolean
  deleted: boolean
}

export interface TagGroup {
  id: string
  name: string
  order: number
  createTime: number
  own: boolean
  deleted: boolean
  tags: Tag[]
}

/** A template card's JSON as it is now; `replace_text` greys its buttons. */
export type Card = Record<string, unknown>

export interface ChatMessage {
  id: string
  /** Unix ms by the sandbox's clock */
  at: number
  from: 'app' | 'guide' | 'customer'
  msgtype: string
  text?: string
  card?: Card
  raw: Record<string, unknown>
  msgid?: string
  recalled?: boolean
}

interface WelcomeCode {
  code: string
  userid: string
  externalUserid: string
  at: number
  used: boolean
}

/** A one-use right to change the cards of one message. */
interface ResponseCode {
  code: string
  msgid: string
  at: number
  used: boolean
}

export interface SentMessage {
  msgid: string
  at: number
  recipients: string[]
  /** what enable_duplicate_check compares */
  digest?: string
  responseCode?: string
}

export interface MassTask {
  msgid: string
  at: number
  text: string
  attachments: unknown[]
  cancelled: boolean
  reminders: number[]
  senders: { userid: string; sentAt: number | null; customers: MassCustomer[] }[]
}

export interface MassCustomer {
  externalUserid: string
  status: 0 | 1 | 2 | 3
  sendTime: number | null
}

export interface Transfer {
  handover: string
  takeover: string
  externalUserid: string
  at: number
  message: string
  status: 1 | 2 | 3 | 4
  doneAt: number | null
}

/** A customer of a member who left the company, who waits for a taker. */
export interface Unassigned {
  handover: string
  externalUserid: string
  leftAt: number
}

/** All that a restart must not lose, as JSON. Members, customers and pairs are keyed by lower-case userid. */
export interface State {
  version: 1
  clockOffsetMs: number
  members: Record<string, Member>
  customers: Record<string, SeedCustomer>
  relations: Record<string, Record<string, Relation>>
  tagGroups: TagGroup[]
  tokens: { token: string; expiresAt: number }[]
  tickets: { kind: 'jsapi' | 'agent_config'; ticket: string; expiresAt: number }[]
  oauthCodes: Record<string, { userid: string; at: number }>
  /** by userid: the app's conversation; by `userid|externalUserid`: a chat */
  chats: Record<string, ChatMessage[]>
  /** reader `|` chat key → Unix ms of the newest message seen */
  reads: Record<string, number>
  /** task ids the app has used, for ever: they are unique per app */
  taskIds: Record<string, true>
  sent: SentMessage[]
  responseCodes: ResponseCode[]
  welcomeCodes: WelcomeCode[]
  mass: MassTask[]
  /** mass messages a customer got: externalUserid → `YYYY-MM` → how many */
  massQuota: Record<string, Record<string, number>>
  transfers: Transfer[]
  /** app messages of one Beijing day (days since 1970), recipients counted; absent before the first */
  personTimes?: { day: number; count: number }
  /** absent in files that an older version wrote */
  unassigned?: Unassigned[]
  deliveries: Delivery[]
}

/** The company on its first day, by the clock's present moment. */
export function stateFromSeed(seed: SandboxSeed, nowMs: number): State {
  const state: State = {
    version: 1,
    clockOffsetMs: 0,
    members: {},
    customers: {},
    relations: {},
    tagGroups: seed.tagGroups.map((group) => tagGroupFromSeed(group, Math.floor(nowMs / 1000))),
    tokens: [],
    tickets: [],
    oauthCodes: {},
    chats: {},
    reads: {},
    taskIds: {},
    sent: [],
    responseCodes: [],
    welcomeCodes: [],
    mass: [],
    massQuota: {},
    transfers: [],
    deliveries: [],
  }
  for (const member of seed.members) {
    state.members[member.userid.toLowerCase()] = { ...member, visible: true }
    state.relations[member.userid.toLowerCase()] = {}
  }
  for (const customer of seed.customers) state.customers[customer.externalUserid] = { ...customer }
  for (const relation of seed.relations) {
    const ofMember = state.relations[relation.userid.toLowerCase()]
    if (!ofMember || !state.customers[relation.externalUserid]) {
      throw new Error(`seed: a relation names an unknown member or customer: ${relation.userid}`)
    }
    ofMember[relation.externalUserid] = newRelation(relation, relation.createtime * 1000)
  }
  return state
}

/** A live pair with nothing on it but what `seed` says. */
export function newRelation(seed: SeedRelation, sinceMs: number): Relation {
  const { state, ...given } = seed
  return {
    remark: '',
    description: '',
    remarkMobiles: [],
    addWay: 1,
    ...given,
    tagIds: [...(given.tagIds ?? [])],
    channel: state ?? '',
    relation: 'live',
    since: sinceMs,
  }
}

function tagGroupFromSeed(group: SeedTagGroup, createTime: number): TagGroup {
  const common = { createTime, own: false, deleted: false }
  return {
    ...common,
    id: group.groupId,
    name: group.name,
    order: group.order,
    tags: group.tags.map((tag) => ({ ...common, ...tag })),
  }
}
