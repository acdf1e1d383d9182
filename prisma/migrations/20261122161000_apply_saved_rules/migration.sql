-- How far a saved rule of an automatic tag has reached everybody.
CREATE TABLE "tag_rule_run" (
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "up_to" BIGINT NOT NULL DEFAULT 0,
    "last_id" BIGINT,
    "changed" INTEGER NOT NULL DEFAULT 0,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "tag_rule_run_pkey" PRIMARY KEY ("code")
);
