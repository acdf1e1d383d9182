import type { Database } from '../../../prisma/db.ts'

/** An employee and a customer of theirs. */
export interface Pair {
  userid: string
  customerId: string
}

/** A chain made for counting. */
export interface House {
  /** who asks for too much, one at a time; the first has sixty tasks */
  greedy: readonly Pair[]
  /** who goes on with their work */
  others: readonly Pair[]
}

const GREEDY = 8
const OTHERS = 40
/** three pages of them */
const TASKS = 60

/** Fills an empty, migrated database. */
export async function buildHouse(db: Database): Promise<House> {
  await db.pool.query(`insert into store (store_no, name) values ('S1', '静安店')`)
  const made = await db.pool.query<{ userid: string; customer_id: string }>(
    `with people as (
       select n, 'g' || n as userid from generate_series(0, $1 - 1) n
     ), employees as (
       insert into employee (userid, userid_key, name, store_no, role)
       select userid, userid, '导购' || n, 'S1', 'guide' from people returning id, userid
     ), customers as (
       insert into customer (member_no, external_userid, name, store_no, updated_at)
       select 'M' || n, 'wm' || n, '张晓雯', 'S1', now() from people returning id, member_no
     ), relations as (
       insert into relation (customer_id, employee_id, added_at)
       select c.id, e.id, now() from people p join employees e on e.userid = p.userid
         join customers c on c.member_no = 'M' || p.n
     ), tasks as (
       insert into task (customer_id, kind, occurrence, rule_version, facts, assignee_id, assignee_rule, scan_day,
         due_at, dies_at, trace_id, created_at, updated_at)
       select c.id, 'birthday', 'limits-' || nth, 1,
         '{"day":"2026-11-24","md":1124,"lunar":false,"daysUntil":2}', e.id, 1, current_date,
         now() + interval '2 days', now() + interval '2 days', 'limits', now(), now()
       from employees e join customers c on c.member_no = 'M0', generate_series(1, $2) nth
       where e.userid = 'g0'
     )
     select e.userid, c.id::text as customer_id from people p
       join employees e on e.userid = p.userid join customers c on c.member_no = 'M' || p.n
     order by p.n`,
    [GREEDY + OTHERS, TASKS],
  )
  const people = made.rows.map(({ userid, customer_id }) => ({ userid, customerId: customer_id }))
  return { greedy: people.slice(0, GREEDY), others: people.slice(GREEDY) }
}
