-- Extended statistics.
select
  'statistics' as kind, 3381 as class, s.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, null as of, s.stxname::text as name,
  pg_get_userbyid(s.stxowner) as owner,
  obj_description(s.oid, 'pg_statistic_ext') as comment,
  pg_get_statisticsobjdef(s.oid) as definition,
  nullif(to_jsonb(s) ->> 'stxstattarget', '-1') as target
from pg_statistic_ext s
join pg_namespace n on n.oid = s.stxnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 3381 and e.objid = s.oid and e.deptype = 'e')
