-- Triggers of tables and views. Those that a partition has from its parent come and go with the parent's.
select
  'trigger' as kind, 2620 as class, t.oid, 0 as sub, null as schema, t.tgrelid as of, t.tgname as name,
  pg_get_triggerdef(t.oid) as definition,
  case t.tgenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as state
from pg_trigger t
where not t.tgisinternal and t.tgparentid = 0
