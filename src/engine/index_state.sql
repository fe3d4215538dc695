-- One row if table $2 has an index named $1: whether it is valid, and which session is building it (NULL if none).
SELECT i.indisvalid AS valid,
       (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid LIMIT 1) AS builder
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = pg_catalog.to_regclass($2) AND c.relname = $1::text
