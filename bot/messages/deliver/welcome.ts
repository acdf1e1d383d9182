import { Type } from 'typebox'
import type { BotDeps } from '../../deps.ts'
import { WecomError } from '../../wecom/error-table.ts'
import { readPayload, type Delivered, type DeliveryContext, type OutboxRow } from './delivery.ts'

/** The first words to a new customer; the code lives 20 seconds (wecom-protocol 3.6). */
const Welcome = Type.Object({
  welcomeCode: Type.String({ minLength: 1 }),
  text: Type.String({ minLength: 1 }),
})

const CODE_USED = 41_050

/** Sends the welcome message. 41051, somebody was faster, is as good (the error table calls it done). */
export async function deliverWelcome(
  deps: BotDeps,
  row: OutboxRow,
  context: DeliveryContext,
): Promise<Delivered> {
  const { welcomeCode, text } = readPayload(Welcome, row)
  try {
    await deps.wecom.post(
      '/cgi-bin/externalcontact/send_welcome_msg',
      { welcome_code: welcomeCode, text: { content: text } },
      { traceId: row.traceId },
    )
  } catch (error) {
    if (!(error instanceof WecomError)) throw error
    // used up, most likely by our own call whose answer was lost
    if (error.errcode === CODE_USED && context.mayBeDone) return { state: 'sent' }
    if (error.action !== 'retry') throw error
    // the usual back-off would outlive the code
    return {
      state: 'waiting',
      why: error.message,
      delayMs: 1_000,
      counts: true,
      errcode: error.errcode,
    }
  }
  return { state: 'sent' }
}
