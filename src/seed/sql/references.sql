-- Returns the foreign keys that refer to tables of {gone}: literal of the referring table, the table, the table that is referred to,
-- the condition between a row c and a row p, literal of the constraint.
SELECT pg_catalog.quote_literal(pg_catalog.format('%I.%I', cn.nspname, c.relname)),
    CASE WHEN c.relkind = 'p' THEN '' ELSE 'ONLY ' END || pg_catalog.format('%I.%I', cn.nspname, c.relname),
    CASE WHEN p.relkind = 'p' THEN '' ELSE 'ONLY ' END || pg_catalog.format('%I.%I', pn.nspname, p.relname),
    (SELECT pg_catalog.string_agg(pg_catalog.format('c.%I = p.%I', a.attname, b.attname), ' AND ' ORDER BY pair.place)
     FROM ROWS FROM (pg_catalog.unnest(k.conkey), pg_catalog.unnest(k.confkey)) WITH ORDINALITY AS pair (own, other, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = pair.own
     JOIN pg_catalog.pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = pair.other),
    pg_catalog.quote_literal(k.conname)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
JOIN pg_catalog.pg_class p ON p.oid = k.confrelid
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid IN (SELECT relation FROM {gone} UNION SELECT part FROM {gone})
ORDER BY 1, 5
