-- WeCom's frequency limits, counted in 240 slots a window instead of seconds: a minute slides by 0.25 s, an hour by
-- 15 s, and neither sums more than 250 rows. What was counted by seconds is kept for both windows.
ALTER TABLE "wecom_quota" RENAME TO "wecom_quota_by_second";
ALTER TABLE "wecom_quota_by_second" RENAME CONSTRAINT "wecom_quota_pkey" TO "wecom_quota_by_second_pkey";
CREATE TABLE "wecom_quota" (
    "bucket" TEXT NOT NULL,
    "seconds" INTEGER NOT NULL,
    "slot" BIGINT NOT NULL,
    "used" INTEGER NOT NULL,

    CONSTRAINT "wecom_quota_pkey" PRIMARY KEY ("bucket","seconds","slot")
);
-- at the end of their second, so that none is let go too early
INSERT INTO "wecom_quota" ("bucket", "seconds", "slot", "used")
SELECT q."bucket", w."seconds", ("slot" + 1) * 240 / w."seconds", sum("used")
FROM "wecom_quota_by_second" q, (VALUES (60), (3600)) AS w("seconds")
GROUP BY 1, 2, 3;
DROP TABLE "wecom_quota_by_second";

-- A block ends by trial: the first call after it is alone, and only its answer opens the interface to all.
ALTER TABLE "wecom_block" ADD COLUMN "on_trial" BOOLEAN NOT NULL DEFAULT false;

DROP FUNCTION wecom_take(text[], int[], int[]);

-- Counts one call in each window, as made now. Callers hold the buckets' locks.
CREATE FUNCTION wecom_count(buckets text[], window_seconds int[], now_ms bigint) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO wecom_quota (bucket, seconds, slot, used)
  SELECT DISTINCT b, s, now_ms * 240 / (s * 1000), 1 FROM unnest(buckets, window_seconds) AS w(b, s)
  ON CONFLICT (bucket, seconds, slot) DO UPDATE SET used = wecom_quota.used + 1
$$;

-- Always in the same order, so that two callers never wait for each other.
CREATE FUNCTION wecom_lock(buckets text[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  b text;
BEGIN
  FOR b IN SELECT DISTINCT unnest(buckets) ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('wecom_quota:' || b, 0));
  END LOOP;
END $$;

-- Takes one call out of several of WeCom's limits at once, shared by every process (wecom-protocol 2.3). Where all
-- of them have room it is counted, and the answer is 0, or -1 for the one call that tries whether a block is over;
-- else nothing is counted, and the answer is the milliseconds after which there may be room.
--
-- A call is counted when it is taken and arrives up to a second later; a slot is therefore let go a second after it
-- has left the window. What takes longer is counted again at its end (wecom_late).
CREATE FUNCTION wecom_take(buckets text[], max_calls int[], window_seconds int[]) RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  late_ms CONSTANT bigint := 1000;
  trial_ms CONSTANT bigint := 15000;
  now_ms bigint;
  wait_ms bigint := 0;
  is_trial boolean := false;
  i int;
  slot_ms bigint;
  keep bigint;
  used_now bigint;
  oldest bigint;
  blocked timestamptz;
BEGIN
  PERFORM wecom_lock(buckets);
  -- the clock after the locks: who waited for them calls now, not when it began to wait
  now_ms := floor(extract(epoch FROM clock_timestamp()) * 1000);
  FOR i IN 1 .. array_length(buckets, 1) LOOP
    SELECT blocked_until INTO blocked FROM wecom_block WHERE bucket = buckets[i];
    IF FOUND THEN
      is_trial := true;
      wait_ms := greatest(wait_ms, ceil(extract(epoch FROM blocked) * 1000)::bigint - now_ms);
    END IF;
    slot_ms := window_seconds[i] * 1000 / 240;
    keep := 240 + ceil(late_ms::numeric / slot_ms);
    SELECT coalesce(sum(used), 0), min(slot) INTO used_now, oldest FROM wecom_quota
      WHERE bucket = buckets[i] AND seconds = window_seconds[i] AND slot >= now_ms / slot_ms - keep;
    IF used_now >= max_calls[i] THEN
      wait_ms := greatest(wait_ms, (oldest + keep + 1) * slot_ms - now_ms);
    END IF;
  END LOOP;
  IF wait_ms > 0 THEN
    RETURN wait_ms;
  END IF;
  PERFORM wecom_count(buckets, window_seconds, now_ms);
  IF NOT is_trial THEN
    RETURN 0;
  END IF;
  -- longer than a call lasts: if this one tells nothing, the next may try
  UPDATE wecom_block SET on_trial = true,
      blocked_until = to_timestamp((now_ms + trial_ms) / 1000.0)
    WHERE bucket = ANY (buckets);
  RETURN -1;
END $$;

-- A call that took long may have arrived at any moment of it: it is counted at its end too.
CREATE FUNCTION wecom_late(buckets text[], window_seconds int[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM wecom_lock(buckets);
  PERFORM wecom_count(buckets, window_seconds,
    floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint);
END $$;

-- WeCom said that an interface's limit is used up (45009): nobody calls it for block_ms. Said again to the call that
-- tried whether the block is over, it is the hour's limit, and the block is an hour.
CREATE FUNCTION wecom_refused(bucket_name text, block_ms float8) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO wecom_block AS b (bucket, blocked_until)
  VALUES (bucket_name, clock_timestamp() + block_ms * interval '1 millisecond')
  ON CONFLICT (bucket) DO UPDATE SET on_trial = false,
    blocked_until = CASE WHEN b.on_trial THEN clock_timestamp() + interval '1 hour'
      ELSE greatest(b.blocked_until, excluded.blocked_until) END
$$;
