import type pg from 'pg'
import { eventXml, textXml } from '../support/event-xml.ts'
import { GUIDES, MET_AT, type Effects } from './seed.ts'

/** after every customer was met */
const NOW = MET_AT + 3600

/** Every event of the scenario, each once. The cheap ones are of kinds we keep and do nothing about. */
export async function makeEvents(
  pool: pg.Pool,
  corpId: string,
  counts: Effects & { cheap: number },
): Promise<string[]> {
  const { rows: tasks } = await pool.query<{ id: string; n: number }>(
    `select t.id::text, t.occurrence::int as n from task t join customer c on c.id = t.customer_id
     where c.external_userid like 'wmpressed%' order by 2`,
  )
  const guide = (n: number) => `guide${n % GUIDES}`
  const about = (event: string, who: string, n: number, more: Record<string, string> = {}) =>
    eventXml(
      corpId,
      { event: `change_external_contact/${event}`, seconds: NOW },
      { UserID: guide(n), ExternalUserID: `wm${who}${n}`, ...more },
    )
  return [
    ...numbers(counts.added).map((n) =>
      about('add_external_contact', 'added', n, { WelcomeCode: `code${n}` }),
    ),
    ...numbers(counts.left).map((n) => about('del_follow_user', 'left', n)),
    ...tasks.map(({ id, n }) =>
      eventXml(
        corpId,
        { event: 'template_card_event', seconds: NOW, from: guide(n) },
        { EventKey: 'done', TaskId: `task-${id}-1`, ResponseCode: `press${n}` },
      ),
    ),
    ...numbers(counts.asked).map((n) =>
      textXml(corpId, { from: guide(n), seconds: NOW, content: '任务', id: `ask${n}` }),
    ),
    // all of the same second and from the same sender: only their content tells them apart
    ...numbers(counts.cheap).map((n) =>
      eventXml(
        corpId,
        { event: 'change_external_chat/update', seconds: NOW },
        { ChatId: `cheap${n}` },
      ),
    ),
  ]
}

function numbers(n: number): number[] {
  return Array.from({ length: n }, (_, place) => place)
}
