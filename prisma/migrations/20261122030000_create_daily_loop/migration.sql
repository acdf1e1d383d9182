-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateEnum
CREATE TYPE "role" AS ENUM ('guide', 'manager', 'hq');

-- CreateEnum
CREATE TYPE "consent_level" AS ENUM ('all', 'one_to_one', 'none');

-- CreateEnum
CREATE TYPE "gender" AS ENUM ('male', 'female');

-- CreateEnum
CREATE TYPE "relation_end" AS ENUM ('customer', 'guide', 'transfer', 'missing');

-- CreateEnum
CREATE TYPE "tag_dimension" AS ENUM ('source', 'behaviour', 'lifecycle', 'consumption');

-- CreateEnum
CREATE TYPE "tag_origin" AS ENUM ('guide', 'rule', 'wecom');

-- CreateEnum
CREATE TYPE "order_status" AS ENUM ('paid', 'refunded', 'cancelled');

-- CreateEnum
CREATE TYPE "coupon_status" AS ENUM ('issued', 'used', 'void');

-- CreateEnum
CREATE TYPE "points_kind" AS ENUM ('earn', 'spend', 'expire', 'adjust');

-- CreateEnum
CREATE TYPE "task_state" AS ENUM ('open', 'in_progress', 'done', 'dismissed', 'expired', 'cancelled');

-- CreateEnum
CREATE TYPE "task_closing" AS ENUM ('proven', 'self_reported', 'timed_out');

-- CreateEnum
CREATE TYPE "touch_result" AS ENUM ('sent', 'cancelled', 'failed');

-- CreateEnum
CREATE TYPE "outbox_state" AS ENUM ('pending', 'sending', 'sent', 'failed', 'cancelled');

