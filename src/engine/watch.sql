-- One row: who blocks backend $1 (NULL if nobody), and how far its index build is (NULL if it builds none).
SELECT (SELECT pg_catalog.string_agg(
                   pg_catalog.format('session %s (%s%s%s, %s since %s s)',
                       a.pid, a.usename, coalesce(' from ' || a.client_addr::text, ''),
                       CASE WHEN a.application_name <> '' THEN ', ' || a.application_name ELSE '' END,
                       coalesce(a.state, 'running'),
                       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - coalesce(a.xact_start, a.backend_start))::int),
                   ', ' ORDER BY a.pid)
        FROM pg_catalog.unnest(pg_catalog.pg_blocking_pids($1)) AS b (pid)
        JOIN pg_catalog.pg_stat_activity a ON a.pid = b.pid) AS blocked_by,
       (SELECT pg_catalog.format('%s%s', p.phase,
                   CASE WHEN p.blocks_total > 0 THEN pg_catalog.format(', %s %% of %s blocks', 100 * p.blocks_done / p.blocks_total, p.blocks_total)
                        WHEN p.tuples_total > 0 THEN pg_catalog.format(', %s %% of %s rows', 100 * p.tuples_done / p.tuples_total, p.tuples_total)
                        WHEN p.lockers_total > 0 THEN pg_catalog.format(', %s of %s transactions gone', p.lockers_done, p.lockers_total)
                        ELSE '' END)
        FROM pg_catalog.pg_stat_progress_create_index p WHERE p.pid = $1) AS progress
