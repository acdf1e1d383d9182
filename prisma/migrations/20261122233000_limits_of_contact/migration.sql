-- How often, when and by how many customers may be reached, where a chain says so itself.
CREATE TABLE "contact_limit" (
    "version" INTEGER NOT NULL,
    "limits" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "contact_limit_pkey" PRIMARY KEY ("version")
);