-- CreateTable
CREATE TABLE "store" (
    "id" BIGSERIAL NOT NULL,
    "store_no" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "region" TEXT,
    "address" TEXT,
    "latitude" DOUBLE PRECISION,
    "longitude" DOUBLE PRECISION,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "store_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "employee" (
    "id" BIGSERIAL NOT NULL,
    "userid" TEXT NOT NULL,
    "userid_key" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "role" "role" NOT NULL DEFAULT 'guide',
    "store_no" TEXT,
    "active" BOOLEAN NOT NULL DEFAULT true,
    "in_app" BOOLEAN NOT NULL DEFAULT true,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "employee_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer" (
    "id" BIGSERIAL NOT NULL,
    "member_no" TEXT,
    "external_userid" TEXT,
    "unionid" TEXT,
    "name" TEXT,
    "wecom_name" TEXT,
    "avatar" TEXT,
    "wecom_type" SMALLINT,
    "gender" "gender",
    "birth_year" SMALLINT,
    "birthday_md" SMALLINT,
    "birthday_lunar" BOOLEAN NOT NULL DEFAULT false,
    "mobile_enc" BYTEA,
    "mobile_hash" BYTEA,
    "joined_at" TIMESTAMPTZ(3),
    "store_no" TEXT,
    "guide_userid" TEXT,
    "referrer_member_no" TEXT,
    "source" TEXT,
    "attributes" JSONB NOT NULL DEFAULT '{}',
    "consent" "consent_level" NOT NULL DEFAULT 'one_to_one',
    "match_issue" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "customer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer_stats" (
    "customer_id" BIGINT NOT NULL,
    "orders_365" INTEGER NOT NULL DEFAULT 0,
    "spend_365_fen" BIGINT NOT NULL DEFAULT 0,
    "orders_total" INTEGER NOT NULL DEFAULT 0,
    "spend_total_fen" BIGINT NOT NULL DEFAULT 0,
    "first_paid_at" TIMESTAMPTZ(3),
    "last_paid_at" TIMESTAMPTZ(3),
    "first_purchase_day" DATE,
    "last_purchase_day" DATE,
    "purchase_days" INTEGER NOT NULL DEFAULT 0,
    "purchase_days_365" INTEGER NOT NULL DEFAULT 0,
    "cycle_days" DOUBLE PRECISION,
    "last_order_no" TEXT,
    "last_store_no" TEXT,
    "last_guide_userid" TEXT,
    "last_cashier_userid" TEXT,
    "main_category" TEXT,
    "as_of" DATE NOT NULL,

    CONSTRAINT "customer_stats_pkey" PRIMARY KEY ("customer_id")
);

-- CreateTable
CREATE TABLE "relation" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "employee_id" BIGINT NOT NULL,
    "remark" TEXT,
    "description" TEXT,
    "add_way" SMALLINT,
    "state" TEXT,
    "half" BOOLEAN NOT NULL DEFAULT false,
    "added_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" "relation_end",
    "remark_mobile_hashes" BYTEA[],
    "synced_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "relation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "relation_tag" (
    "relation_id" BIGINT NOT NULL,
    "tag_id" BIGINT NOT NULL,

    CONSTRAINT "relation_tag_pkey" PRIMARY KEY ("relation_id","tag_id")
);

-- CreateTable
CREATE TABLE "tag_group" (
    "id" BIGSERIAL NOT NULL,
    "wecom_id" TEXT,
    "name" TEXT NOT NULL,
    "dimension" "tag_dimension" NOT NULL,
    "sort_order" BIGINT NOT NULL DEFAULT 0,
    "strategy_id" INTEGER,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tag_group_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tag" (
    "id" BIGSERIAL NOT NULL,
    "group_id" BIGINT NOT NULL,
    "wecom_id" TEXT,
    "name" TEXT NOT NULL,
    "sort_order" BIGINT NOT NULL DEFAULT 0,
    "ours" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "deleted_at" TIMESTAMPTZ(3),

    CONSTRAINT "tag_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "customer_tag" (
    "customer_id" BIGINT NOT NULL,
    "tag_id" BIGINT NOT NULL,
    "origin" "tag_origin" NOT NULL,
    "origin_by" TEXT,
    "evidence" JSONB,
    "added_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "removed_at" TIMESTAMPTZ(3),
    "removed_by" TEXT,

    CONSTRAINT "customer_tag_pkey" PRIMARY KEY ("customer_id","tag_id")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" BIGSERIAL NOT NULL,
    "order_no" TEXT NOT NULL,
    "member_no" TEXT NOT NULL,
    "customer_id" BIGINT,
    "store_no" TEXT,
    "guide_userid" TEXT,
    "cashier_userid" TEXT,
    "paid_at" TIMESTAMPTZ(3) NOT NULL,
    "paid_day" DATE NOT NULL,
    "amount_fen" BIGINT NOT NULL,
    "refunded_fen" BIGINT NOT NULL DEFAULT 0,
    "status" "order_status" NOT NULL,
    "source_updated_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_item" (
    "order_id" BIGINT NOT NULL,
    "line" SMALLINT NOT NULL,
    "sku" TEXT NOT NULL,
    "name" TEXT,
    "category" TEXT,
    "quantity" INTEGER NOT NULL,
    "amount_fen" BIGINT NOT NULL,

    CONSTRAINT "order_item_pkey" PRIMARY KEY ("order_id","line")
);

-- CreateTable
CREATE TABLE "coupon" (
    "id" BIGSERIAL NOT NULL,
    "coupon_no" TEXT NOT NULL,
    "member_no" TEXT NOT NULL,
    "customer_id" BIGINT,
    "name" TEXT NOT NULL,
    "face_value_fen" BIGINT,
    "discount" DOUBLE PRECISION,
    "min_spend_fen" BIGINT,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_day" DATE NOT NULL,
    "status" "coupon_status" NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "order_no" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "coupon_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "points_entry" (
    "id" BIGSERIAL NOT NULL,
    "entry_no" TEXT NOT NULL,
    "member_no" TEXT NOT NULL,
    "customer_id" BIGINT,
    "kind" "points_kind" NOT NULL,
    "points" INTEGER NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3),
    "reason" TEXT,

    CONSTRAINT "points_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "rule" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "params" JSONB NOT NULL,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "rule_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "occurrence" TEXT NOT NULL,
    "rule_version" INTEGER NOT NULL,
    "facts" JSONB NOT NULL,
    "state" "task_state" NOT NULL DEFAULT 'open',
    "assignee_id" BIGINT NOT NULL,
    "assignee_rule" SMALLINT NOT NULL,
    "store_no" TEXT,
    "priority" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "urgent" BOOLEAN NOT NULL DEFAULT false,
    "scan_day" DATE NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "dies_at" TIMESTAMPTZ(3) NOT NULL,
    "snoozed_until" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),
    "closing" "task_closing",
    "close_reason" TEXT,
    "outcome" TEXT,
    "note" TEXT,
    "trace_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "task_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "task_event" (
    "id" BIGSERIAL NOT NULL,
    "task_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "via" TEXT NOT NULL,
    "from_state" "task_state",
    "to_state" "task_state" NOT NULL,
    "detail" JSONB,

    CONSTRAINT "task_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "held_back" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "kind" TEXT NOT NULL,
    "occurrence" TEXT NOT NULL,
    "why" TEXT NOT NULL,
    "until" DATE,
    "assignee_id" BIGINT,
    "facts" JSONB NOT NULL,
    "scan_day" DATE NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),

    CONSTRAINT "held_back_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "touch" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "employee_id" BIGINT NOT NULL,
    "task_id" BIGINT,
    "template_id" TEXT,
    "variant" TEXT,
    "channel" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "result" "touch_result" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "client_key" TEXT,

    CONSTRAINT "touch_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "consent" "consent_level" NOT NULL,
    "source" TEXT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "note" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "employee_id" BIGINT NOT NULL,
    "text" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "note_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "inbox" (
    "id" BIGSERIAL NOT NULL,
    "corp_id" TEXT NOT NULL,
    "key" BYTEA NOT NULL,
    "xml" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "processed_at" TIMESTAMPTZ(3),
    "event" TEXT,
    "outcome" TEXT,
    "trace_id" TEXT NOT NULL,

    CONSTRAINT "inbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "dedupe_key" TEXT NOT NULL,
    "recipient" TEXT,
    "payload" JSONB NOT NULL,
    "state" "outbox_state" NOT NULL DEFAULT 'pending',
    "not_before" TIMESTAMPTZ(3) NOT NULL,
    "not_after" TIMESTAMPTZ(3),
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "errcode" INTEGER,
    "last_error" TEXT,
    "task_id" BIGINT,
    "customer_id" BIGINT,
    "response_code" TEXT,
    "msgid" TEXT,
    "trace_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "daily_run" (
    "name" TEXT NOT NULL,
    "day" DATE NOT NULL,
    "enqueued_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "summary" JSONB,

    CONSTRAINT "daily_run_pkey" PRIMARY KEY ("name","day")
);

-- CreateTable
CREATE TABLE "sync_run" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "cursor" JSONB NOT NULL,
    "total" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "repaired" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "sync_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_key" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "webhook" (
    "id" BIGSERIAL NOT NULL,
    "url" TEXT NOT NULL,
    "events" TEXT[],
    "secret_enc" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "webhook_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_log" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "detail" JSONB,

    CONSTRAINT "audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "wecom_token" (
    "kind" TEXT NOT NULL,
    "value_enc" BYTEA NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "fetched_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "wecom_token_pkey" PRIMARY KEY ("kind")
);

-- CreateTable
CREATE TABLE "wecom_quota" (
    "bucket" TEXT NOT NULL,
    "slot" BIGINT NOT NULL,
    "used" INTEGER NOT NULL,

    CONSTRAINT "wecom_quota_pkey" PRIMARY KEY ("bucket","slot")
);

-- CreateTable
CREATE TABLE "wecom_block" (
    "bucket" TEXT NOT NULL,
    "blocked_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "wecom_block_pkey" PRIMARY KEY ("bucket")
);

-- CreateTable
CREATE TABLE "import_run" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "accepted" INTEGER NOT NULL DEFAULT 0,
    "unchanged" INTEGER NOT NULL DEFAULT 0,
    "rejected" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "import_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "store_store_no_key" ON "store"("store_no");

-- CreateIndex
CREATE UNIQUE INDEX "employee_userid_key_key" ON "employee"("userid_key");

-- CreateIndex
CREATE INDEX "employee_store_no_idx" ON "employee"("store_no");

-- CreateIndex
CREATE UNIQUE INDEX "customer_member_no_key" ON "customer"("member_no");

-- CreateIndex
CREATE UNIQUE INDEX "customer_external_userid_key" ON "customer"("external_userid");

-- CreateIndex
CREATE INDEX "customer_birthday_lunar_birthday_md_idx" ON "customer"("birthday_lunar", "birthday_md");

-- CreateIndex
CREATE INDEX "customer_unionid_idx" ON "customer"("unionid");

-- CreateIndex
CREATE INDEX "customer_mobile_hash_idx" ON "customer"("mobile_hash");

-- CreateIndex
CREATE INDEX "customer_store_no_idx" ON "customer"("store_no");

-- CreateIndex
CREATE INDEX "customer_referrer_member_no_idx" ON "customer"("referrer_member_no");

-- CreateIndex
CREATE INDEX "customer_stats_last_purchase_day_idx" ON "customer_stats"("last_purchase_day");

-- CreateIndex
CREATE INDEX "relation_employee_id_customer_id_idx" ON "relation"("employee_id", "customer_id");

-- CreateIndex
CREATE UNIQUE INDEX "relation_customer_id_employee_id_key" ON "relation"("customer_id", "employee_id");

-- CreateIndex
CREATE INDEX "relation_tag_tag_id_idx" ON "relation_tag"("tag_id");

-- CreateIndex
CREATE UNIQUE INDEX "tag_group_wecom_id_key" ON "tag_group"("wecom_id");

-- CreateIndex
CREATE UNIQUE INDEX "tag_wecom_id_key" ON "tag"("wecom_id");

-- CreateIndex
CREATE INDEX "tag_group_id_idx" ON "tag"("group_id");

-- CreateIndex
CREATE INDEX "customer_tag_tag_id_idx" ON "customer_tag"("tag_id");

-- CreateIndex
CREATE UNIQUE INDEX "orders_order_no_key" ON "orders"("order_no");

-- CreateIndex
CREATE INDEX "orders_customer_id_paid_at_idx" ON "orders"("customer_id", "paid_at");

-- CreateIndex
CREATE INDEX "orders_member_no_idx" ON "orders"("member_no");

-- CreateIndex
CREATE INDEX "orders_paid_day_idx" ON "orders"("paid_day");

-- CreateIndex
CREATE UNIQUE INDEX "coupon_coupon_no_key" ON "coupon"("coupon_no");

-- CreateIndex
CREATE INDEX "coupon_expires_day_status_idx" ON "coupon"("expires_day", "status");

-- CreateIndex
CREATE INDEX "coupon_customer_id_idx" ON "coupon"("customer_id");

-- CreateIndex
CREATE INDEX "coupon_member_no_idx" ON "coupon"("member_no");

-- CreateIndex
CREATE UNIQUE INDEX "points_entry_entry_no_key" ON "points_entry"("entry_no");

-- CreateIndex
CREATE INDEX "points_entry_customer_id_occurred_at_idx" ON "points_entry"("customer_id", "occurred_at");

-- CreateIndex
CREATE INDEX "points_entry_member_no_idx" ON "points_entry"("member_no");

-- CreateIndex
CREATE UNIQUE INDEX "rule_kind_version_key" ON "rule"("kind", "version");

-- CreateIndex
CREATE INDEX "task_assignee_id_state_due_at_idx" ON "task"("assignee_id", "state", "due_at");

-- CreateIndex
CREATE INDEX "task_state_dies_at_idx" ON "task"("state", "dies_at");

-- CreateIndex
CREATE INDEX "task_updated_at_id_idx" ON "task"("updated_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "task_customer_id_kind_occurrence_key" ON "task"("customer_id", "kind", "occurrence");

-- CreateIndex
CREATE INDEX "task_event_task_id_at_idx" ON "task_event"("task_id", "at");

-- CreateIndex
CREATE INDEX "held_back_assignee_id_idx" ON "held_back"("assignee_id");

-- CreateIndex
CREATE INDEX "held_back_kind_resolved_at_idx" ON "held_back"("kind", "resolved_at");

-- CreateIndex
CREATE UNIQUE INDEX "held_back_customer_id_kind_occurrence_key" ON "held_back"("customer_id", "kind", "occurrence");

-- CreateIndex
CREATE UNIQUE INDEX "touch_client_key_key" ON "touch"("client_key");

-- CreateIndex
CREATE INDEX "touch_customer_id_at_idx" ON "touch"("customer_id", "at");

-- CreateIndex
CREATE INDEX "touch_at_id_idx" ON "touch"("at", "id");

-- CreateIndex
CREATE INDEX "consent_customer_id_at_idx" ON "consent"("customer_id", "at");

-- CreateIndex
CREATE INDEX "note_customer_id_at_idx" ON "note"("customer_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "inbox_corp_id_key_key" ON "inbox"("corp_id", "key");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_dedupe_key_key" ON "outbox"("dedupe_key");

-- CreateIndex
CREATE INDEX "outbox_state_not_before_idx" ON "outbox"("state", "not_before");

-- CreateIndex
CREATE INDEX "outbox_task_id_idx" ON "outbox"("task_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_name_key" ON "api_key"("name");

-- CreateIndex
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "webhook_url_key" ON "webhook"("url");

-- CreateIndex
CREATE INDEX "audit_log_at_idx" ON "audit_log"("at");

-- AddForeignKey
ALTER TABLE "customer_stats" ADD CONSTRAINT "customer_stats_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relation" ADD CONSTRAINT "relation_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relation" ADD CONSTRAINT "relation_employee_id_fkey" FOREIGN KEY ("employee_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relation_tag" ADD CONSTRAINT "relation_tag_relation_id_fkey" FOREIGN KEY ("relation_id") REFERENCES "relation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "relation_tag" ADD CONSTRAINT "relation_tag_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tag" ADD CONSTRAINT "tag_group_id_fkey" FOREIGN KEY ("group_id") REFERENCES "tag_group"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_tag" ADD CONSTRAINT "customer_tag_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "customer_tag" ADD CONSTRAINT "customer_tag_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "orders"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "coupon" ADD CONSTRAINT "coupon_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "points_entry" ADD CONSTRAINT "points_entry_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task" ADD CONSTRAINT "task_assignee_id_fkey" FOREIGN KEY ("assignee_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "task_event" ADD CONSTRAINT "task_event_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "held_back" ADD CONSTRAINT "held_back_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "touch" ADD CONSTRAINT "touch_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "touch" ADD CONSTRAINT "touch_employee_id_fkey" FOREIGN KEY ("employee_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "note" ADD CONSTRAINT "note_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "note" ADD CONSTRAINT "note_employee_id_fkey" FOREIGN KEY ("employee_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- One of WeCom's limits, or several at once, shared by every process (wecom-protocol 2.3).
-- Takes one call out of each bucket when all of them have room, and returns 0; else takes nothing and
-- returns the milliseconds after which it may have room. Windows slide by seconds: never more than
-- max_calls in any window_seconds + 1 seconds.
CREATE FUNCTION wecom_take(buckets text[], max_calls int[], window_seconds int[]) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  now_slot bigint := floor(extract(epoch FROM clock_timestamp()));
  wait_ms bigint := 0;
  i int;
  used_now bigint;
  oldest bigint;
  blocked timestamptz;
  b text;
BEGIN
  -- always in the same order, so that two callers never wait for each other
  FOR b IN SELECT DISTINCT unnest(buckets) ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(hashtextextended('wecom_quota:' || b, 0));
  END LOOP;
  FOR i IN 1 .. array_length(buckets, 1) LOOP
    SELECT blocked_until INTO blocked FROM wecom_block WHERE bucket = buckets[i];
    IF blocked > clock_timestamp() THEN
      wait_ms := greatest(wait_ms, ceil(extract(epoch FROM blocked - clock_timestamp()) * 1000)::bigint);
    END IF;
    SELECT coalesce(sum(used), 0), min(slot) INTO used_now, oldest FROM wecom_quota
      WHERE bucket = buckets[i] AND slot >= now_slot - window_seconds[i];
    IF used_now >= max_calls[i] THEN
      wait_ms := greatest(wait_ms, (oldest + window_seconds[i] + 1 - now_slot) * 1000);
    END IF;
  END LOOP;
  IF wait_ms > 0 THEN
    RETURN wait_ms;
  END IF;
  FOR b IN SELECT DISTINCT unnest(buckets) LOOP
    INSERT INTO wecom_quota (bucket, slot, used) VALUES (b, now_slot, 1)
      ON CONFLICT (bucket, slot) DO UPDATE SET used = wecom_quota.used + 1;
  END LOOP;
  RETURN 0;
END $$;

-- A callback that is stored has its job in the same transaction; one statement for a whole batch.
-- Urgent ones (a welcome code lives 20 seconds) go to the front, past any backlog.
CREATE FUNCTION inbox_store(corp text, keys bytea[], xmls text[], traces text[], urgent boolean[]) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  stored_now int;
BEGIN
  WITH arrived AS (
    SELECT DISTINCT ON (k) k, x, t, u
    FROM unnest(keys, xmls, traces, urgent) AS a(k, x, t, u)
  ), stored AS (
    INSERT INTO inbox (corp_id, key, xml, trace_id)
    SELECT corp, k, x, t FROM arrived
    ON CONFLICT (corp_id, key) DO NOTHING
    RETURNING id, key
  ), specs AS (
    SELECT array_agg((
      CASE WHEN a.u THEN 'welcome' ELSE 'callback' END,
      json_build_object('inboxId', s.id::text),
      NULL, NULL, 12, NULL,
      CASE WHEN a.u THEN -10 ELSE 0 END,
      NULL
    )::graphile_worker.job_spec) AS list, count(*)::int AS n
    FROM stored s JOIN arrived a ON a.k = s.key
  ), queued AS (
    SELECT count(*) FROM specs, LATERAL graphile_worker.add_jobs(specs.list) WHERE specs.n > 0
  )
  SELECT n INTO stored_now FROM specs, queued;
  RETURN stored_now;
END $$;
