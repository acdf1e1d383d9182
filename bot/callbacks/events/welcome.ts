import { hash } from 'node:crypto'
import type { BotDeps } from '../../deps.ts'
import { useridKey } from '../../members/sync-employees.ts'
import { addToOutbox } from '../../messages/outbox.ts'
import { loadWords } from '../../words/saved-words.ts'
import { welcomeWords, type WelcomeFacts } from '../../words/welcome-words.ts'
import type { StoredCallback } from '../handler.ts'
import { required, type CallbackEvent } from '../parse.ts'

/** A welcome code lives 20 seconds (wecom-protocol 3.6). */
const CODE_LIVES_MS = 20_000

/**
 * Has the welcome message sent, where the event brought a code. Nothing is read from WeCom for it: what we
 * know of the guide and the store must do. How much of the 20 seconds is left is measured since we received
 * the callback. One message a code, however often this runs. It is no touch: the customer came to us.
 *
 * @returns false when there was a code, and it was too old before anything was made of it
 */
export async function welcome(
  deps: BotDeps,
  event: CallbackEvent,
  stored: StoredCallback,
): Promise<boolean> {
  const code = event.welcomeCode
  if (code === undefined) return true
  const dedupeKey = `welcome:${hash('sha256', code)}`
  const leftMs = CODE_LIVES_MS - stored.ageMs
  if (leftMs <= 0) return (await deps.db.prisma.outbox.count({ where: { dedupeKey } })) > 0
  const now = deps.clock.now()
  const facts = await factsOf(deps, required(event, 'userId'))
  const saved = await loadWords(deps.db.prisma, 'welcome', facts.storeNo)
  const text = welcomeWords(facts, saved, event.externalUserId ?? '')
  await deps.db.prisma.$transaction((tx) =>
    addToOutbox(tx, now, [
      {
        kind: 'welcome',
        dedupeKey,
        payload: { welcomeCode: code, text },
        notAfter: new Date(now.getTime() + leftMs),
        traceId: stored.traceId,
      },
    ]),
  )
  return true
}

async function factsOf(
  deps: BotDeps,
  userid: string,
): Promise<WelcomeFacts & { storeNo: string | null }> {
  const guide = await deps.db.prisma.employee.findUnique({
    where: { useridKey: useridKey(userid) },
    select: { name: true, storeNo: true, userid: true },
  })
  if (!guide) return { guideName: null, storeName: null, storeNo: null }
  const store = guide.storeNo
    ? await deps.db.prisma.store.findUnique({
        where: { storeNo: guide.storeNo },
        select: { name: true },
      })
    : null
  // a member whose name we could not read is stored under the userid: no word for a customer
  const guideName = guide.name === guide.userid ? null : guide.name
  return { guideName, storeName: store?.name ?? null, storeNo: guide.storeNo }
}
