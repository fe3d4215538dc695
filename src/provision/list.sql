-- The databases that this role may drop, but those of the server itself: name, bytes, how many sessions are in there, whether
-- the session that holds its lease is there, and when a template was last used (seconds since 1970; null for others).
SELECT d.datname::text AS name,
       pg_catalog.pg_database_size(d.oid) AS size_bytes,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity a WHERE a.datid = d.oid) AS sessions,
       EXISTS (
         SELECT FROM pg_catalog.pg_locks l
         WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
           AND pg_catalog.lpad(pg_catalog.to_hex(l.classid::int8), 8, '0')
               || pg_catalog.lpad(pg_catalog.to_hex(l.objid::int8), 8, '0')
             = pg_catalog.split_part(d.datname, '_', 3)
       ) AS held,
       pg_catalog.substring(pg_catalog.shobj_description(d.oid, 'pg_database'), 'last used ([0-9]+)')::int8 AS used_s
FROM pg_catalog.pg_database d
WHERE pg_catalog.pg_has_role(d.datdba, 'USAGE') AND d.datname NOT IN ('postgres', 'template0', 'template1')
ORDER BY d.datname
