-- The same columns as rollbacks.sql, where there is no journal: nothing is stored.
SELECT r.version::int8 AS version, r.name, NULL::int8 AS id, NULL::text AS up_sha256, NULL::text AS down_sha256, NULL::text AS rollback
FROM {refinery} r
ORDER BY r.version DESC
