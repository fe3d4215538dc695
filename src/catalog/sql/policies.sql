-- Row level security policies.
select
  'policy' as kind, 3256 as class, p.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, c.relname::text as of, p.polname::text as name,
  case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
  case when not p.polpermissive then 'true' end as restrictive,
  (
    select json_agg(case r.role when 0 then 'public' else quote_ident(pg_get_userbyid(r.role)) end order by r.role <> 0, pg_get_userbyid(r.role))::text
    from unnest(p.polroles) r (role)
  ) as roles,
  pg_get_expr(p.polqual, p.polrelid) as using,
  pg_get_expr(p.polwithcheck, p.polrelid) as check,
  obj_description(p.oid, 'pg_policy') as comment
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
