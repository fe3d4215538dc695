-- Tables of every sort, views and materialized views. Sequences and indexes have files of their own.
with inherited as (
  select h.inhrelid as oid, json_agg(format('%I.%I', n.nspname, p.relname) order by h.inhseqno)::text as parents
  from pg_inherits h
  join pg_class p on p.oid = h.inhparent and p.relkind in ('r', 'p', 'f')
  join pg_namespace n on n.oid = p.relnamespace
  group by h.inhrelid
),
-- What triggers that a partition has from its parent do otherwise than the parent's.
other_states as (
  select t.tgrelid as oid,
    json_agg(format('%I=%s', t.tgname, case t.tgenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' else 'enabled' end)
      order by t.tgname)::text as states
  from pg_trigger t
  join pg_trigger p on p.oid = t.tgparentid
  where t.tgenabled <> p.tgenabled
  group by t.tgrelid
)
select
  case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' else 'table' end as kind,
  1259 as class, c.oid, 0 as sub, n.nspname as schema, null as of, c.relname as name,
  pg_get_userbyid(c.relowner) as owner,
  c.relacl::text as acl,
  case c.relkind when 'p' then 'partitioned' when 'f' then 'foreign' end as type,
  case c.relpersistence when 'u' then 'true' end as unlogged,
  case when c.relam <> 0 then (select quote_ident(a.amname) from pg_am a where a.oid = c.relam and a.amname <> 'heap') end as access_method,
  case when c.reltablespace <> 0 then (select quote_ident(t.spcname) from pg_tablespace t where t.oid = c.reltablespace) end as tablespace,
  to_json(c.reloptions)::text as options,
  to_json(t.reloptions)::text as toast_options,
  case when c.relrowsecurity then 'true' end as row_security,
  case when c.relforcerowsecurity then 'true' end as force_row_security,
  case c.relreplident when 'f' then 'full' when 'n' then 'nothing' end as replica_identity,
  case when not c.relispartition then i.parents end as inherits,
  case when c.relispartition then i.parents end as partition_of,
  r.states as trigger_states,
  pg_get_expr(c.relpartbound, c.oid) as partition_bound,
  case when c.relkind = 'p' then pg_get_partkeydef(c.oid) end as partition_key,
  case when c.reloftype <> 0 then format_type(c.reloftype, null) end as of_type,
  case when c.relkind in ('v', 'm') then rtrim(pg_get_viewdef(c.oid), ';') end as definition,
  case when c.relkind = 'm' and not c.relispopulated then 'true' end as not_populated,
  quote_ident(s.srvname) as server,
  to_json(f.ftoptions)::text as server_options
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join inherited i on i.oid = c.oid
left join other_states r on r.oid = c.oid
left join pg_class t on t.oid = c.reltoastrelid and t.reloptions is not null
left join pg_foreign_table f on f.ftrelid = c.oid
left join pg_foreign_server s on s.oid = f.ftserver
where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't' and c.oid >= 16384
  and n.nspname not in ('pg_catalog', 'information_schema')
