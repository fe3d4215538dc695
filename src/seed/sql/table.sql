-- Returns what seeding must know of the tables {tables} (an expression of oids): oid and one JSON text each.
-- A table's key are the columns by which its rows are recognised: of the primary key, else of a unique index without NULLs.
SELECT c.oid, pg_catalog.jsonb_build_object(
    'oid', c.oid::bigint,
    'schema', n.nspname,
    'name', c.relname,
    'is_parent', c.relkind = 'p',
    'columns', (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'name', a.attname,
            'base', pg_catalog.format_type(a.atttypid, -1),
            'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
            'is_generated', a.attgenerated <> '',
            'is_always', a.attidentity = 'a',
            'is_zoned', a.atttypid = 'pg_catalog.timestamptz'::pg_catalog.regtype,
            -- Types whose = is missing, or calls equal what is written differently, are compared as text.
            'is_plain', t.typtype = 'e' OR t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND t.typtype = 'b' AND t.typname NOT IN
                ('json', '_json', 'xml', '_xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'txid_snapshot', 'aclitem'),
            -- Of whole numbers only: a text that a sequence fills has no greatest value to go on from.
            'sequence', CASE WHEN a.atttypid IN ('int2'::pg_catalog.regtype, 'int4'::pg_catalog.regtype, 'int8'::pg_catalog.regtype)
                THEN pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname) END
        ) ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'uniques', COALESCE((
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('is_key', u.is_key, 'columns', u.columns) ORDER BY u.place)
        FROM (
            SELECT i.indisprimary OR pg_catalog.bool_and(a.attnotnull) AS is_key,
                pg_catalog.jsonb_agg(a.attname ORDER BY k.place) AS columns,
                ROW(NOT i.indisprimary, i.indnkeyatts, i.indexrelid) AS place
            FROM pg_catalog.pg_index i
            CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
            WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                AND i.indpred IS NULL AND i.indexprs IS NULL AND k.place <= i.indnkeyatts
            GROUP BY i.indexrelid, i.indisprimary, i.indnkeyatts
        ) u), '[]')
)::text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND c.oid IN ({tables})
