-- The same columns as state.sql, for a database where a service that embeds refinery was first: there is no journal yet.
SELECT r.version::int8 AS version, r.name, true AS applied, r.applied_on, r.checksum,
       NULL::int8 AS known_id, NULL::text AS known_event, NULL::text AS up_sha256, NULL::text AS down_sha256,
       NULL::int8 AS last_id, NULL::text AS last_event, NULL::text AS last_direction,
       NULL::int4 AS statements_done, NULL::int4 AS statements_total, NULL::text AS progress, false AS running, false AS in_flight
FROM {refinery} r
ORDER BY 1
