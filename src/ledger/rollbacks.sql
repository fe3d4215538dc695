-- The stored rollback of each applied version, newest application first.
-- Of what a service applied the moment is not known, only the journal row that it came before (none yet: it is newer than
-- all of them), and that it did so in the order of versions: an older one of its was there before a newer one of its.
WITH applied AS (
    SELECT r.version::int8 AS version, r.name, known.id, known.up_sha256, known.down_sha256, known.rollback,
           coalesce(first.id, 9223372036854775807) AS moment,
           coalesce(first.event, '') NOT IN ('applied', 'baselined') AS by_service
    FROM {refinery} r
    LEFT JOIN LATERAL (SELECT max(id) AS id
                       FROM migrate.journal v
                       WHERE v.version = r.version::int8
                         AND v.finished_at IS NOT NULL
                         AND v.event IN ('rolled_back', 'forgotten')) void ON true
    LEFT JOIN LATERAL (SELECT f.id, f.event
                       FROM migrate.journal f
                       WHERE f.version = r.version::int8
                         AND f.id > coalesce(void.id, 0)
                         AND f.finished_at IS NOT NULL
                         AND f.event IN ('applied', 'adopted', 'repaired', 'baselined')
                       ORDER BY f.id LIMIT 1) first ON true
    LEFT JOIN LATERAL (SELECT k.id, k.up_sha256, k.down_sha256, k.rollback
                       FROM migrate.journal k
                       WHERE k.version = r.version::int8
                         AND k.id > coalesce(void.id, 0)
                         AND k.finished_at IS NOT NULL
                         AND k.event IN ('applied', 'adopted', 'repaired', 'baselined')
                       ORDER BY k.id DESC LIMIT 1) known ON true
)
SELECT version, name, id, up_sha256, down_sha256, rollback
FROM applied
ORDER BY CASE WHEN by_service THEN min(moment) FILTER (WHERE by_service) OVER (ORDER BY version DESC) ELSE moment END DESC,
         version DESC
