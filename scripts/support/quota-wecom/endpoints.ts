/** A call's body as it arrived, with what it says. */
export interface CallBody {
  text: string
  json: Record<string, unknown>
}

/** What an interface answers, and whether a person would see something of it. */
export interface Answer {
  errcode: number
  /** message/send: given to the member, dropped without a word, or known already */
  outcome: 'done' | 'repeated' | 'dropped' | 'refused'
  more?: Record<string, unknown>
}

/** What WeCom remembers of what was sent through it. */
export interface Memory {
  /** request JSON → until when a repetition of it is dropped, and what the first one was answered */
  requests: Map<string, { until: number; msgid: string }>
  taskIds: Set<string>
  welcomeCodes: Set<string>
  responseCodes: Set<string>
  sent: number
}

export function createMemory(): Memory {
  return {
    requests: new Map(),
    taskIds: new Set(),
    welcomeCodes: new Set(),
    responseCodes: new Set(),
    sent: 0,
  }
}

/** Repetitions are looked for over half an hour unless the call says otherwise, at most four hours (3.1). */
const REPETITION_S = 1_800
const LONGEST_REPETITION_S = 14_400

/**
 * message/send: a repetition of the same request JSON within its interval is not delivered again; a card's task_id
 * is good for one card for ever; what is over a member's limit is dropped without a word (wecom-protocol 2.3, 3.1).
 */
export function sendMessage(memory: Memory, body: CallBody, at: number, isFull: boolean): Answer {
  const { json } = body
  const isChecked = json['enable_duplicate_check'] === 1
  const known = isChecked ? memory.requests.get(body.text) : undefined
  if (known && at < known.until) {
    return { errcode: 0, outcome: 'repeated', more: { msgid: known.msgid } }
  }
  const taskId = taskIdOf(json)
  if (taskId !== undefined && memory.taskIds.has(taskId)) {
    return { errcode: 42_014, outcome: 'refused' }
  }
  memory.sent += 1
  const msgid = `m${memory.sent}`
  if (isChecked) {
    const asked = Number(json['duplicate_check_interval'] ?? REPETITION_S)
    const seconds = Math.min(asked, LONGEST_REPETITION_S)
    memory.requests.set(body.text, { until: at + seconds * 1000, msgid })
  }
  if (taskId !== undefined) memory.taskIds.add(taskId)
  const more = { msgid, ...(taskId !== undefined && { response_code: `r-${taskId}` }) }
  return { errcode: 0, outcome: isFull ? 'dropped' : 'done', more }
}

/** A code is good for one welcome (wecom-protocol 3.6). */
export function sendWelcome(memory: Memory, { json }: CallBody): Answer {
  return useOnce(memory.welcomeCodes, json['welcome_code'], 41_050)
}

/** A response code is good for one change of its card (wecom-protocol 3.1). */
export function updateCard(memory: Memory, { json }: CallBody): Answer {
  return useOnce(memory.responseCodes, json['response_code'], 60_140)
}

function useOnce(used: Set<string>, code: unknown, errcode: number): Answer {
  if (typeof code !== 'string' || used.has(code)) return { errcode, outcome: 'refused' }
  used.add(code)
  return { errcode: 0, outcome: 'done' }
}

function taskIdOf(json: Record<string, unknown>): string | undefined {
  const card = json['template_card']
  if (typeof card !== 'object' || card === null || !('task_id' in card)) return undefined
  return typeof card.task_id === 'string' ? card.task_id : undefined
}
