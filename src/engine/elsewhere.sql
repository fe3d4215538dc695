-- Version and name of each row of the table that refinery makes by default. It may be of either width.
SELECT version::int8 AS version, coalesce(name, '')::text AS name
FROM public.refinery_schema_history
ORDER BY 1
