import type { BotDeps } from '../../deps.ts'
import { cutBytes } from '../../messages/bytes.ts'
import { addToOutbox } from '../../messages/outbox.ts'
import type { StoredCallback } from '../handler.ts'
import type { CallbackEvent } from '../parse.ts'

/** Bytes of a text message (wecom-protocol 3.1). */
const LONGEST_TEXT = 2048

/** Answers the member who caused the event with a text message; one answer an event, however often it runs. */
export async function replyText(
  deps: BotDeps,
  event: CallbackEvent,
  stored: StoredCallback,
  text: string,
): Promise<void> {
  await deps.db.prisma.$transaction((tx) =>
    addToOutbox(tx, deps.clock.now(), [
      {
        kind: 'app_message',
        dedupeKey: `reply:${stored.inboxId}`,
        recipient: event.from,
        payload: { msgtype: 'text', text: { content: cutBytes(text, LONGEST_TEXT) } },
        traceId: stored.traceId,
      },
    ]),
  )
}

/** Turns the buttons of the pressed card into one grey one that says why nothing was done. */
export async function greyCard(
  deps: BotDeps,
  event: CallbackEvent,
  stored: StoredCallback,
  says: string,
): Promise<void> {
  const { responseCode } = event
  if (responseCode === undefined) return
  await deps.db.prisma.$transaction((tx) =>
    addToOutbox(tx, deps.clock.now(), [
      {
        kind: 'update_card',
        dedupeKey: `grey-card:${stored.inboxId}`,
        payload: { responseCode, userid: event.from, button: { replace_name: says } },
        traceId: stored.traceId,
      },
    ]),
  )
}
