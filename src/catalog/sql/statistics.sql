-- Extended statistics.
select
  'statistics' as kind, 3381 as class, s.oid, 0 as sub,
  n.nspname as schema, null as of, s.stxname as name,
  pg_get_userbyid(s.stxowner) as owner,
  pg_get_statisticsobjdef(s.oid) as definition,
  nullif(to_jsonb(s) ->> 'stxstattarget', '-1') as target
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
