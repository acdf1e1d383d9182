-- When a call began whose outcome nobody knows yet: WeCom drops a repetition for some hours only.
ALTER TABLE "outbox" ADD COLUMN "unsure_since" TIMESTAMPTZ(3);
