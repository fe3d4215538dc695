-- Returns those of the verticals {verticals} that were seeded, and then how many rows of theirs each table has: vertical, table, rows.
SELECT s.vertical, NULL, NULL FROM migrate.seeds s WHERE s.vertical IN ({verticals})
UNION ALL
SELECT NULL, pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.count(*)::text
FROM migrate.seed_rows r JOIN migrate.seed_files f ON f.id = r.file_id
JOIN pg_catalog.pg_class c ON c.oid = r.relation JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE f.vertical IN ({verticals})
GROUP BY n.nspname, c.relname
ORDER BY 1, 2
