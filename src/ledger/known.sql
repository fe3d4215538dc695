-- What each of the versions $1 was when it was applied, for those whose newest journal row does not tell.
-- What was rolled back or forgotten is known no longer: if refinery's table has it all the same, a service applied it anew.
SELECT version, event, up_sha256, down_sha256
FROM (SELECT DISTINCT ON (version) version, event, up_sha256, down_sha256
      FROM migrate.journal
      WHERE version = ANY ($1) AND finished_at IS NOT NULL
        AND event IN ('applied', 'adopted', 'repaired', 'baselined', 'rolled_back', 'forgotten')
      ORDER BY version, id DESC) newest
WHERE event NOT IN ('rolled_back', 'forgotten')
