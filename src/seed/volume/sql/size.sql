-- Bytes of the tables $1 of schema public, without their indexes.
SELECT coalesce(sum(pg_catalog.pg_relation_size(c.oid)), 0)::bigint
FROM pg_catalog.pg_class c
WHERE c.relnamespace = 'public'::pg_catalog.regnamespace AND c.relname = ANY ($1);
