-- The audit log is read newest first, whole or by who, what or about whom: each way is an index in that order.
DROP INDEX "audit_log_at_idx";

CREATE INDEX "audit_log_at_id_idx" ON "audit_log"("at", "id");

CREATE INDEX "audit_log_actor_at_id_idx" ON "audit_log"("actor", "at", "id");

CREATE INDEX "audit_log_action_at_id_idx" ON "audit_log"("action", "at", "id");

CREATE INDEX "audit_log_subject_at_id_idx" ON "audit_log"("subject", "at", "id");
