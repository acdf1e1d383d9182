import type pg from 'pg'
import type { PlainWecom } from '../support/plain-wecom.ts'

/** How many events of each kind with effects. */
export interface Effects {
  added: number
  pressed: number
  left: number
  asked: number
}

/** seconds since the epoch, before any event of the scenario */
export const MET_AT = 1_790_000_000
/** guides; each may be sent 30 messages a minute (wecom-protocol 2.3) */
export const GUIDES = 200

/**
 * The chain the events are about: guides, customers who will leave, tasks whose cards were sent, and in WeCom customers
 * who were just added. Each job about an event with effects is put into the queue three times: what a queue does when
 * a process dies at the wrong moment, here all at once.
 */
export async function seedDuplicates(
  pool: pg.Pool,
  wecom: PlainWecom,
  counts: Effects,
): Promise<void> {
  await pool.query(
    `insert into employee (userid, userid_key, name, store_no)
     select 'guide' || n, 'guide' || n, '店员' || n, 'S1' from generate_series(0, $1 - 1) n`,
    [GUIDES],
  )
  await seedTasks(pool, 'left', counts.left)
  await seedTasks(pool, 'pressed', counts.pressed)
  await pool.query(
    `insert into outbox (kind, dedupe_key, recipient, payload, state, not_before, attempts, task_id, customer_id,
       response_code, trace_id, created_at, sent_at)
     select 'app_message', 'card:' || t.id, 'guide' || t.occurrence::int % $1, jsonb_build_object('msgtype', 'template_card',
         'template_card', jsonb_build_object('card_type', 'button_interaction', 'task_id', 'task-' || t.id || '-1',
           'source', jsonb_build_object('desc', '导购', 'desc_color', 0),
           'main_title', jsonb_build_object('title', '生日'), 'button_list', '[]'::jsonb)),
       'sent', now(), 1, t.id, t.customer_id, 'sent-' || t.occurrence, 'seed', now(), now()
     from task t join customer c on c.id = t.customer_id where c.external_userid like 'wmpressed%'`,
    [GUIDES],
  )
  for (let n = 0; n < counts.left; n += 1) meet(wecom, `wmleft${n}`, n)
  for (let n = 0; n < counts.added; n += 1) meet(wecom, `wmadded${n}`, n)
  await pool.query(`
    create function three_times() returns trigger language plpgsql as $$
    begin
      perform graphile_worker.add_job(case when new.xml like '%WelcomeCode%' then 'welcome' else 'callback' end,
          json_build_object('inboxId', new.id::text), priority := case when new.xml like '%WelcomeCode%' then -10 else 0 end)
        from generate_series(1, 2);
      return null;
    end $$`)
  await pool.query(`create trigger three_times after insert on inbox for each row
    when (new.xml not like '%cheap%') execute function three_times()`)
}

/** Customers, each with a guide and an open task about them. */
async function seedTasks(pool: pg.Pool, name: 'left' | 'pressed', n: number): Promise<void> {
  await pool.query(
    `with person as (
       insert into customer (external_userid, name)
       select 'wm' || $1 || n, '客人' from generate_series(0, $2 - 1) n returning id, external_userid
     ), numbered as (
       select id, replace(external_userid, 'wm' || $1, '')::int as n from person
     ), related as (
       insert into relation (customer_id, employee_id, added_at, remark_mobile_hashes, synced_at)
       select p.id, e.id, to_timestamp($4::float8), '{}', now() - interval '1 hour'
       from numbered p join employee e on e.userid = 'guide' || p.n % $3
     )
     insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, store_no,
       scan_day, due_at, dies_at, trace_id, created_at, updated_at)
     select p.id, 'birthday', p.n::text, 1, '{"day": "2026-11-24", "md": 1124, "lunar": false, "daysUntil": 2}',
       e.id, 4, 'S1', current_date, now() + interval '2 days', now() + interval '7 days', 'seed', now(), now()
     from numbered p join employee e on e.userid = 'guide' || p.n % $3`,
    [name, n, GUIDES, MET_AT],
  )
}

function meet(wecom: PlainWecom, externalUserid: string, n: number): void {
  wecom.customers.set(externalUserid, new Map([[`guide${n % GUIDES}`, { createtime: MET_AT }]]))
}
