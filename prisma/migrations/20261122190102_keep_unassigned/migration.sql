-- Customers of people who have left the company, whom WeCom waits to hand to somebody.
CREATE TABLE "unassigned_customer" (
    "employee_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "left_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "unassigned_customer_pkey" PRIMARY KEY ("employee_id","customer_id")
);

CREATE INDEX "unassigned_customer_customer_id_idx" ON "unassigned_customer"("customer_id");

ALTER TABLE "unassigned_customer" ADD CONSTRAINT "unassigned_customer_employee_id_fkey" FOREIGN KEY ("employee_id") REFERENCES "employee"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "unassigned_customer" ADD CONSTRAINT "unassigned_customer_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;
