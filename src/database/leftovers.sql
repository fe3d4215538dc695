-- The names of the databases whose lease has ended and that this role may drop, and whether somebody may still be in there.
-- A lease is an advisory lock of its holder's session, and its key is in the database's name (lease.rs); those of clones
-- that were handed out are a time, in seconds since 1970, after which they live only as long as somebody uses them.
SELECT d.datname, leased.held_by_session
FROM pg_catalog.pg_database d
CROSS JOIN LATERAL (
  SELECT d.datname ~ '^migrate_[a-z]{1,12}_[0-9a-f]{16}_[0-9]{1,6}$' AS held_by_session,
         d.datname ~ '^migrate_clone_[0-9]{10,12}_[0-9a-f]{16}_[0-9]{1,6}$' AS held_by_time
) leased
WHERE pg_catalog.pg_has_role(d.datdba, 'USAGE')
  AND d.datname <> pg_catalog.current_database()
  AND (
    leased.held_by_session AND NOT EXISTS (
      -- In whichever database the holder's session is.
      SELECT FROM pg_catalog.pg_locks l
      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
        AND pg_catalog.lpad(pg_catalog.to_hex(l.classid::int8), 8, '0')
            || pg_catalog.lpad(pg_catalog.to_hex(l.objid::int8), 8, '0')
          = pg_catalog.split_part(d.datname, '_', 3)
    )
    OR leased.held_by_time
      AND pg_catalog.split_part(d.datname, '_', 3)::int8 < EXTRACT(epoch FROM pg_catalog.now())
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid)
  )
ORDER BY d.datname
