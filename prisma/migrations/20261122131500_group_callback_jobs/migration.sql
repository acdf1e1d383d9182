-- Jobs for these inbox rows. Urgent ones (a welcome code lives 20 seconds) have one each and go to the front, past any
-- backlog. The others share one among sixteen: adding a job costs as much as storing a callback. What fails of the
-- sixteen is tried again without the rest (bot/job-handlers.ts).
CREATE OR REPLACE FUNCTION inbox_enqueue(ids bigint[], urgent boolean[]) RETURNS void
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
      CASE WHEN g.u THEN 'welcome' ELSE 'callback' END,
      CASE WHEN g.u THEN g.payloads -> 0 ELSE g.payloads END,
      NULL, NULL, 12, NULL,
      CASE WHEN g.u THEN -10 ELSE 0 END,
      NULL
    )::graphile_worker.job_spec)
    FROM (
      SELECT n.u, json_agg(json_build_object('inboxId', n.id::text) ORDER BY n.id) AS payloads
      FROM (
        SELECT a.id, a.u, row_number() OVER (PARTITION BY a.u ORDER BY a.id) - 1 AS place
        FROM unnest(ids, urgent) AS a(id, u)
      ) n
      GROUP BY n.u, n.place / CASE WHEN n.u THEN 1 ELSE 16 END
    ) g));
END $$;
