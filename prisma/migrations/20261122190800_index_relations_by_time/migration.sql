-- what the growth report counts: who came in a period, who was there at its beginning, who left
create index "relation_come_and_gone_idx" on "relation" ("added_at", "ended_at", "ended_by", "employee_id");
create index "relation_ended_at_idx" on "relation" ("ended_at");
