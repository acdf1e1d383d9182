-- the stores a version of a rule holds for; null, as in all rows there are: in all of them
ALTER TABLE "rule" ADD COLUMN "stores" JSONB;
