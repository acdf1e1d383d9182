-- The tiers of the chain as data, in versions.
CREATE TABLE "tier_table" (
    "version" INTEGER NOT NULL,
    "tiers" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tier_table_pkey" PRIMARY KEY ("version")
);
