import { createDataCipher } from '../../../bot/members/data-cipher.ts'

/** The day the chain is of: its newest orders are the day before. */
export const CHAIN_DAY = '2026-11-22'
export const CHAIN_ZONE = 'Asia/Shanghai'
/** DATA_KEY that opens the mobiles of the chain */
export const CHAIN_DATA_KEY = 'c4'.repeat(32)

/** what is written after the statistics are counted: before it, orders and customers are there */
export const COUNTED_AFTER = 'touches and tasks of the last month'

const CUSTOMERS_A_GUIDE = 200
const GUIDES_A_STORE = 10
const NIGHT = `timestamptz '${CHAIN_DAY} 00:00+08'`
const DIFFERENT_MOBILES = 1000

/**
 * The chain's rows, a statement for each table, in the order to run them. All chance is a hash of the row's number.
 *
 * What they are made to look like: a guide for 200 customers and a store for ten guides; 96 of 100 customers are
 * members, 90 of 100 have added their guide, some a second one; orders a customer with median 9 and a long tail, at
 * rhythms of their own; birthdays over the whole year, three of a hundred by the Chinese calendar; a coupon for
 * three of ten, ending within 90 days; points, tags and what guides wrote lately.
 */
export function chainRows(members: number): { what: string; sql: string }[] {
  const guides = Math.ceil(members / CUSTOMERS_A_GUIDE)
  const stores = Math.ceil(guides / GUIDES_A_STORE)
  return [
    { what: 'stores and employees', sql: HASH + storesAndEmployees(stores, guides) },
    { what: 'customers', sql: customers(members, guides) },
    { what: 'relations', sql: relations(members, guides) },
    { what: 'tags', sql: tags(members) },
    { what: 'orders', sql: orders(members, guides) },
    { what: 'order items', sql: ORDER_ITEMS },
    { what: 'coupons', sql: coupons(members) },
    { what: 'points', sql: points(members) },
    { what: COUNTED_AFTER, sql: touchesAndTasks(members, guides) },
    { what: 'sequences', sql: SEQUENCES },
  ]
}

/** chance(n, salt): evenly in [0, 1), always the same for the same arguments */
const HASH = `
  create function pg_temp.chance(n bigint, salt int) returns float8 language sql immutable as
    'select (hashint8extended(n, salt) & 9007199254740991)::float8 / 9007199254740992';`

const storeNo = (n: string) => `'S' || lpad((${n})::text, 4, '0')`
const userid = (n: string) => `'guide' || lpad((${n})::text, 5, '0')`
const memberNo = (n: string) => `'M' || lpad((${n})::text, 7, '0')`
const externalUserid = (n: string) =>
  `'wmBench' || lpad((${n})::text, 7, '0') || 'AAAAAAAAAAAAAAAAAA'`
const pick = (list: readonly string[], n: string, salt: number) =>
  `(array[${list.map((word) => `'${word}'`).join(', ')}])[1 + floor(pg_temp.chance(${n}, ${salt}) * ${list.length})::int]`

/** a customer's guide; neighbours by number have different ones, as customers of a real chain have */
const guideOf = (i: string, guides: number) => `(1 + ${i} % ${guides})`
const storeOf = (guide: string) => `(1 + (${guide} - 1) / ${GUIDES_A_STORE})`
const isMember = (i: string) => `(${i} % 25 <> 0)`
const isInWecom = (i: string) => `(${i} % 10 <> 3)`

function storesAndEmployees(stores: number, guides: number): string {
  return `
    insert into store (id, store_no, name, region, address)
    select n, ${storeNo('n')}, '第' || n || '店', ${pick(['华东', '华南', '华北', '西南'], 'n', 1)}, '路 ' || n || ' 号'
    from generate_series(1, ${stores}) n;
    insert into employee (id, userid, userid_key, name, role, store_no)
    select n, ${userid('n')}, ${userid('n')}, '导购' || n, 'guide'::role, ${storeNo(storeOf('n'))}
    from generate_series(1, ${guides}) n
    union all
    select ${guides} + n, 'manager' || n, 'manager' || n, '店长' || n, 'manager', ${storeNo('n')}
    from generate_series(1, ${stores}) n
    union all
    select ${guides + stores + 1}, 'headquarters', 'headquarters', '总部', 'hq', null;`
}

