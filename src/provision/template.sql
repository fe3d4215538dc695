-- One row if template $1 is there and the role's own: its size as it was when it was made, when it was last used (seconds
-- since 1970), and what CREATE DATABASE does not copy: settings (role or null, name, value) and grants (grantee or null for
-- everybody, privilege, whether it may be passed on; null where the defaults hold).
SELECT coalesce(pg_catalog.substring(about.text, ' ([0-9]+) bytes')::int8, 0) AS size_bytes,
       coalesce(pg_catalog.substring(about.text, 'last used ([0-9]+)')::int8, 0) AS used_s,
       (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(
                 r.rolname, pg_catalog.split_part(one.setting, '=', 1),
                 pg_catalog.substr(one.setting, pg_catalog.strpos(one.setting, '=') + 1)))
        FROM pg_catalog.pg_db_role_setting s
        LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) one(setting)
        WHERE s.setdatabase = d.oid)::text AS settings,
       CASE WHEN d.datacl IS NOT NULL THEN
         (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(r.rolname, a.privilege_type, a.is_grantable)), '[]')
          FROM pg_catalog.aclexplode(d.datacl) a
          LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee)::text
       END AS grants
FROM pg_catalog.pg_database d
CROSS JOIN LATERAL (SELECT pg_catalog.shobj_description(d.oid, 'pg_database') AS text) about
WHERE d.datname = $1 AND d.datdba = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
