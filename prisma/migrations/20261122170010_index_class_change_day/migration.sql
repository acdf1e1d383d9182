-- CreateIndex
CREATE INDEX "class_change_day_idx" ON "class_change"("day");
