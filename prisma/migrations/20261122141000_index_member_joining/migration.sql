-- The activation of new members looks for those who joined in the last two weeks, each morning.
CREATE INDEX "customer_joined_at_idx" ON "customer"("joined_at");
