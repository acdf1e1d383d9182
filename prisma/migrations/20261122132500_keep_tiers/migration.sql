-- Tiers are kept: they rise at once and fall at a monthly review only, so they cannot be told from the figures alone.
CREATE TABLE "customer_tier" (
    "customer_id" BIGINT NOT NULL,
    "tier" TEXT NOT NULL,
    "since" DATE,
    "warned_on" DATE,
    "reviewed_on" DATE,
    "falling_reviews" SMALLINT NOT NULL DEFAULT 0,

    CONSTRAINT "customer_tier_pkey" PRIMARY KEY ("customer_id")
);

CREATE TABLE "tier_change" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "before" TEXT NOT NULL,
    "after" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "facts" JSONB NOT NULL,

    CONSTRAINT "tier_change_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "tier_change_customer_id_day_idx" ON "tier_change"("customer_id", "day");

CREATE INDEX "tier_change_day_idx" ON "tier_change"("day");

ALTER TABLE "customer_tier" ADD CONSTRAINT "customer_tier_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "tier_change" ADD CONSTRAINT "tier_change_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
