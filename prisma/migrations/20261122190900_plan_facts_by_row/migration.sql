-- A trigger's statement is planned once a connection, for as many rows as its first call had: always by the rows' own
-- keys then, or the one order that comes after a night would be joined with everybody.
alter function customer_facts_from_customer() set enable_hashjoin = off;
alter function customer_facts_from_customer() set enable_mergejoin = off;
alter function customer_facts_from_customer() set enable_nestloop = on;
alter function customer_facts_from_stats() set enable_hashjoin = off;
alter function customer_facts_from_stats() set enable_mergejoin = off;
alter function customer_facts_from_stats() set enable_nestloop = on;
alter function customer_facts_from_class() set enable_hashjoin = off;
alter function customer_facts_from_class() set enable_mergejoin = off;
alter function customer_facts_from_class() set enable_nestloop = on;
alter function customer_facts_from_tier() set enable_hashjoin = off;
alter function customer_facts_from_tier() set enable_mergejoin = off;
alter function customer_facts_from_tier() set enable_nestloop = on;
alter function customer_facts_from_relation() set enable_hashjoin = off;
alter function customer_facts_from_relation() set enable_mergejoin = off;
alter function customer_facts_from_relation() set enable_nestloop = on;
alter function customer_facts_from_employee() set enable_hashjoin = off;
alter function customer_facts_from_employee() set enable_mergejoin = off;
alter function customer_facts_from_employee() set enable_nestloop = on;
alter function customer_facts_reach(bigint[]) set enable_hashjoin = off;
alter function customer_facts_reach(bigint[]) set enable_mergejoin = off;
alter function customer_facts_reach(bigint[]) set enable_nestloop = on;
