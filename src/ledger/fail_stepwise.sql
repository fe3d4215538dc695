-- Closes the row in flight of a script that failed; what it did stands and is counted. Returns nothing.
UPDATE migrate.journal SET event = 'failed', error = $2, finished_at = pg_catalog.clock_timestamp() WHERE id = $1
