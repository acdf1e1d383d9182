-- Rhythms of those who have none of their own, counted by each scan.
CREATE TABLE "group_cycle" (
    "source" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "days" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "group_cycle_pkey" PRIMARY KEY ("source","key")
);