function customers(members: number, guides: number): string {
  const cipher = createDataCipher(CHAIN_DATA_KEY)
  const mobiles = Array.from({ length: DIFFERENT_MOBILES }, (_, n) => {
    const mobile = `1380000${String(n).padStart(4, '0')}`
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    return `(${n}, '\\x${hex(cipher.encrypt(mobile))}'::bytea, '\\x${hex(cipher.blindIndex(mobile))}'::bytea)`
  })
  const day = `(date '2000-01-01' + floor(pg_temp.chance(i, 11) * 366)::int)`
  const guide = guideOf('i', guides)
  return `
    create temp table bench_mobile (n int primary key, enc bytea, hash bytea);
    insert into bench_mobile values ${mobiles.join(',\n')};
    insert into customer (id, member_no, external_userid, unionid, name, wecom_name, wecom_type, gender, birth_year,
      birthday_md, birthday_lunar, mobile_enc, mobile_hash, joined_at, store_no, guide_userid, referrer_member_no,
      source, attributes, consent)
    select i, case when ${isMember('i')} then ${memberNo('i')} end,
      case when ${isInWecom('i')} then ${externalUserid('i')} end,
      case when ${isInWecom('i')} then 'oBench' || i end,
      case when ${isMember('i')} then ${pick(['张', '李', '王', '刘', '陈', '杨', '欧阳'], 'i', 2)} || ${pick(['雨桐', '梦洁', '思涵', '静怡', '浩然', '伟'], 'i', 3)} end,
      ${pick(['小鹿', '一只橘猫', '山谷里的风', '慢慢来', '青柠', '月亮不营业'], 'i', 4)} || i % 1000,
      1, case when pg_temp.chance(i, 5) < 0.7 then 'female' else 'male' end::gender,
      1960 + floor(pg_temp.chance(i, 6) * 45)::int,
      case
        when pg_temp.chance(i, 7) >= 0.9 then null
        when pg_temp.chance(i, 8) < 0.03 then 100 * (1 + floor(pg_temp.chance(i, 9) * 12)) + 1 + floor(pg_temp.chance(i, 10) * 29)
        else extract(month from ${day}) * 100 + extract(day from ${day})
      end::int,
      pg_temp.chance(i, 7) < 0.9 and pg_temp.chance(i, 8) < 0.03,
      m.enc, m.hash, ${NIGHT} - make_interval(secs => 86400 * (1 + pg_temp.chance(i, 12) * 1500)),
      ${storeNo(storeOf(guide))}, ${userid(guide)},
      case when pg_temp.chance(i, 13) < 0.05 then ${memberNo(`1 + floor(pg_temp.chance(i, 14) * ${members})::int`)} end,
      ${pick(['门店', '小程序', '朋友介绍'], 'i', 15)}, '{}',
      case when pg_temp.chance(i, 16) < 0.01 then 'none' when pg_temp.chance(i, 16) < 0.3 then 'all' else 'one_to_one' end::consent_level
    from generate_series(1, ${members}) i
    join bench_mobile m on m.n = i % ${DIFFERENT_MOBILES};`
}

/** nine of ten have their guide, one of eight a second one of the same store; some are half or ended */
function relations(members: number, guides: number): string {
  return `
    insert into relation (id, customer_id, employee_id, remark, add_way, state, half, added_at, ended_at, ended_by,
      remark_mobile_hashes)
    select row_number() over (order by i, nth), i, (g - 1) % ${guides} + 1, '客户' || i, 1, 'store', nth = 2 and pg_temp.chance(i, 21) < 0.05,
      ${NIGHT} - make_interval(secs => 86400 * (40 + pg_temp.chance(i * 2 + nth, 22) * 900)),
      case when pg_temp.chance(i * 2 + nth, 23) < 0.03 then ${NIGHT} - make_interval(secs => 86400 * pg_temp.chance(i, 24) * 40) end,
      case when pg_temp.chance(i * 2 + nth, 23) < 0.03 then 'customer' end::relation_end, '{}'
    from generate_series(1, ${members}) i
    cross join lateral (
      select 1 as nth, ${guideOf('i', guides)} as g
      union all
      select 2, ${guideOf('i', guides)} + 1 where pg_temp.chance(i, 25) < 0.125
    ) r
    where ${isInWecom('i')};`
}

