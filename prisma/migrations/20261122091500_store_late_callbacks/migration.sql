-- As inbox_store, for callbacks that waited in a process's spool while the database was away. They were received
-- when they came, not now: what has 20 seconds, such as a welcome code, must not begin them anew.
CREATE FUNCTION inbox_store_late(corp text, keys bytea[], xmls text[], traces text[], urgent boolean[], ages_ms float8[])
RETURNS int LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  stored_now int;
BEGIN
  stored_now := inbox_store(corp, keys, xmls, traces, urgent);
  -- only rows of this transaction: one that came directly as well keeps its own time
  UPDATE inbox i SET received_at = now() - a.age * interval '1 millisecond'
  FROM unnest(keys, ages_ms) AS a(k, age)
  WHERE i.corp_id = corp AND i.key = a.k AND i.received_at = now()::timestamptz(3);
  RETURN stored_now;
END $$;

-- Who waits for a lock longer than anybody waits for the answer gives up here, not only at the other end of the
-- connection: else each try during an outage leaves a backend behind.
ALTER FUNCTION inbox_store(text, bytea[], text[], text[], boolean[]) SET lock_timeout = '4s';
ALTER FUNCTION inbox_store_late(text, bytea[], text[], text[], boolean[], float8[]) SET lock_timeout = '4s';
