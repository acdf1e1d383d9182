-- One tag made part of another, with what is needed to undo it.
CREATE TYPE "tag_merge_state" AS ENUM ('merging', 'merged', 'undoing', 'undone');

CREATE TABLE "tag_merge" (
    "id" BIGSERIAL NOT NULL,
    "from_id" BIGINT NOT NULL,
    "into_id" BIGINT NOT NULL,
    "state" "tag_merge_state" NOT NULL DEFAULT 'merging',
    "by" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tag_merge_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "tag_merge_row" (
    "merge_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "before" JSONB,

    CONSTRAINT "tag_merge_row_pkey" PRIMARY KEY ("merge_id","customer_id")
);

CREATE INDEX "tag_merge_row_customer_id_idx" ON "tag_merge_row"("customer_id");

ALTER TABLE "tag_merge" ADD CONSTRAINT "tag_merge_from_id_fkey" FOREIGN KEY ("from_id") REFERENCES "tag"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "tag_merge" ADD CONSTRAINT "tag_merge_into_id_fkey" FOREIGN KEY ("into_id") REFERENCES "tag"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "tag_merge_row" ADD CONSTRAINT "tag_merge_row_merge_id_fkey" FOREIGN KEY ("merge_id") REFERENCES "tag_merge"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "tag_merge_row" ADD CONSTRAINT "tag_merge_row_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
