-- Volume loads that are not finished: vertical, and the command that goes on (NULL: one that is being taken away).
SELECT vertical,
       CASE WHEN scale > 0 THEN pg_catalog.format(
         'migrate seed %s --scale %s --locations %s --random-seed %s --today %s', vertical, scale, locations, random_seed, today
       ) END
FROM migrate.volume
WHERE finished_at IS NULL
ORDER BY vertical;
