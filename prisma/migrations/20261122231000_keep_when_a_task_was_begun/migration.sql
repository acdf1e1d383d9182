-- A task that its guide had begun counts as executed whatever becomes of it: when it was begun is kept beside it.
alter table "task" add column "started_at" timestamptz(3);

update "task" t set "started_at" = begun."at"
from (
  select v."task_id", min(v."at") as "at" from "task_event" v
  where v."to_state" = 'in_progress' and not exists (
    -- who took it over had not begun it
    select from "task_event" given where given."task_id" = v."task_id" and given."id" > v."id"
      and given."to_state" = 'open' and given."detail" ->> 'reason' in ('handed_over', 'guide_left'))
  group by 1) begun
where begun."task_id" = t."id";

drop index "task_of_a_day_idx";
create index "task_of_a_day_idx" on "task" ("scan_day", "assignee_id", "kind", "state", "due_at", "sent_at", "started_at", "bought_at");
