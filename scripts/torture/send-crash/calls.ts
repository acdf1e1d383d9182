import type pg from 'pg'
import type { CallBody } from '../../support/quota-wecom/endpoints.ts'
import { REMARK_PATH } from '../../support/quota-wecom/quota-wecom.ts'

const card = `jsonb_build_object('task_id', 'n' || n)`

/** Kinds of rows whose second call a person would see, and remarks, of which the last one holds. */
const KINDS = [
  [
    'app_message',
    `jsonb_build_object('msgtype', 'text', 'text', jsonb_build_object('content', 'n' || n))`,
  ],
  ['app_message', `jsonb_build_object('msgtype', 'template_card', 'template_card', ${card})`],
  ['welcome', `jsonb_build_object('welcomeCode', 'n' || n, 'text', 'hello')`],
  [
    'update_card',
    `jsonb_build_object('responseCode', 'n' || n, 'userid', 'guide',
       'button', jsonb_build_object('replace_name', 'done'))`,
  ],
  [
    'remark',
    `jsonb_build_object('userid', 'guide', 'externalUserid', 'wm', 'remark', 'n' || n,
       'remarkMobiles', jsonb_build_array())`,
  ],
] as const

/**
 * Puts calls of every kind into the outbox, with their jobs; each is told from the others by a name, see nameOf.
 *
 * @param now the clock's
 * @returns their names
 */
export async function addCalls(pool: pg.Pool, now: Date, count: number): Promise<string[]> {
  for (const [place, [kind, payload]] of KINDS.entries()) {
    await pool.query(
      `insert into outbox (kind, dedupe_key, recipient, payload, not_before, trace_id, created_at)
       select $1, 'n' || n, 'guide' || n, ${payload}, $2, 'n' || n, $2
       from generate_series($3::int, $4::int, ${KINDS.length}) n`,
      [kind, now, place, count - 1],
    )
  }
  await pool.query(
    `select count(*) from graphile_worker.add_jobs((
       select array_agg((case when kind = 'welcome' then 'greet' else 'deliver' end,
         json_build_object('outboxId', id::text), null, null, 12, 'deliver:' || id,
         case when kind = 'welcome' then -10 else 0 end, null)::graphile_worker.job_spec
         order by md5(dedupe_key)) from outbox))`,
  )
  return Array.from({ length: count }, (_, n) => `n${n}`)
}

/** Which of the calls a body is; undefined of another's. */
export function nameOf({ json }: CallBody): string | undefined {
  const { text, template_card: templateCard } = json
  const names = [
    templateCard && Object(templateCard).task_id,
    json['welcome_code'],
    json['response_code'],
    json['remark'],
    text && Object(text).content,
  ]
  return names.find((name): name is string => typeof name === 'string' && /^n\d+$/.test(name))
}

/** Whether a second call of the path changes nothing: it sets what is set. */
export function isHarmless(path: string): boolean {
  return path === REMARK_PATH
}
