-- One narrow row a customer of what filters compare (ADR 28).
create table "customer_facts" (
  "customer_id" bigint not null,
  "is_member" boolean not null default false,
  "store_no" text,
  "source" text,
  "gender" "gender",
  "consent" "consent_level" not null default 'one_to_one',
  "joined_at" timestamptz(3),
  "birthday_lunar" boolean not null default false,
  "birthday_md" smallint,
  "reachable" boolean not null default false,
  "last_purchase_day" date,
  "spend_365_fen" bigint,
  "orders_365" integer,
  "purchase_days_365" integer,
  "cycle_days" double precision,
  "rfm" text,
  "five" text,
  "stage" text,
  "p_alive" double precision,
  "expected_90" double precision,
  "tier" text,
  constraint "customer_facts_pkey" primary key ("customer_id")
-- room for a night's changes on the same page
) with (fillfactor = 85);

insert into "customer_facts"
select c.id, c.member_no is not null, c.store_no, c.source, c.gender, c.consent, c.joined_at, c.birthday_lunar, c.birthday_md,
  exists (select from relation r join employee e on e.id = r.employee_id
    where r.customer_id = c.id and r.ended_at is null and not r.half and e.active),
  s.last_purchase_day, s.spend_365_fen, s.orders_365, s.purchase_days_365, s.cycle_days,
  k.rfm, k.five, k.stage, k.p_alive, k.expected_90, t.tier
from customer c left join customer_stats s on s.customer_id = c.id
left join customer_class k on k.customer_id = c.id left join customer_tier t on t.customer_id = c.id
order by c.id;

alter table "customer_facts" add constraint "customer_facts_customer_id_fkey"
  foreign key ("customer_id") references "customer"("id") on delete cascade on update cascade;

-- Each table that facts come from writes its own columns, after each statement that changed it, whatever the order in
-- which one statement changes several: a row that isn't there yet is made, one that says the same is left alone.

create function customer_facts_from_customer() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into customer_facts as f (customer_id, is_member, store_no, source, gender, consent, joined_at, birthday_lunar,
      birthday_md, reachable)
    select c.id, c.member_no is not null, c.store_no, c.source, c.gender, c.consent, c.joined_at, c.birthday_lunar, c.birthday_md,
      exists (select from relation r join employee e on e.id = r.employee_id
        where r.customer_id = c.id and r.ended_at is null and not r.half and e.active)
    from changed c order by c.id
    on conflict (customer_id) do update set is_member = excluded.is_member, store_no = excluded.store_no,
      source = excluded.source, gender = excluded.gender, consent = excluded.consent, joined_at = excluded.joined_at,
      birthday_lunar = excluded.birthday_lunar, birthday_md = excluded.birthday_md, reachable = excluded.reachable;
  else
    update customer_facts f set is_member = c.member_no is not null, store_no = c.store_no, source = c.source,
      gender = c.gender, consent = c.consent, joined_at = c.joined_at, birthday_lunar = c.birthday_lunar,
      birthday_md = c.birthday_md
    from changed c where f.customer_id = c.id
      and (f.is_member, f.store_no, f.source, f.gender, f.consent, f.joined_at, f.birthday_lunar, f.birthday_md)
        is distinct from (c.member_no is not null, c.store_no, c.source, c.gender, c.consent, c.joined_at, c.birthday_lunar,
          c.birthday_md);
  end if;
  return null;
end $$;
create trigger customer_facts_inserted after insert on "customer"
  referencing new table as changed for each statement execute function customer_facts_from_customer();
create trigger customer_facts_updated after update on "customer"
  referencing new table as changed for each statement execute function customer_facts_from_customer();

create function customer_facts_from_stats() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into customer_facts as f (customer_id, last_purchase_day, spend_365_fen, orders_365, purchase_days_365, cycle_days)
    select customer_id, last_purchase_day, spend_365_fen, orders_365, purchase_days_365, cycle_days from changed order by customer_id
    on conflict (customer_id) do update set last_purchase_day = excluded.last_purchase_day, spend_365_fen = excluded.spend_365_fen, orders_365 = excluded.orders_365, purchase_days_365 = excluded.purchase_days_365, cycle_days = excluded.cycle_days
    where (f.last_purchase_day, f.spend_365_fen, f.orders_365, f.purchase_days_365, f.cycle_days) is distinct from (excluded.last_purchase_day, excluded.spend_365_fen, excluded.orders_365, excluded.purchase_days_365, excluded.cycle_days);
  elsif tg_op = 'UPDATE' then
    update customer_facts f set last_purchase_day = n.last_purchase_day, spend_365_fen = n.spend_365_fen, orders_365 = n.orders_365, purchase_days_365 = n.purchase_days_365, cycle_days = n.cycle_days
    from changed n where f.customer_id = n.customer_id
      and (f.last_purchase_day, f.spend_365_fen, f.orders_365, f.purchase_days_365, f.cycle_days) is distinct from (n.last_purchase_day, n.spend_365_fen, n.orders_365, n.purchase_days_365, n.cycle_days);
  else
    update customer_facts f set last_purchase_day = null, spend_365_fen = null, orders_365 = null, purchase_days_365 = null, cycle_days = null
    from gone n where f.customer_id = n.customer_id;
  end if;
  return null;
