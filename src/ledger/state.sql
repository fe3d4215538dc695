-- One row for every version that the ledger knows: refinery's row, the newest journal row that tells checksums (known),
-- and the newest journal row of all (last). {refinery} is refinery's table, quoted by the caller.
-- What was rolled back or forgotten is known no longer: if refinery's table has it all the same, a service applied it anew.
SELECT coalesce(r.version::int8, last.version)   AS version,
       coalesce(r.name, last.name)               AS name,
       r.version IS NOT NULL                     AS applied,
       r.applied_on,
       r.checksum,
       known.id                                  AS known_id,
       known.event                               AS known_event,
       known.up_sha256,
       known.down_sha256,
       last.id                                   AS last_id,
       last.event                                AS last_event,
       last.direction                            AS last_direction,
       last.statements_done,
       last.statements_total,
       last.progress,
       coalesce((last.detail ->> 'running')::bool, false) AS running,
       last.id IS NOT NULL AND last.finished_at IS NULL AS in_flight
FROM {refinery} r
FULL JOIN (SELECT DISTINCT ON (version) id, version, name, event, direction,
                  statements_done, statements_total, progress, detail, finished_at
           FROM migrate.journal
           WHERE version IS NOT NULL AND event NOT IN ('released', 'seeded')
           ORDER BY version, id DESC) last ON last.version = r.version::int8
LEFT JOIN (SELECT DISTINCT ON (version) id, version, event, up_sha256, down_sha256
           FROM migrate.journal
           WHERE finished_at IS NOT NULL
             AND event IN ('applied', 'adopted', 'repaired', 'baselined', 'rolled_back', 'forgotten')
           ORDER BY version, id DESC) known
       ON known.version = r.version::int8 AND known.event NOT IN ('rolled_back', 'forgotten')
ORDER BY 1
