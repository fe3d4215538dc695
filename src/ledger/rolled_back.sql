-- Records a rollback that ran in this transaction: refinery's row goes, the journal gains one. Returns nothing.
WITH ledger AS (
    DELETE FROM {refinery} WHERE version = $1
)
INSERT INTO migrate.journal (event, direction, version, name, up_sha256, down_sha256, statements_done, statements_total,
                             origin, tool_version, finished_at)
VALUES ('rolled_back', 'down', $1, $2, $3, $4, $5, $5, $6, $7, pg_catalog.clock_timestamp())
