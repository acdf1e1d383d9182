-- Reports read when a task was begun from the index alone.
drop index "task_of_a_day_idx";
create index "task_of_a_day_idx" on "task" ("scan_day", "assignee_id", "kind", "state", "due_at", "sent_at", "started_at", "bought_at");
