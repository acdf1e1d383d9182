import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What WeCom knows of one guide's relation with a customer. */
export interface PlainFollow {
  /** seconds since the epoch */
  createtime: number
  remark?: string
  state?: string
  tagIds?: readonly string[]
}

/** A tag of the company, by its id in the group. */
export interface PlainTagGroup {
  name: string
  order: number
  tags: Map<string, { name: string; order: number }>
}

/** Parameters of a call: query and body as one. */
export type PlainInput = Record<string, unknown>

/** Answers one call in the place of WeCom: an errcode, or an HTTP status with any text. */
export type PlainFault = { errcode: number } | { status: number; text: string }

/**
 * A WeCom without quotas and without a mind of its own: it tells what the scenario wrote into it and counts what it is
 * asked to do. The sandbox is the one that behaves like WeCom; this one is for counting a hundred thousand effects.
 */
export interface PlainWecom {
  url: string
  /** external_userid → userid → relation; whoever is not in it is no customer (84061) */
  customers: Map<string, Map<string, PlainFollow>>
  tagGroups: Map<string, PlainTagGroup>
  /** how often each effect was asked for: `send_welcome_msg CODE`, `send USERID`, `update_template_card CODE` */
  effects: Map<string, number>
  /** calls by path, the last part of it */
  calls: Map<string, number>
  /** milliseconds before each answer; what it says is what was true when the call came */
  delayMs: () => number
  /** runs before a call is answered; an answer of its own replaces WeCom's */
  fault?: (path: string, input: PlainInput) => PlainFault | undefined
  close: () => Promise<void>
}

/** Starts it on a port of 127.0.0.1, a free one unless told. */
export async function startPlainWecom(port = 0): Promise<PlainWecom> {
  const server = createServer((request, response) => void answer(wecom, request, response))
  server.keepAliveTimeout = 60_000
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const wecom: PlainWecom = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    customers: new Map(),
    tagGroups: new Map(),
    effects: new Map(),
    calls: new Map(),
    delayMs: () => 0,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return wecom
}

async function answer(wecom: PlainWecom, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const url = new URL(request.url ?? '/', 'http://wecom')
  const path = url.pathname.split('/').pop() ?? ''
  const text = Buffer.concat(chunks).toString()
  const input: PlainInput = {
    ...Object.fromEntries(url.searchParams),
    ...(text === '' ? {} : (JSON.parse(text) as PlainInput)),
  }
  count(wecom.calls, path)
  const fault = wecom.fault?.(path, input)
  const said =
    fault && 'status' in fault
      ? fault.text
      : JSON.stringify({ errcode: 0, errmsg: 'ok', ...(fault ?? ANSWERS[path]?.(wecom, input)) })
  const delayMs = wecom.delayMs()
  if (delayMs > 0) await new Promise((resume) => setTimeout(resume, delayMs))
  response.writeHead(fault && 'status' in fault ? fault.status : 200).end(said)
}

type Answer = (wecom: PlainWecom, input: PlainInput) => object

const ANSWERS: Readonly<Record<string, Answer>> = {
  gettoken: () => ({ access_token: 'plain-token', expires_in: 7200 }),
  get_follow_user_list: () => ({ follow_user: [] }),
  list: () => ({ errcode: 84061 }),
  get: (wecom, input) =>
    input['external_userid'] === undefined
      ? { userid: input['userid'], name: '小林', status: 1 }
      : readCustomer(wecom, text(input['external_userid'])),
  get_corp_tag_list: readTags,
  send_welcome_msg: (wecom, { welcome_code: code }) => {
    count(wecom.effects, `send_welcome_msg ${text(code)}`)
    return {}
  },
  send: (wecom, { touser }) => {
    count(wecom.effects, `send ${text(touser)}`)
    return { msgid: 'm1', response_code: `rc-${Math.random()}` }
  },
  update_template_card: (wecom, { response_code: code }) => {
    count(wecom.effects, `update_template_card ${text(code)}`)
    return {}
  },
}

function readCustomer(wecom: PlainWecom, id: string): object {
  const follows = wecom.customers.get(id)
  if (!follows || follows.size === 0) return { errcode: 84061 }
  return {
    external_contact: { external_userid: id, name: '客人', type: 1, gender: 2 },
    follow_user: [...follows].map(([userid, follow]) => ({
      userid,
      createtime: follow.createtime,
      remark: follow.remark ?? '',
      description: '',
      add_way: 1,
      ...(follow.state === undefined ? {} : { state: follow.state }),
      tags: (follow.tagIds ?? []).map((tag_id) => ({ tag_id, type: 1 })),
    })),
  }
}

function readTags(wecom: PlainWecom, input: PlainInput): object {
  const groupIds = input['group_id'] as string[] | undefined
  const tagIds = input['tag_id'] as string[] | undefined
  const groups = [...wecom.tagGroups]
    .filter(([id]) => groupIds === undefined || groupIds.includes(id))
    .map(([group_id, group]) => ({
      group_id,
      group_name: group.name,
      order: group.order,
      tag: [...group.tags]
        .filter(([id]) => tagIds === undefined || tagIds.includes(id))
        .map(([id, tag]) => ({ id, ...tag })),
    }))
    .filter((group) => tagIds === undefined || group.tag.length > 0)
  return { tag_group: groups }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
