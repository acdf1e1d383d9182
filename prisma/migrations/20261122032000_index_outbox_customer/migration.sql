-- CreateIndex
CREATE INDEX "outbox_customer_id_state_idx" ON "outbox"("customer_id", "state");
