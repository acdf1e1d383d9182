-- What a report of a year would find by looking for the orders after each of its messages is kept beside them.
alter table "touch" add column "bought_at" timestamptz(3);
alter table "task" add column "sent_at" timestamptz(3), add column "bought_at" timestamptz(3);

update "touch" t set "bought_at" = o."paid_at"
from "touch" s cross join lateral (
  select min(o."paid_at") as "paid_at" from "orders" o
  where o."customer_id" = s."customer_id" and o."status" = 'paid'
    and (o."refunded_fen" < o."amount_fen" or o."refunded_fen" = 0)
    and o."paid_at" >= s."at" and o."paid_at" < s."at" + interval '7 days') o
where s."id" = t."id" and s."result" = 'sent' and o."paid_at" is not null;

update "task" t set "sent_at" = s."sent_at",
  "bought_at" = case when s."bought_at" < s."sent_at" + interval '7 days' then s."bought_at" end
from (
  select "task_id", "customer_id", min("at") as "sent_at", min("bought_at") as "bought_at"
  from "touch" where "task_id" is not null and "result" = 'sent' group by 1, 2) s
where s."task_id" = t."id" and s."customer_id" = t."customer_id";

drop index "task_scan_day_assignee_id_idx";
create index "task_of_a_day_idx" on "task" ("scan_day", "assignee_id", "kind", "state", "due_at", "sent_at", "bought_at");
