-- Returns those of the verticals {verticals} that were seeded, and then how many rows of theirs each table has: vertical, table, rows.
SELECT s.vertical, NULL, NULL FROM migrate.seeds s WHERE s.vertical IN ({verticals})
UNION ALL
SELECT NULL, r.relation::text, pg_catalog.count(*)::text
FROM migrate.seed_rows r JOIN migrate.seed_files f ON f.id = r.file_id
WHERE f.vertical IN ({verticals}) AND EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = r.relation)
GROUP BY r.relation
ORDER BY 1, 2
