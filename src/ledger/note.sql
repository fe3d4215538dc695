-- Records an event without a script: adopted, repaired, baselined, forgotten, released, seeded, unseeded. Returns nothing.
INSERT INTO migrate.journal (event, version, name, up_sha256, down_sha256, rollback, release, detail, origin, tool_version, finished_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, pg_catalog.clock_timestamp())
