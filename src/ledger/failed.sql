-- Records that a transactional script was rolled back. Returns nothing.
INSERT INTO migrate.journal (event, direction, version, name, up_sha256, down_sha256, statements_total, error, origin,
                             tool_version, finished_at)
VALUES ('failed', $1, $2, $3, $4, $5, $6, $7, $8, $9, pg_catalog.clock_timestamp())
