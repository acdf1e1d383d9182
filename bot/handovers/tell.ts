import { addressOf } from '../../domain/names.ts'
import { Prisma, type Db } from '../../prisma/db.ts'
import type { BotDeps } from '../deps.ts'
import { addToOutbox, type NewOutbox } from '../messages/outbox.ts'
import { renderHandoverCard } from '../messages/render/handover-card.ts'
import { withCardId } from '../messages/render/template-card.ts'
import type { Handover } from './handover.ts'

/** customers that a card names */
const NAMED = 3

interface Told {
  userid: string
  key: string
  name: string
  customers: number
  tasks: number
  important: number
  best: { name: string | null; wecomName: string | null; gender: 'male' | 'female' | null }[]
}

/**
 * Tells each taker of those who have come since they were told last: one card. Who can't be told (not at work, or outside
 * the app's visible range) isn't.
 */
export async function tellTakers(tx: Db, deps: BotDeps, { id, from }: Handover): Promise<void> {
  const now = deps.clock.now()
  const told = await tx.$queryRaw<Told[]>(Prisma.sql`
    with told as (
      update handover_customer set told_at = ${now}
      where handover_id = ${id} and state = 'done' and told_at is null
      returning customer_id, to_id, tasks, important, spend_fen
    )
    select e.userid, e.userid_key as key, e.name, count(*)::int as customers, sum(told.tasks)::int as tasks,
      count(*) filter (where told.important)::int as important,
      (array_agg(json_build_object('name', c.name, 'wecomName', c.wecom_name, 'gender', c.gender)
        order by told.spend_fen desc, c.id))[1:${NAMED}::int] as best
    from told join employee e on e.id = told.to_id join customer c on c.id = told.customer_id
    where e.active and e.in_app
    group by e.id order by e.userid_key`)
  const rows = told.map((taker): NewOutbox => {
    const dedupeKey = `handover:${id}:${taker.key}:${now.toISOString()}`
    const card = renderHandoverCard(
      {
        ...taker,
        takerName: taker.name,
        from: from.name,
        handoverId: String(id),
        names: taker.best.map((customer) => addressOf(customer) ?? '未留名客户'),
      },
      { publicUrl: deps.publicUrl },
    )
    return {
      kind: 'app_message',
      dedupeKey,
      recipient: taker.userid,
      payload: { msgtype: 'template_card', template_card: withCardId(card, dedupeKey) },
      traceId: `handover-${id}`,
    }
  })
  await addToOutbox(tx, now, rows)
}
