-- What operators ask a database about its health. The schema is not exposed through the API; the roles of the API have
-- no right on it, and members of pg_monitor, whom a server trusts with its statistics, read it.
create schema monitoring;
comment on schema monitoring is 'For operators: sizes, indexes, slow queries, open doors.';

create view monitoring.table_sizes as
  select n.nspname as schemaname, c.relname as tablename, pg_size_pretty(pg_total_relation_size(c.oid)) as size,
         pg_total_relation_size(c.oid) as bytes, c.reltuples::bigint as estimated_rows
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'm') and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
  order by pg_total_relation_size(c.oid) desc;
comment on view monitoring.table_sizes is 'Tables with their indexes, the largest first.';

create view monitoring.index_usage as
  select s.schemaname, s.relname as tablename, s.indexrelname as indexname, s.idx_scan, s.idx_tup_read, s.idx_tup_fetch,
         pg_size_pretty(pg_relation_size(s.indexrelid)) as size
  from pg_stat_user_indexes s
  order by s.idx_tup_read desc;
comment on view monitoring.index_usage is
  'How often each index is read. One that never is, and guards nothing, only costs.';

-- The extension may not be there, and has its schema where somebody put it: asked when the view is read.
create function monitoring.read_statements()
returns table (query text, mean_exec_time double precision, calls bigint, total_exec_time double precision)
language plpgsql stable set search_path = '' as $$
declare
  place text;
begin
  select n.nspname into place
  from pg_catalog.pg_extension e
  join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pg_stat_statements';
  if place is not null then
    for query, mean_exec_time, calls, total_exec_time in execute format(
      'select s.query, s.mean_exec_time, s.calls, s.total_exec_time from %I.pg_stat_statements s', place
    ) loop
      return next;
    end loop;
  end if;
exception when object_not_in_prerequisite_state then
  null; -- installed, and not loaded with the server: nothing is counted
end
$$;
comment on function monitoring.read_statements() is 'pg_stat_statements, wherever it is; nothing where it is not.';
revoke all on function monitoring.read_statements() from public;

create view monitoring.slow_queries as
  select s.query, s.mean_exec_time, s.calls, s.total_exec_time
  from monitoring.read_statements() s
  order by s.mean_exec_time desc
  limit 10;
comment on view monitoring.slow_queries is 'The ten statements that take longest on average, in milliseconds.';

create view monitoring.long_transactions as
  select a.pid, a.usename, a.application_name, a.state, now() - a.xact_start as open_for,
         a.wait_event_type, a.wait_event, pg_blocking_pids(a.pid) as blocked_by, left(a.query, 200) as query
  from pg_stat_activity a
  where a.datname = current_database() and a.pid <> pg_backend_pid() and now() - a.xact_start > interval '1 minute'
  order by a.xact_start;
comment on view monitoring.long_transactions is 'Who holds what open for more than a minute, and who blocks whom.';

create view monitoring.cache_hits as
  select s.schemaname, s.relname as tablename, s.heap_blks_read, s.heap_blks_hit,
         round(100.0 * s.heap_blks_hit / nullif(s.heap_blks_hit + s.heap_blks_read, 0), 1) as hit_percent
  from pg_statio_user_tables s
  order by s.heap_blks_read desc;
comment on view monitoring.cache_hits is 'How much of each table is read from memory.';

create view monitoring.tables_without_rls as
  select c.relname as tablename
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity;
comment on view monitoring.tables_without_rls is
  'Tables that the API exposes without row level security. None, or something is wrong.';

grant usage on schema monitoring to pg_monitor;
grant select on
  monitoring.table_sizes, monitoring.index_usage, monitoring.slow_queries, monitoring.long_transactions,
  monitoring.cache_hits, monitoring.tables_without_rls
  to pg_monitor;
grant execute on function monitoring.read_statements() to pg_monitor;
