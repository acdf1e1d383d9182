-- A new order adds to a customer's figures instead of counting all orders anew: for that the row keeps what the
-- median and the favourite are made of, and how long its window holds. Rows from before, which hold until no day that
-- is known, are counted anew with their next order.
ALTER TABLE "customer_stats" ADD COLUMN "gap_days" INTEGER[] DEFAULT ARRAY[]::INTEGER[],
ADD COLUMN "category_times" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN "holds_until" DATE;

-- The overdue rule looks at everybody who bought within a year, and at everybody for the medians: it reads the table,
-- never this index, which each order had to write to. Without it, and with room on the page, a new version of a row
-- stays beside the old one and no index changes.
DROP INDEX "customer_stats_last_purchase_day_idx";
ALTER TABLE "customer_stats" SET (fillfactor = 80);
