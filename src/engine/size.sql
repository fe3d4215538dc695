-- One row if relation $1 exists, and has column $2 if that is not NULL: PostgreSQL's estimate of its rows.
SELECT greatest(c.reltuples, 0)::int8 AS estimate
FROM pg_catalog.pg_class c
WHERE c.oid = pg_catalog.to_regclass($1)
  AND ($2::text IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_attribute a
                                   WHERE a.attrelid = c.oid AND a.attname = $2::text AND NOT a.attisdropped))
