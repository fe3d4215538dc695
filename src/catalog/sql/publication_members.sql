-- The tables and schemas in publications. PostgreSQL 15 and newer.
select
  'publication_member' as kind, 6237 as class, s.oid, 0 as sub,
  null as schema, p.pubname as of, format('tables in schema %I', n.nspname) as name, 'schema' as member,
  null as columns, null as filter
from pg_publication_namespace s
join pg_publication p on p.oid = s.pnpubid
join pg_namespace n on n.oid = s.pnnspid
union all
select
  'publication_member', 6106, r.oid, 0, null, p.pubname::text, format('table %I.%I', n.nspname, c.relname), 'table',
  (select json_agg(quote_ident(a.attname) order by a.attnum)::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any (r.prattrs)),
  pg_get_expr(r.prqual, r.prrelid)
from pg_publication_rel r
join pg_publication p on p.oid = r.prpubid
join pg_class c on c.oid = r.prrelid
join pg_namespace n on n.oid = c.relnamespace