function tags(members: number): string {
  return `
    insert into tag_group (id, wecom_id, name, dimension, sort_order)
    select n, 'etgroup' || n, '标签组' || n,
      (array['source', 'behaviour', 'lifecycle', 'consumption'])[1 + n % 4]::tag_dimension, n
    from generate_series(1, 8) n;
    insert into tag (id, group_id, wecom_id, name, sort_order, ours)
    select n, 1 + n % 8, 'ettag' || n, '标签' || n, n, true from generate_series(1, 40) n;
    insert into customer_tag (customer_id, tag_id, origin, origin_by, added_at)
    select i, t, 'guide', 'guide00001', ${NIGHT} - make_interval(secs => 86400 * pg_temp.chance(i, 31) * 300)
    from generate_series(1, ${members}) i
    cross join lateral (
      select distinct 1 + floor(pg_temp.chance(i * 4 + k, 32) * 40)::int as t
      from generate_series(1, floor(pg_temp.chance(i, 33) * 4)::int) k
    ) chosen;
    insert into relation_tag (relation_id, tag_id)
    select r.id, t.tag_id from relation r join customer_tag t using (customer_id) where r.ended_at is null;`
}

/**
 * Ten orders a member on average, exactly: median 9, the 99th of a hundred 30, ten members with nearly 2 000.
 * They come at a rhythm of the member's own; most came lately for their rhythm, some are overdue, some lost. As in
 * a real chain the rows lie in the order of time, a customer's far from each other.
 */
function orders(members: number, guides: number): string {
  const total = members * 10
  const normal = `(pg_temp.chance(i, 41) + pg_temp.chance(i, 42) + pg_temp.chance(i, 43) + pg_temp.chance(i, 44) - 2) * 1.732`
  return `
    create temp table bench_buyer as
    with counted as (
      select i, case when ${isMember('i')} then greatest(1, round(9.0 * exp(0.54 * ${normal})))::int else 0 end as n
      from generate_series(1, ${members}) i
    ), rest as (
      select greatest(0, ${total} - sum(n)) as orders from counted
    )
    select i, n + case when i <= 10 then ceil(rest.orders / 10.0)::int else 0 end as n,
      span / greatest(n, 2) as cycle,
      span / greatest(n, 2) * case
        when pg_temp.chance(i, 46) < 0.05 then 2.02 + 2 * pg_temp.chance(i, 47)
        else 0.05 + 1.6 * pg_temp.chance(i, 47)
      end + case when pg_temp.chance(i, 46) >= 0.7 then 370 + 300 * pg_temp.chance(i, 48) else 1 end as silence
    from counted, rest
    cross join lateral (select 250 + 650 * pg_temp.chance(i, 45) as span) s;
    create temp table bench_order as
    select i, date_trunc('minute', ${NIGHT} - make_interval(secs => 86400 *
        (b.silence + (k - 1) * b.cycle + 0.2 * b.cycle * (pg_temp.chance(i * 16 + k, 51) - 0.5))) + interval '12 hours') as paid_at,
      i::bigint * 6000 + k as serial
    from bench_buyer b cross join lateral generate_series(1, b.n) k
    where b.n > 0
    order by serial limit ${total};
    insert into orders (id, order_no, member_no, customer_id, store_no, guide_userid, cashier_userid, paid_at, paid_day,
      amount_fen, refunded_fen, status)
    select row_number() over (order by paid_at, serial), 'O' || serial, ${memberNo('i')}, i, ${storeNo(storeOf(guideOf('i', guides)))},
      case when pg_temp.chance(serial, 52) < 0.7 then ${userid(guideOf('i', guides))} end,
      case when pg_temp.chance(serial, 53) < 0.5 then ${userid(`1 + floor(pg_temp.chance(serial, 54) * ${guides})::int`)} end,
      paid_at, (paid_at at time zone '${CHAIN_ZONE}')::date, amount,
      case when pg_temp.chance(serial, 56) < 0.02 then amount when pg_temp.chance(serial, 56) < 0.04 then amount / 2 else 0 end,
      case when pg_temp.chance(serial, 56) < 0.01 then 'refunded' else 'paid' end::order_status
    from bench_order
    cross join lateral (select (3000 + 30000 * pg_temp.chance(serial, 55) ^ 2)::bigint as amount) a;
    drop table bench_order;
    drop table bench_buyer;`
}

/** one order of five says what was bought: not every till of a chain sends lines */
const ORDER_ITEMS = `
  insert into order_item (order_id, line, sku, name, category, quantity, amount_fen)
  select id, 1, 'SKU-' || id % 500, '商品' || id % 500, ${pick(['护肤', '家居', '服饰', '茶饮'], 'id', 61)}, 1, amount_fen
  from orders where pg_temp.chance(id, 62) < 0.2;`

