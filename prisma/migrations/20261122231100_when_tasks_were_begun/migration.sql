-- Of the tasks there are. A migration of its own: nobody waits for a lock on the table meanwhile.
update "task" t set "started_at" = begun."at"
from (
  select v."task_id", min(v."at") as "at" from "task_event" v
  where v."to_state" = 'in_progress' and not exists (
    -- who took it over had not begun it
    select from "task_event" given where given."task_id" = v."task_id" and given."id" > v."id"
      and given."to_state" = 'open' and given."detail" ->> 'reason' in ('handed_over', 'guide_left'))
  group by 1) begun
where begun."task_id" = t."id";
