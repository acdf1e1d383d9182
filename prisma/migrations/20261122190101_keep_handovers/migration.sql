-- Handovers: a guide's customers and open tasks go to others, each customer a row before WeCom is asked.
CREATE TYPE "handover_stage" AS ENUM ('planning', 'working', 'over');

CREATE TYPE "handover_state" AS ENUM ('waiting', 'asking', 'asked', 'done', 'refused', 'limit', 'impossible');

CREATE TABLE "handover" (
    "id" BIGSERIAL NOT NULL,
    "from_id" BIGINT NOT NULL,
    "strategy" TEXT NOT NULL,
    "to_id" BIGINT,
    "message" TEXT,
    "created_by" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "store_no" TEXT,
    "stage" "handover_stage" NOT NULL DEFAULT 'planning',
    "next_run_at" TIMESTAMPTZ(3),
    "problem" INTEGER,

    CONSTRAINT "handover_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "handover_customer" (
    "handover_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "to_id" BIGINT,
    "via" TEXT NOT NULL,
    "state" "handover_state" NOT NULL,
    "why" TEXT,
    "errcode" INTEGER,
    "spend_fen" BIGINT NOT NULL,
    "important" BOOLEAN NOT NULL DEFAULT false,
    "asked_at" TIMESTAMPTZ(3),
    "unsure" BOOLEAN NOT NULL DEFAULT false,
    "decided_at" TIMESTAMPTZ(3),
    "tasks" INTEGER NOT NULL DEFAULT 0,
    "told_at" TIMESTAMPTZ(3),

    CONSTRAINT "handover_customer_pkey" PRIMARY KEY ("handover_id","customer_id")
);

CREATE INDEX "customer_guide_userid_idx" ON "customer"("guide_userid");

CREATE INDEX "handover_store_no_id_idx" ON "handover"("store_no", "id");

CREATE INDEX "handover_next_run_at_idx" ON "handover"("next_run_at");

CREATE INDEX "handover_from_id_idx" ON "handover"("from_id");

CREATE INDEX "handover_customer_handover_id_spend_fen_customer_id_idx" ON "handover_customer"("handover_id", "spend_fen" DESC, "customer_id");

CREATE INDEX "handover_customer_handover_id_state_idx" ON "handover_customer"("handover_id", "state");

CREATE INDEX "handover_customer_customer_id_idx" ON "handover_customer"("customer_id");

CREATE INDEX "handover_customer_to_id_idx" ON "handover_customer"("to_id");

ALTER TABLE "handover" ADD CONSTRAINT "handover_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "handover" ADD CONSTRAINT "handover_to_id_fkey" FOREIGN KEY ("to_id") REFERENCES "employee"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "handover" ADD CONSTRAINT "handover_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "handover_customer" ADD CONSTRAINT "handover_customer_handover_id_fkey" FOREIGN KEY ("handover_id") REFERENCES "handover"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "handover_customer" ADD CONSTRAINT "handover_customer_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "handover_customer" ADD CONSTRAINT "handover_customer_to_id_fkey" FOREIGN KEY ("to_id") REFERENCES "employee"("id") ON DELETE SET NULL ON UPDATE CASCADE;
