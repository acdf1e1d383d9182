-- A task that its guide had begun counts as executed whatever becomes of it: when it was begun is kept beside it.
alter table "task" add column "started_at" timestamptz(3);
