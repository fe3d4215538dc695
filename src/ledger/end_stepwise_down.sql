-- Closes the row in flight of a rollback and removes refinery's row. Returns nothing.
WITH ledger AS (
    DELETE FROM {refinery} WHERE version = $2
)
UPDATE migrate.journal SET statements_done = statements_total, finished_at = pg_catalog.clock_timestamp() WHERE id = $1
