-- Writes refinery's row for a migration that was not run by us. Returns nothing.
INSERT INTO {refinery} (version, name, applied_on, checksum)
VALUES ($1, $2, pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $3)
