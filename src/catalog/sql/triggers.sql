-- Triggers of tables and views. Those that a partition has from its parent come and go with the parent's.
select
  'trigger' as kind, 2620 as class, t.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, c.relname::text as of, t.tgname::text as name,
  pg_get_triggerdef(t.oid) as definition,
  case t.tgenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as state,
  obj_description(t.oid, 'pg_trigger') as comment
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
where not t.tgisinternal and t.tgparentid = 0
  and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 2620 and e.objid = t.oid and e.deptype = 'e')