end $$;
create trigger customer_facts_inserted after insert on "customer_stats"
  referencing new table as changed for each statement execute function customer_facts_from_stats();
create trigger customer_facts_updated after update on "customer_stats"
  referencing new table as changed for each statement execute function customer_facts_from_stats();
create trigger customer_facts_deleted after delete on "customer_stats"
  referencing old table as gone for each statement execute function customer_facts_from_stats();

create function customer_facts_from_class() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into customer_facts as f (customer_id, rfm, five, stage, p_alive, expected_90)
    select customer_id, rfm, five, stage, p_alive, expected_90 from changed order by customer_id
    on conflict (customer_id) do update set rfm = excluded.rfm, five = excluded.five, stage = excluded.stage, p_alive = excluded.p_alive, expected_90 = excluded.expected_90
    where (f.rfm, f.five, f.stage, f.p_alive, f.expected_90) is distinct from (excluded.rfm, excluded.five, excluded.stage, excluded.p_alive, excluded.expected_90);
  elsif tg_op = 'UPDATE' then
    update customer_facts f set rfm = n.rfm, five = n.five, stage = n.stage, p_alive = n.p_alive, expected_90 = n.expected_90
    from changed n where f.customer_id = n.customer_id
      and (f.rfm, f.five, f.stage, f.p_alive, f.expected_90) is distinct from (n.rfm, n.five, n.stage, n.p_alive, n.expected_90);
  else
    update customer_facts f set rfm = null, five = null, stage = null, p_alive = null, expected_90 = null
    from gone n where f.customer_id = n.customer_id;
  end if;
  return null;
end $$;
create trigger customer_facts_inserted after insert on "customer_class"
  referencing new table as changed for each statement execute function customer_facts_from_class();
create trigger customer_facts_updated after update on "customer_class"
  referencing new table as changed for each statement execute function customer_facts_from_class();
create trigger customer_facts_deleted after delete on "customer_class"
  referencing old table as gone for each statement execute function customer_facts_from_class();

create function customer_facts_from_tier() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into customer_facts as f (customer_id, tier)
    select customer_id, tier from changed order by customer_id
    on conflict (customer_id) do update set tier = excluded.tier
    where (f.tier) is distinct from (excluded.tier);
  elsif tg_op = 'UPDATE' then
    update customer_facts f set tier = n.tier
    from changed n where f.customer_id = n.customer_id
      and (f.tier) is distinct from (n.tier);
  else
    update customer_facts f set tier = null
    from gone n where f.customer_id = n.customer_id;
  end if;
  return null;
end $$;
create trigger customer_facts_inserted after insert on "customer_tier"
  referencing new table as changed for each statement execute function customer_facts_from_tier();
create trigger customer_facts_updated after update on "customer_tier"
  referencing new table as changed for each statement execute function customer_facts_from_tier();
create trigger customer_facts_deleted after delete on "customer_tier"
  referencing old table as gone for each statement execute function customer_facts_from_tier();

-- Whom a guide reaches: told anew for those whose relations changed in what matters, and of guides who come or leave.

create function customer_facts_reach(ids bigint[]) returns void language plpgsql as $$
begin
  -- of two transactions that change one customer's relations, or a relation and its guide, the second sees both
  perform 1 from employee where id in (
    select r.employee_id from relation r where r.customer_id = any(ids) and r.ended_at is null) order by id for share;
  perform 1 from customer_facts where customer_id = any(ids) order by customer_id for no key update;
  update customer_facts f set reachable = r.reachable
  from (
    select told.id, exists (select from relation r join employee e on e.id = r.employee_id
      where r.customer_id = told.id and r.ended_at is null and not r.half and e.active) as reachable
    from unnest(ids) as told(id)
  ) r where f.customer_id = r.id and f.reachable <> r.reachable;
end $$;

create function customer_facts_from_relation() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform customer_facts_reach(array(select distinct customer_id from changed order by 1));
  elsif tg_op = 'UPDATE' then
    perform customer_facts_reach(array(
      select unnest(array[n.customer_id, o.customer_id]) from changed n join gone o using (id)
      where (n.customer_id, n.employee_id, n.ended_at is null, n.half)
        is distinct from (o.customer_id, o.employee_id, o.ended_at is null, o.half)
      group by 1 order by 1));
  else
    perform customer_facts_reach(array(select distinct customer_id from gone order by 1));
  end if;
  return null;
end $$;
create trigger customer_facts_inserted after insert on "relation"
  referencing new table as changed for each statement execute function customer_facts_from_relation();
create trigger customer_facts_updated after update on "relation"
  referencing new table as changed old table as gone for each statement execute function customer_facts_from_relation();
create trigger customer_facts_deleted after delete on "relation"
  referencing old table as gone for each statement execute function customer_facts_from_relation();

create function customer_facts_from_employee() returns trigger language plpgsql as $$
begin
  perform customer_facts_reach(array(
    select distinct r.customer_id from changed n join gone o using (id) join relation r on r.employee_id = n.id
    where n.active <> o.active and r.ended_at is null and not r.half order by 1));
  return null;
end $$;
create trigger customer_facts_updated after update on "employee"
  referencing new table as changed old table as gone for each statement execute function customer_facts_from_employee();
