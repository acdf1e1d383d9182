-- join a member by mobile: whose remark has this number
CREATE INDEX "relation_remark_mobile_hashes_idx" ON "relation" USING GIN ("remark_mobile_hashes");
