-- Points in lots, with what each line used of them. Ledgers that are there already get theirs from the job that the
-- clock starts within a minute (bot/tasks/tick.ts).
CREATE TABLE "points_lot" (
    "entry_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "points" INTEGER NOT NULL,
    "remaining" INTEGER NOT NULL,
    "available_on" DATE NOT NULL,
    "expires_on" DATE NOT NULL,

    CONSTRAINT "points_lot_pkey" PRIMARY KEY ("entry_id")
);

CREATE TABLE "points_use" (
    "entry_id" BIGINT NOT NULL,
    "lot_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "points" INTEGER NOT NULL,

    CONSTRAINT "points_use_pkey" PRIMARY KEY ("entry_id", "lot_id")
);

CREATE TABLE "points_shortfall" (
    "entry_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "points" INTEGER NOT NULL,

    CONSTRAINT "points_shortfall_pkey" PRIMARY KEY ("entry_id")
);

CREATE INDEX "points_lot_customer_id_idx" ON "points_lot"("customer_id");

CREATE INDEX "points_lot_expires_on_idx" ON "points_lot"("expires_on");

CREATE INDEX "points_use_lot_id_idx" ON "points_use"("lot_id");

CREATE INDEX "points_use_customer_id_idx" ON "points_use"("customer_id");

CREATE INDEX "points_shortfall_customer_id_idx" ON "points_shortfall"("customer_id");

ALTER TABLE "points_lot" ADD CONSTRAINT "points_lot_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "points_entry"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "points_lot" ADD CONSTRAINT "points_lot_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "points_use" ADD CONSTRAINT "points_use_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "points_entry"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "points_use" ADD CONSTRAINT "points_use_lot_id_fkey" FOREIGN KEY ("lot_id") REFERENCES "points_lot"("entry_id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "points_shortfall" ADD CONSTRAINT "points_shortfall_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "points_entry"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- asks the clock for that job; a database without points has nothing to settle
INSERT INTO "daily_run" ("name", "day", "enqueued_at")
SELECT 'lots', current_date, now() WHERE EXISTS (SELECT 1 FROM "points_entry");
