-- Points by a programme of our own, for chains without a points system.
CREATE TABLE "points_programme" (
    "version" INTEGER NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "params" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "points_programme_pkey" PRIMARY KEY ("version")
);

ALTER TABLE "points_entry" ADD COLUMN "about" TEXT, ADD COLUMN "facts" JSONB;

CREATE INDEX "points_entry_about_idx" ON "points_entry"("about");

CREATE INDEX "orders_updated_at_idx" ON "orders" USING BRIN ("updated_at");
