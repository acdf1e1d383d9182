-- Words as data: templates of the chain and of stores, with every version of them.
CREATE TABLE "words_template" (
    "code" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "situation" TEXT NOT NULL,
    "store_no" TEXT,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL,
    "variants" JSONB NOT NULL,

    CONSTRAINT "words_template_pkey" PRIMARY KEY ("code")
);

CREATE TABLE "words_template_version" (
    "code" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "variants" JSONB NOT NULL,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "words_template_version_pkey" PRIMARY KEY ("code","version")
);

CREATE INDEX "words_template_kind_store_no_idx" ON "words_template"("kind", "store_no");

ALTER TABLE "words_template_version" ADD CONSTRAINT "words_template_version_code_fkey" FOREIGN KEY ("code") REFERENCES "words_template"("code") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "touch_template_id_at_idx" ON "touch"("template_id", "at");
