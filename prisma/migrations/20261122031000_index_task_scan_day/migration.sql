-- CreateIndex
CREATE INDEX "task_scan_day_assignee_id_idx" ON "task"("scan_day", "assignee_id");
