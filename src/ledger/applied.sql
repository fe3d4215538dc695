-- Records a migration that ran in this transaction, in refinery's table and in the journal. Returns nothing.
WITH ledger AS (
    INSERT INTO {refinery} (version, name, applied_on, checksum)
    VALUES ($1, $2, pg_catalog.to_char(pg_catalog.clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), $3)
)
INSERT INTO migrate.journal (event, direction, version, name, up_sha256, down_sha256, rollback, statements_done,
                             statements_total, release, origin, tool_version, finished_at)
VALUES ('applied', 'up', $1, $4, $5, $6, $7, $8, $8, $9, $10, $11, pg_catalog.clock_timestamp())
