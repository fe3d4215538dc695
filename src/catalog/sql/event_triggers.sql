-- Event triggers.
select
  'event_trigger' as kind, 3466 as class, t.oid, 0 as sub,
  null as schema, null as of, t.evtname as name,
  pg_get_userbyid(t.evtowner) as owner,
  t.evtevent::text as event,
  to_json(t.evttags)::text as tags,
  format('%I.%I', n.nspname, p.proname) as function,
  case t.evtenabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as state
from pg_event_trigger t
join pg_proc p on p.oid = t.evtfoid
join pg_namespace n on n.oid = p.pronamespace