function coupons(members: number): string {
  const ends = `(date '${CHAIN_DAY}' + floor(pg_temp.chance(i, 71) * 90)::int)`
  const used = `pg_temp.chance(i, 72) < 0.2`
  return `
    insert into coupon (id, coupon_no, member_no, customer_id, name, face_value_fen, min_spend_fen, issued_at, expires_at,
      expires_day, status, used_at)
    select row_number() over (order by i, nth), 'C' || i || '-' || nth, ${memberNo('i')}, i, '满 300 减 ' || 10 * (1 + i % 5), 1000 * (1 + i % 5), 30000,
      ${NIGHT} - interval '30 days', (${ends} + time '23:59:59') at time zone '${CHAIN_ZONE}', ${ends},
      case when ${used} then 'used' else 'issued' end::coupon_status, case when ${used} then ${NIGHT} - interval '3 days' end
    from generate_series(1, ${members}) i
    cross join lateral generate_series(1, case
      when pg_temp.chance(i, 73) < 0.04 then 2 when pg_temp.chance(i, 73) < 0.3 then 1 else 0 end) nth
    where ${isMember('i')};`
}

function points(members: number): string {
  return `
    insert into points_entry (id, entry_no, member_no, customer_id, kind, points, occurred_at, expires_at, reason)
    select row_number() over (), 'P' || i || '-' || k, ${memberNo('i')}, i, case when k = 3 then 'spend' else 'earn' end::points_kind,
      case when k = 3 then 20 else 50 + floor(pg_temp.chance(i * 8 + k, 81) * 300)::int end,
      ${NIGHT} - make_interval(secs => 86400 * (30 + pg_temp.chance(i * 8 + k, 82) * 300 * (k <> 3)::int)),
      case when k <> 3 then ${NIGHT} + make_interval(secs => 86400 * (10 + pg_temp.chance(i * 8 + k, 83) * 355)) end, '消费'
    from generate_series(1, ${members}) i
    cross join lateral generate_series(1, 1 + floor(pg_temp.chance(i, 84) * 4)::int) k
    where ${isMember('i')};`
}

/** one customer of twelve was written to in the last month, most of them for a task that is done */
function touchesAndTasks(members: number, guides: number): string {
  const at = `(${NIGHT} - interval '1 day' * (1 + floor(pg_temp.chance(i, 91) * 29)) + interval '11 hours')`
  const day = `(${at} at time zone '${CHAIN_ZONE}')::date`
  return `
    insert into task (id, customer_id, kind, occurrence, rule_version, facts, state, assignee_id, assignee_rule, store_no,
      priority, scan_day, due_at, dies_at, closed_at, closing, outcome, trace_id, created_at, updated_at)
    select row_number() over (order by ${at}, i), i, 'repurchase_overdue', 'O' || i::bigint * 6000, 1,
      jsonb_build_object('factor', 2.1, 'cycleDays', 30, 'daysSince', 63, 'cycleSource', 'own', 'lastPurchase', ${day} - 63),
      'done', ${guideOf('i', guides)}, 3, ${storeNo(storeOf(guideOf('i', guides)))}, 0.5, ${day}, ${at} + interval '2 days',
      ${at} + interval '7 days', ${at}, 'self_reported', 'sent', 'bench', ${at} - interval '2 hours', ${at}
    from generate_series(1, ${members}) i
    where ${isInWecom('i')} and pg_temp.chance(i, 92) < 0.08;
    insert into task_event (task_id, at, actor, via, from_state, to_state)
    select id, created_at, 'system', 'scan', null::task_state, 'open'::task_state from task
    union all
    select id, closed_at, 'guide', 'sidebar', 'open', 'done' from task;
    insert into touch (customer_id, employee_id, task_id, channel, text, result, at)
    select customer_id, assignee_id, id, 'sidebar', '好一阵没见您了，最近都好吗？', 'sent', closed_at from task;`
}

const SEQUENCES = `
  select setval(pg_get_serial_sequence(t, 'id'), (xpath('/row/m/text()', query_to_xml(format('select coalesce(max(id), 0) + 1 as m from %I', t), false, true, '')))[1]::text::bigint, false)
  from unnest(array['store', 'employee', 'customer', 'relation', 'tag_group', 'tag', 'orders', 'coupon', 'points_entry', 'task']) t;`
