-- The newest journal row of each version, sorted by version.
SELECT DISTINCT ON (version) version, id, name, event, direction, up_sha256, down_sha256, statements_done, statements_total,
       progress, detail IS NOT NULL AND coalesce((detail ->> 'running')::bool, false) AS running, finished_at IS NULL AS in_flight
FROM migrate.journal
WHERE version IS NOT NULL AND event NOT IN ('released', 'seeded', 'unseeded')
ORDER BY version, id DESC
