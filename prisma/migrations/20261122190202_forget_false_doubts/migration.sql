-- A call that failed at its only try, with an answer of WeCom's, was not made: nothing of it may have been sent.
UPDATE "outbox" SET "unsure_since" = NULL
WHERE "state" = 'failed' AND "attempts" = 1 AND "errcode" <> -1 AND "unsure_since" IS NOT NULL;
