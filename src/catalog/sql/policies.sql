-- Row level security policies.
select
  'policy' as kind, 3256 as class, p.oid, 0 as sub, null as schema, p.polrelid as of, p.polname as name,
  case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
  case when not p.polpermissive then 'true' end as restrictive,
  case when p.polroles = '{0}' then '["public"]' else (
    select json_agg(quote_ident(pg_get_userbyid(r.role)) order by pg_get_userbyid(r.role))::text from unnest(p.polroles) r (role)
  ) end as roles,
  pg_get_expr(p.polqual, p.polrelid) as using,
  pg_get_expr(p.polwithcheck, p.polrelid) as check
from pg_policy p
