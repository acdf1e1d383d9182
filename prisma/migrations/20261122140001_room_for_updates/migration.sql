-- rows that a night rewrites: with room on their page no index is touched
alter table customer_stats set (fillfactor = 85);
alter table customer_class set (fillfactor = 85);
alter table customer_tier set (fillfactor = 90);
