-- Automatic tags: rules with versions, and who waits for WeCom to be told.
ALTER TABLE "customer_tag" ADD COLUMN "lapsed_at" TIMESTAMPTZ(3);

CREATE TABLE "tag_rule" (
    "id" BIGSERIAL NOT NULL,
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "tag_id" BIGINT NOT NULL,
    "filter" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "valid_days" INTEGER,
    "created_by" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tag_rule_pkey" PRIMARY KEY ("id")
);

CREATE UNIQUE INDEX "tag_rule_code_version_key" ON "tag_rule"("code", "version");

CREATE INDEX "tag_rule_tag_id_idx" ON "tag_rule"("tag_id");

CREATE TABLE "tag_mirror_queue" (
    "customer_id" BIGINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tag_mirror_queue_pkey" PRIMARY KEY ("customer_id")
);

CREATE INDEX "tag_mirror_queue_since_customer_id_idx" ON "tag_mirror_queue"("since", "customer_id");

ALTER TABLE "tag_rule" ADD CONSTRAINT "tag_rule_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "tag_mirror_queue" ADD CONSTRAINT "tag_mirror_queue_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
