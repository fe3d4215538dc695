-- The tables in publications, before PostgreSQL 15, which brought filters, lists of columns, and schemas.
select
  'publication_member' as kind, 6106 as class, r.oid, 0 as sub,
  null as schema, p.pubname as of, format('table %I.%I', n.nspname, c.relname) as name, 'table' as member
from pg_publication_rel r
join pg_publication p on p.oid = r.prpubid
join pg_class c on c.oid = r.prrelid
join pg_namespace n on n.oid = c.relnamespace
