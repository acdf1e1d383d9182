-- What the night makes of every customer: RFM classes, stage, and how likely they still are one.
CREATE TABLE "customer_class" (
    "customer_id" BIGINT NOT NULL,
    "rfm" TEXT,
    "five" TEXT,
    "five_fallback" BOOLEAN NOT NULL DEFAULT false,
    "stage" TEXT NOT NULL,
    "p_alive" DOUBLE PRECISION,
    "expected_90" DOUBLE PRECISION,
    "as_of" DATE NOT NULL,

    CONSTRAINT "customer_class_pkey" PRIMARY KEY ("customer_id")
);

CREATE TABLE "class_change" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "what" TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,

    CONSTRAINT "class_change_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "class_run" (
    "day" DATE NOT NULL,
    "thresholds" JSONB NOT NULL,
    "model" JSONB,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "class_run_pkey" PRIMARY KEY ("day")
);

CREATE INDEX "class_change_customer_id_day_idx" ON "class_change"("customer_id", "day");

ALTER TABLE "customer_class" ADD CONSTRAINT "customer_class_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "class_change" ADD CONSTRAINT "class_change_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
