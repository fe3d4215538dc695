-- Constraints of tables and of domains. A key that a partition has from its parent names the parent's; other constraints of
-- parents come and go with these.
select
  case when k.contypid <> 0 then 'domain_constraint' else 'constraint' end as kind,
  2606 as class, k.oid, 0 as sub, null as schema, greatest(k.conrelid, k.contypid) as of, k.conname as name,
  case when k.convalidated then pg_get_constraintdef(k.oid) else regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', '') end as definition,
  case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'x' then 'exclusion' else 'check' end as type,
  case when not k.convalidated then 'true' end as not_valid,
  case when k.contype = 'f' then k.confrelid::regclass::text end as references,
  to_json(i.reloptions)::text as options,
  case when i.reltablespace <> 0 then (select quote_ident(s.spcname) from pg_tablespace s where s.oid = i.reltablespace) end as tablespace,
  case when x.indisclustered then 'true' end as clustered,
  case when x.indisreplident then 'true' end as replica_identity,
  case when not k.conislocal then 'true' end as inherited,
  case when k.conparentid <> 0 then (
    select h.inhparent::regclass::text from pg_inherits h where h.inhrelid = k.conindid
  ) end as parent,
  d.description as index_comment
from pg_constraint k
left join pg_class i on i.oid = k.conindid and k.contype in ('p', 'u', 'x')
left join pg_index x on x.indexrelid = i.oid
left join pg_description d on d.classoid = 1259 and d.objoid = i.oid and d.objsubid = 0
where k.oid >= 16384 and k.contype in ('c', 'f', 'p', 'u', 'x') and (k.conparentid = 0 or k.contype in ('p', 'u', 'x')) and (k.conislocal or k.contype <> 'c')
