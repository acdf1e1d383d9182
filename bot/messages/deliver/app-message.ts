import { Type } from 'typebox'
import type { BotDeps } from '../../deps.ts'
import { WecomError } from '../../wecom/error-table.ts'
import { readPayload, type Delivered, type DeliveryContext, type OutboxRow } from './delivery.ts'
import { whyUnwanted } from './still-wanted.ts'

/** A message/send body without touser and agentid (wecom-protocol 3.1). */
const AppMessage = Type.Object({
  msgtype: Type.String({ minLength: 1 }),
  template_card: Type.Optional(Type.Object({ task_id: Type.Optional(Type.String()) })),
})

interface SendAnswer {
  invaliduser?: string
  msgid?: string
  response_code?: string
}

const TASK_ID_USED = 42_014

/** Sends the app's message to the row's recipient, where it is about a task: if that is still to be done by them. */
export async function deliverAppMessage(
  deps: BotDeps,
  row: OutboxRow,
  context: DeliveryContext,
): Promise<Delivered> {
  const message = readPayload(AppMessage, row)
  if (!row.recipient) return { state: 'failed', why: 'no recipient' }
  // what may have arrived is sent again, to be recognised: its change is waiting for it
  const unwanted = context.mayBeDone ? null : await whyUnwanted(deps.db.prisma, row)
  if (unwanted) return { state: 'cancelled', why: unwanted }
  const repeatable = duplicateInterval(row.id)
  // a card's id is good for one card for ever; of everything else a late repetition would be a second message
  const hasId = message.template_card?.task_id !== undefined
  if (!hasId && isOlder(context.unsureSince, deps.clock.now(), repeatable)) {
    deps.log.error(
      { outboxId: row.id.toString(), traceId: row.traceId },
      'a message may have been sent and is not sent again',
    )
    return {
      state: 'failed',
      why: 'may have been sent: WeCom did not answer in time to be asked again',
    }
  }
  let answer: SendAnswer
  try {
    answer = await deps.wecom.post<SendAnswer>(
      '/cgi-bin/message/send',
      {
        ...message,
        touser: row.recipient,
        agentid: deps.agentId,
        enable_duplicate_check: 1,
        duplicate_check_interval: repeatable,
      },
      { traceId: row.traceId },
    )
  } catch (error) {
    // the card's task_id is used: by our own call whose answer was lost, longer ago than WeCom checks repetitions
    const isThere =
      error instanceof WecomError && error.errcode === TASK_ID_USED && context.mayBeDone
    if (!isThere) throw error
    return { state: 'sent' }
  }
  // one who is outside the visible range is named in an answer that else looks like success
  if (isAmong(row.recipient, answer.invaliduser)) {
    return { state: 'failed', why: "the recipient is outside the app's visible range" }
  }
  return {
    state: 'sent',
    ...(answer.msgid && { msgid: answer.msgid }),
    ...(answer.response_code && { responseCode: answer.response_code }),
  }
}

/**
 * Seconds in which WeCom drops a repetition of the same request JSON: what makes a call after a crash harmless. At
 * least half an hour, so that a backlog or a longer outage still finds it. The odd seconds make requests of different
 * rows different, so that a guide who asks 任务 twice is answered twice; a row's own repetitions stay the same.
 */
function duplicateInterval(id: bigint): number {
  return 1800 + Number(id % 12_000n)
}

function isOlder(since: Date | null, now: Date, seconds: number): boolean {
  return since !== null && now.getTime() - since.getTime() >= seconds * 1000
}

/** WeCom writes userids of this field in lower case, divided by | (wecom-protocol 0). */
function isAmong(userid: string, list: string | undefined): boolean {
  return (list ?? '').toLowerCase().split('|').includes(userid.toLowerCase())
}
