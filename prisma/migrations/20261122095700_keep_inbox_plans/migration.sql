-- Planning took longer than storing: inbox_store and the five statements of graphile_worker.add_jobs were planned
-- anew for each batch, 1 ms of processor time, because plans kept from when the tables were empty read all of a
-- table that has grown since. Plans are kept now and cannot be such ones: adding jobs looks rows up by index whatever
-- the tables' size, and storing rows reads no table at all.

-- A job for each of these inbox rows. Urgent ones (a welcome code lives 20 seconds) go to the front, past any backlog.
CREATE FUNCTION inbox_enqueue(ids bigint[], urgent boolean[]) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_nestloop = on
AS $$
BEGIN
  PERFORM graphile_worker.add_jobs((
    SELECT array_agg((
      CASE WHEN a.u THEN 'welcome' ELSE 'callback' END,
      json_build_object('inboxId', a.id::text),
      NULL, NULL, 12, NULL,
      CASE WHEN a.u THEN -10 ELSE 0 END,
      NULL
    )::graphile_worker.job_spec)
    FROM unnest(ids, urgent) AS a(id, u)));
END $$;

-- A callback that is stored has its job in the same transaction; one statement for a whole batch.
CREATE OR REPLACE FUNCTION inbox_store(corp text, keys bytea[], xmls text[], traces text[], urgent boolean[]) RETURNS int
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
-- the batch is joined with itself, and a plan that is kept knows nothing of its size
SET enable_nestloop = off
SET lock_timeout = '4s'
AS $$
DECLARE
  ids bigint[];
  are_urgent boolean[];
BEGIN
  WITH arrived AS (
    SELECT DISTINCT ON (k) k, x, t, u
    FROM unnest(keys, xmls, traces, urgent) AS a(k, x, t, u)
  ), stored AS (
    INSERT INTO inbox (corp_id, key, xml, trace_id)
    SELECT corp, k, x, t FROM arrived
    ON CONFLICT (corp_id, key) DO NOTHING
    RETURNING id, key
  )
  SELECT array_agg(s.id), array_agg(a.u) INTO ids, are_urgent
  FROM stored s JOIN arrived a ON a.k = s.key;
  IF ids IS NULL THEN
    RETURN 0;
  END IF;
  PERFORM inbox_enqueue(ids, are_urgent);
  RETURN array_length(ids, 1);
END $$;
