-- Tables of every sort, views and materialized views. Sequences and indexes have files of their own.
with inherited as (
  select h.inhrelid as oid, json_agg(format('%I.%I', n.nspname, p.relname) order by h.inhseqno)::text as parents
  from pg_inherits h
  join pg_class p on p.oid = h.inhparent
  join pg_namespace n on n.oid = p.relnamespace
  where p.relkind in ('r', 'p', 'f')
  group by h.inhrelid
)
select
  case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end as kind,
  1259 as class, c.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, null as of, c.relname::text as name,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl::text as acl,
  obj_description(c.oid, 'pg_class') as comment,
  case c.relkind when 'p' then 'partitioned' when 'f' then 'foreign' end as type,
  case c.relpersistence when 'u' then 'true' end as unlogged,
  (select quote_ident(a.amname) from pg_am a where a.oid = c.relam and a.amname <> 'heap') as access_method,
  (select quote_ident(t.spcname) from pg_tablespace t where t.oid = c.reltablespace) as tablespace,
  to_json(c.reloptions)::text as options,
  (select to_json(t.reloptions)::text from pg_class t where t.oid = c.reltoastrelid) as toast_options,
  case when c.relrowsecurity then 'true' end as row_security,
  case when c.relforcerowsecurity then 'true' end as force_row_security,
  case c.relreplident when 'f' then 'full' when 'n' then 'nothing' end as replica_identity,
  (select i.parents from inherited i where i.oid = c.oid and not c.relispartition) as inherits,
  (select i.parents from inherited i where i.oid = c.oid and c.relispartition) as partition_of,
  pg_get_expr(c.relpartbound, c.oid) as partition_bound,
  case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key,
  case when c.reloftype <> 0 then format_type(c.reloftype, null) end as of_type,
  case when c.relkind in ('v', 'm') then rtrim(pg_get_viewdef(c.oid), ';') end as definition,
  case when c.relkind = 'm' and not c.relispopulated then 'true' end as not_populated,
  (select quote_ident(s.srvname) from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver where f.ftrelid = c.oid) as server,
  (select to_json(f.ftoptions)::text from pg_foreign_table f where f.ftrelid = c.oid) as server_options
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
