import * as fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { aCustomer, aGuide } from '../../support/chain.ts'
import { emptyDatabase, useDatabase } from '../../support/database.ts'

const db = useDatabase()

beforeEach(() => emptyDatabase(db))

const sql = (text: string) => db.pool.query(text)

/** customers whose kept facts are not what the tables say, or who have none */
async function wrongFacts(): Promise<object[]> {
  const { rows } = await db.pool.query<object>(`
    select c.id, row_to_json(f) as kept, row_to_json(x) as found
    from customer c left join customer_stats s on s.customer_id = c.id
    left join customer_class k on k.customer_id = c.id left join customer_tier t on t.customer_id = c.id
    cross join lateral (select c.id as customer_id, c.member_no is not null as is_member, c.store_no, c.source, c.gender,
      c.consent, c.joined_at, c.birthday_lunar, c.birthday_md,
      exists (select from relation r join employee e on e.id = r.employee_id
        where r.customer_id = c.id and r.ended_at is null and not r.half and e.active) as reachable,
      s.last_purchase_day, s.spend_365_fen, s.orders_365, s.purchase_days_365, s.cycle_days,
      k.rfm, k.five, k.stage, k.p_alive, k.expected_90, t.tier) x
    left join customer_facts f on f.customer_id = c.id
    where row_to_json(f)::text is distinct from row_to_json(x)::text`)
  return rows
}

/** What may happen to the tables, to one customer `n` or to all: each a statement of its own. */
const STATEMENTS: readonly ((n: number, v: number) => string)[] = [
  (n, v) => `update customer set store_no = 'S${v}', consent = 'none' where id % 3 = ${n}`,
  (
    n,
    v,
  ) => `update customer set member_no = ${v % 2 ? `'M' || id` : 'null'}, birthday_md = ${100 + v}
    where id % 3 = ${n}`,
  (
    n,
    v,
  ) => `insert into customer_stats (customer_id, spend_365_fen, orders_365, last_purchase_day, as_of)
    select id, ${v}, 1, date '2026-11-01' + ${v}, '2026-11-22' from customer where id % 3 >= ${n}
    on conflict (customer_id) do update set spend_365_fen = excluded.spend_365_fen, cycle_days = ${v}`,
  (n) => `delete from customer_stats where customer_id % 3 = ${n}`,
  (n, v) => `insert into customer_class (customer_id, stage, p_alive, rfm, as_of)
    select id, 'active', 0.${v}, '111', '2026-11-22' from customer where id % 3 <= ${n}
    on conflict (customer_id) do update set stage = 'lost', p_alive = 0.${v}`,
  (n) => `delete from customer_class where customer_id % 3 = ${n}`,
  (
    n,
    v,
  ) => `insert into customer_tier (customer_id, tier) select id, 'tier${v}' from customer where id % 3 = ${n}
    on conflict (customer_id) do update set tier = excluded.tier`,
  (n) => `insert into relation (customer_id, employee_id, added_at, half)
    select c.id, e.id, now(), e.id % 2 = 0 from customer c cross join employee e where c.id % 3 = ${n}
    on conflict do nothing`,
  (n) =>
    `update relation set ended_at = case when ended_at is null then now() end where customer_id % 3 = ${n}`,
  (n) => `update relation set half = not half where id % 3 = ${n}`,
  (n) => `delete from relation where id % 3 = ${n}`,
  (n) => `update employee set active = not active where id % 2 = ${n % 2}`,
  (
    n,
    v,
  ) => `with born as (insert into customer (member_no, store_no) values ('N${n}-${v}', 'S1') on conflict do nothing returning id),
    related as (insert into relation (customer_id, employee_id, added_at)
      select born.id, employee.id, now() from born, employee limit 1)
    insert into customer_stats (customer_id, orders_365, as_of) select id, 1, '2026-11-22' from born`,
  (n) => `delete from customer where id % 3 = ${n} and id % 2 = 0`,
]

describe('what filters compare of a customer', () => {
  it('is kept with every statement that changes it', async () => {
    const step = fc.record({
      what: fc.nat(STATEMENTS.length - 1),
      n: fc.nat(2),
      v: fc.integer({ min: 1, max: 9 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await emptyDatabase(db)
        for (const userid of ['a', 'b']) await aGuide(db, { userid, useridKey: userid })
        for (const memberNo of ['M1', 'M2', 'M3', 'M4']) await aCustomer(db, { memberNo })
        for (const { what, n, v } of steps) {
          await sql(STATEMENTS[what]?.(n, v) ?? '')
          expect(await wrongFacts()).toEqual([])
        }
      }),
      { numRuns: 25 },
    )
  })

  it('counts a relation that comes while another ends, and one that comes while its guide leaves', async () => {
    const guide = await aGuide(db, { userid: 'a', useridKey: 'a' })
    const other = await aGuide(db, { userid: 'b', useridKey: 'b' })
    const customer = await aCustomer(db, { memberNo: 'M1' })
    const relate = (employee: { id: bigint }) =>
      `insert into relation (customer_id, employee_id, added_at) values (${customer.id}, ${employee.id}, now())`
    await sql(relate(guide))
    const one = await db.pool.connect()
    try {
      await one.query('begin')
      await one.query(relate(other))
      const ends = sql(`update relation set ended_at = now() where employee_id = ${guide.id}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await one.query('commit')
      await ends
      expect(await wrongFacts()).toEqual([])

      await one.query('begin')
      await one.query(`update relation set ended_at = null where employee_id = ${guide.id}`)
      const leaves = sql(`update employee set active = false`)
      await new Promise((resolve) => setTimeout(resolve, 50))
      await one.query('commit')
      await leaves
      expect(await wrongFacts()).toEqual([])
    } finally {
      one.release()
    }
  })
})
