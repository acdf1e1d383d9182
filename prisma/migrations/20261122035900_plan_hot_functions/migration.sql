-- A function keeps the plans of its first calls. Those were made when the tables were empty, and read all of a
-- table that has grown to 100 000 rows since: 6 000 callbacks a second fell to 900 until the next ANALYZE.
-- Planned at each call, by the tables' present size, it stays at the index; a batch of 256 pays for it once.
ALTER FUNCTION inbox_store(text, bytea[], text[], text[], boolean[]) SET plan_cache_mode = force_custom_plan;
ALTER FUNCTION wecom_take(text[], int[], int[]) SET plan_cache_mode = force_custom_plan;
