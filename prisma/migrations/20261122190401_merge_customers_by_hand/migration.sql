CREATE TABLE "customer_merge" (
    "id" BIGSERIAL NOT NULL,
    "from_id" BIGINT NOT NULL,
    "into_id" BIGINT NOT NULL,
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "undo" JSONB,
    "undone_at" TIMESTAMPTZ(3),
    "undone_by" TEXT,

    CONSTRAINT "customer_merge_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "member_alias" (
    "member_no" TEXT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "merge_id" BIGINT NOT NULL,

    CONSTRAINT "member_alias_pkey" PRIMARY KEY ("member_no")
);

CREATE INDEX "customer_merge_at_idx" ON "customer_merge"("at");

CREATE INDEX "member_alias_customer_id_idx" ON "member_alias"("customer_id");

ALTER TABLE "member_alias" ADD CONSTRAINT "member_alias_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
