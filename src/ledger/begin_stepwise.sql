-- Opens the row in flight of a script that runs outside a transaction. Returns its id.
-- A row left in flight by a crash is closed first: its end is unknown, its statements are taken over.
WITH closed AS (
    UPDATE migrate.journal SET event = 'failed', error = 'interrupted: no end was recorded', finished_at = pg_catalog.clock_timestamp()
    WHERE version = $2 AND finished_at IS NULL
)
INSERT INTO migrate.journal (event, direction, version, name, up_sha256, down_sha256, rollback, statements_done,
                             statements_total, progress, release, origin, tool_version)
VALUES (CASE $1 WHEN 'up' THEN 'applied' ELSE 'rolled_back' END, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
RETURNING id
