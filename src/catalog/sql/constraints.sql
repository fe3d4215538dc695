-- Constraints of tables and of domains. Those that a partition has from its parent come and go with the parent's.
select
  case when k.contypid <> 0 then 'domain_constraint' else 'constraint' end as kind,
  2606 as class, k.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, coalesce(c.relname, t.typname)::text as of, k.conname::text as name,
  regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') as definition,
  case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'x' then 'exclusion' else 'check' end as type,
  case when not k.convalidated then 'true' end as not_valid,
  case when k.contype = 'f' then format('%I.%I', fn.nspname, f.relname) end as references,
  to_json(i.reloptions)::text as options,
  (select quote_ident(s.spcname) from pg_tablespace s where s.oid = i.reltablespace) as tablespace,
  case when x.indisclustered then 'true' end as clustered,
  case when x.indisreplident then 'true' end as replica_identity,
  case when not k.conislocal then 'true' end as inherited,
  obj_description(k.oid, 'pg_constraint') as comment
from pg_constraint k
left join pg_class c on c.oid = k.conrelid
left join pg_type t on t.oid = k.contypid
join pg_namespace n on n.oid = coalesce(c.relnamespace, t.typnamespace)
left join pg_class f on f.oid = k.confrelid
left join pg_namespace fn on fn.oid = f.relnamespace
left join pg_class i on i.oid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_index x on x.indexrelid = i.oid
where k.contype in ('c', 'f', 'p', 'u', 'x') and k.conparentid = 0 and (k.conislocal or k.contype <> 'c')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (
    select from pg_depend e
    where e.deptype = 'e' and (e.classid, e.objid) in ((1259, k.conrelid), (1247, k.contypid)) and e.objid <> 0
  )
