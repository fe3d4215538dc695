-- The stored rollback of each applied version, newest application first.
SELECT r.version::int8 AS version, r.name, k.id, k.up_sha256, k.down_sha256, k.rollback
FROM {refinery} r
LEFT JOIN LATERAL (SELECT id, up_sha256, down_sha256, rollback
                   FROM migrate.journal known
                   WHERE known.version = r.version::int8
                     AND known.finished_at IS NOT NULL
                     AND known.event IN ('applied', 'adopted', 'repaired', 'baselined')
                   ORDER BY id DESC LIMIT 1) k ON true
LEFT JOIN LATERAL (SELECT max(id) AS applied_id
                   FROM migrate.journal a
                   WHERE a.version = r.version::int8
                     AND a.finished_at IS NOT NULL
                     AND a.event IN ('applied', 'adopted', 'baselined')) a ON true
ORDER BY a.applied_id DESC NULLS LAST, r.version DESC
