-- Saved audiences, and managers' orders that become tasks.
CREATE TYPE "assignment_stage" AS ENUM ('scheduled', 'gathering', 'dispatching', 'open', 'cancelled');

CREATE TABLE "segment" (
    "id" BIGSERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "filter" JSONB NOT NULL,
    "everywhere" BOOLEAN NOT NULL,
    "created_by" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "segment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "assignment" (
    "id" BIGSERIAL NOT NULL,
    "title" TEXT NOT NULL,
    "instruction" TEXT NOT NULL,
    "words" TEXT,
    "filter" JSONB NOT NULL,
    "assign" TEXT NOT NULL,
    "assignee_id" BIGINT,
    "max_per_guide" INTEGER,
    "created_by" BIGINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "dispatch_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "everywhere" BOOLEAN NOT NULL,
    "store_no" TEXT,
    "stage" "assignment_stage" NOT NULL DEFAULT 'scheduled',
    "customers" INTEGER NOT NULL,
    "decided" INTEGER NOT NULL DEFAULT 0,
    "next_run_at" TIMESTAMPTZ(3),
    "run_day" DATE,
    "gathered_to" BIGINT NOT NULL DEFAULT 0,
    "decided_to" DOUBLE PRECISION,
    "decided_to_id" BIGINT,

    CONSTRAINT "assignment_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "assignment_customer" (
    "assignment_id" BIGINT NOT NULL,
    "customer_id" BIGINT NOT NULL,
    "priority" DOUBLE PRECISION NOT NULL,
    "task_id" BIGINT,
    "why" TEXT,
    "until" DATE,

    CONSTRAINT "assignment_customer_pkey" PRIMARY KEY ("assignment_id","customer_id")
);

CREATE TABLE "assignment_press" (
    "assignment_id" BIGINT NOT NULL,
    "employee_id" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "by" TEXT NOT NULL,

    CONSTRAINT "assignment_press_pkey" PRIMARY KEY ("assignment_id","employee_id","at")
);

CREATE UNIQUE INDEX "segment_created_by_name_key" ON "segment"("created_by", "name");

CREATE INDEX "assignment_store_no_id_idx" ON "assignment"("store_no", "id");

CREATE INDEX "assignment_next_run_at_idx" ON "assignment"("next_run_at");

CREATE INDEX "assignment_customer_assignment_id_priority_customer_id_idx" ON "assignment_customer"("assignment_id", "priority" DESC, "customer_id");

CREATE INDEX "assignment_customer_customer_id_idx" ON "assignment_customer"("customer_id");

CREATE INDEX "assignment_customer_task_id_idx" ON "assignment_customer"("task_id");

ALTER TABLE "segment" ADD CONSTRAINT "segment_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "assignment" ADD CONSTRAINT "assignment_created_by_fkey" FOREIGN KEY ("created_by") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

ALTER TABLE "assignment" ADD CONSTRAINT "assignment_assignee_id_fkey" FOREIGN KEY ("assignee_id") REFERENCES "employee"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "assignment_customer" ADD CONSTRAINT "assignment_customer_assignment_id_fkey" FOREIGN KEY ("assignment_id") REFERENCES "assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "assignment_customer" ADD CONSTRAINT "assignment_customer_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "assignment_customer" ADD CONSTRAINT "assignment_customer_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE SET NULL ON UPDATE CASCADE;

ALTER TABLE "assignment_press" ADD CONSTRAINT "assignment_press_assignment_id_fkey" FOREIGN KEY ("assignment_id") REFERENCES "assignment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "assignment_press" ADD CONSTRAINT "assignment_press_employee_id_fkey" FOREIGN KEY ("employee_id") REFERENCES "employee"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
