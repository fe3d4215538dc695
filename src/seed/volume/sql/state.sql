-- What volume recorded: vertical, scale, locations, random seed, today as days since 2000-01-01, whether it is finished, the
-- rows that it brought then.
SELECT vertical, scale, locations, random_seed, today - date '2000-01-01', finished_at IS NOT NULL,
    (SELECT sum(value::bigint)::bigint FROM jsonb_each_text(rows))
FROM migrate.volume
ORDER BY vertical;
