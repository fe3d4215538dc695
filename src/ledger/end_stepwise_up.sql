-- Closes the row in flight of a migration and writes refinery's row. Returns nothing.
WITH ledger AS (
    INSERT INTO {refinery} (version, name, applied_on, checksum)
    VALUES ($2, $3, pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $4)
)
UPDATE migrate.journal SET statements_done = statements_total, finished_at = pg_catalog.clock_timestamp() WHERE id = $1
