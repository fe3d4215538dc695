-- The schemas whose tables are published. PostgreSQL 15 and newer.
select
  'publication_member' as kind, 6237 as class, s.oid::text as oid, 0 as sub, 0 as position,
  null as schema, p.pubname::text as of, format('tables in schema %I', n.nspname) as name, 'schema' as member
from pg_publication_namespace s
join pg_publication p on p.oid = s.pnpubid
join pg_namespace n on n.oid = s.pnnspid
