-- Returns what is kept of seeds: vertical, file, id, checksum of each file; vertical, NULL, NULL, day of each vertical; and without
-- a vertical the server's day. Forgets rows whose table was dropped first: their files have to run again.
WITH gone AS (
    -- From table to table through the index: there are few, with many rows each.
    DELETE FROM migrate.seed_rows r USING (
        WITH RECURSIVE known AS (
            (SELECT relation::pg_catalog.oid AS relation FROM migrate.seed_rows ORDER BY 1 LIMIT 1)
            UNION ALL
            SELECT (SELECT n.relation::pg_catalog.oid FROM migrate.seed_rows n
                    WHERE n.relation::pg_catalog.oid > known.relation ORDER BY 1 LIMIT 1)
            FROM known WHERE known.relation IS NOT NULL
        ) SELECT relation FROM known
    ) k
    WHERE r.relation = k.relation AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = k.relation)
    RETURNING r.file_id
), undone AS (
    UPDATE migrate.seed_files f SET sha256 = '' WHERE f.id IN (SELECT file_id FROM gone) RETURNING f.id
)
SELECT f.vertical, f.name, f.id::text, CASE WHEN u.id IS NULL THEN f.sha256 ELSE '' END
FROM migrate.seed_files f LEFT JOIN undone u ON u.id = f.id
UNION ALL SELECT s.vertical, NULL, NULL, s.today::text FROM migrate.seeds s
UNION ALL SELECT NULL, NULL, NULL, current_date::text
