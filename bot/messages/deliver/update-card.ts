import { Type, type Static } from 'typebox'
import { Prisma } from '../../../prisma/db.ts'
import type { BotDeps } from '../../deps.ts'
import { WecomError } from '../../wecom/error-table.ts'
import { readPayload, type Delivered, type DeliveryContext, type OutboxRow } from './delivery.ts'

/** Changes a card that was sent: by the response code of a click, else by the one its sending gave. */
const UpdateCard = Type.Object({
  responseCode: Type.Optional(Type.String()),
  fromOutboxId: Type.Optional(Type.Union([Type.String({ pattern: '^\\d+$' }), Type.Integer()])),
  userid: Type.String({ minLength: 1 }),
  template_card: Type.Optional(Type.Object({})),
  button: Type.Optional(Type.Object({})),
})
type UpdateCard = Static<typeof UpdateCard>

const CODE_LIVES_MS = 72 * 3_600_000
const CODE_INVALID = 60_140

/** Makes the one change that a response code is good for (wecom-protocol 3.1, update_template_card). */
export async function deliverUpdateCard(
  deps: BotDeps,
  row: OutboxRow,
  context: DeliveryContext,
): Promise<Delivered> {
  const update = readPayload(UpdateCard, row)
  if (!update.template_card && !update.button)
    return { state: 'failed', why: 'no card and no button' }
  const code = update.responseCode ?? row.responseCode ?? (await takeCode(deps, row, update))
  if (typeof code !== 'string') return code
  try {
    await deps.wecom.post(
      '/cgi-bin/message/update_template_card',
      {
        userids: [update.userid],
        agentid: deps.agentId,
        response_code: code,
        ...(update.template_card
          ? { template_card: update.template_card }
          : { button: update.button }),
      },
      { traceId: row.traceId },
    )
  } catch (error) {
    if (!(error instanceof WecomError) || error.errcode !== CODE_INVALID) throw error
    // used up: by our own call that was cut off, or by another change
    if (!context.mayBeDone) return { state: 'cancelled', why: error.message }
  }
  return { state: 'sent' }
}

/** Moves the sent card's code to this row: whoever tries again finds it here, and no one else uses it. */
async function takeCode(
  deps: BotDeps,
  row: OutboxRow,
  update: UpdateCard,
): Promise<string | Delivered> {
  if (update.fromOutboxId === undefined) return { state: 'failed', why: 'no response code' }
  const cardId = BigInt(update.fromOutboxId)
  const youngest = new Date(deps.clock.now().getTime() - CODE_LIVES_MS)
  const taken = await deps.db.prisma.$queryRaw<{ code: string }[]>(Prisma.sql`
    with card as (
      select id, response_code from outbox
      where id = ${cardId} and state = 'sent' and response_code is not null
        and sent_at > ${youngest}
      for update
    ), emptied as (
      update outbox o set response_code = null from card where o.id = card.id returning card.response_code
    )
    update outbox o set response_code = emptied.response_code from emptied where o.id = ${row.id}
    returning o.response_code as code`)
  if (taken[0]) return taken[0].code
  const card = await deps.db.prisma.outbox.findUnique({
    where: { id: cardId },
    select: { state: true },
  })
  if (card?.state === 'pending' || card?.state === 'sending') {
    // it ends by itself, and what it says until then is wrong: worth waiting for
    return {
      state: 'waiting',
      why: 'the card itself is not sent yet',
      delayMs: 5_000,
      counts: false,
    }
  }
  return { state: 'cancelled', why: 'the card can no longer be changed' }
}
