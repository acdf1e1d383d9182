-- An assignment may say which template its guides get.
ALTER TABLE "assignment" ADD COLUMN "template_id" TEXT;
