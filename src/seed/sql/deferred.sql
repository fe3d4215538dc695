-- Returns schema and name of the constraints that are checked at the end of a transaction unless somebody says otherwise.
SELECT DISTINCT n.nspname, k.conname
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_namespace n ON n.oid = k.connamespace
WHERE k.condeferred ORDER BY 1, 2
