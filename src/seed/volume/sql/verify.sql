-- Statements that each look for rows of a table that refer to nothing, and give the name of a foreign key that is broken: of
-- the tables $1 of schema public, or, $3, to them. Those whose own validation is due ($2: names as relation.constraint) are
-- left out, and those that were never validated. With an empty search_path only.
WITH foreign_key AS (
    SELECT k.conrelid::pg_catalog.regclass::text AS relation, k.conname,
           k.confrelid::pg_catalog.regclass::text AS parent,
           'p' || row_number() OVER (PARTITION BY k.conrelid ORDER BY k.conname) AS alias, k.conkey, k.confkey, k.conrelid,
           k.confrelid
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid = CASE WHEN $3 THEN k.confrelid ELSE k.conrelid END AND c.relkind = 'r'
    WHERE k.contype = 'f' AND k.convalidated AND k.conparentid = 0
      AND c.relnamespace = 'public'::pg_catalog.regnamespace AND c.relname = ANY ($1)
      AND NOT k.conrelid::pg_catalog.regclass::text || '.' || k.conname = ANY ($2)
),
part AS (
    SELECT f.relation, f.conname, f.parent, f.alias, columns.equal, columns.present
    FROM foreign_key f
    CROSS JOIN LATERAL (
        SELECT pg_catalog.string_agg(pg_catalog.format('%I.%I = f.%I', f.alias, theirs.attname, ours.attname), ' AND ') AS equal,
               pg_catalog.string_agg(pg_catalog.format('f.%I IS NOT NULL', ours.attname), ' AND ') AS present
        FROM ROWS FROM (pg_catalog.unnest(f.conkey), pg_catalog.unnest(f.confkey)) AS pair (ours, theirs)
        JOIN pg_catalog.pg_attribute ours ON ours.attrelid = f.conrelid AND ours.attnum = pair.ours
        JOIN pg_catalog.pg_attribute theirs ON theirs.attrelid = f.confrelid AND theirs.attnum = pair.theirs
    ) columns
)
SELECT relation,
       pg_catalog.format(
         'SELECT CASE %s END FROM ONLY %s f %s WHERE %s LIMIT 1',
         pg_catalog.string_agg(pg_catalog.format('WHEN %s AND %I.tableoid IS NULL THEN %L', present, alias, conname), ' '),
         relation,
         pg_catalog.string_agg(pg_catalog.format('LEFT JOIN ONLY %s %I ON %s', parent, alias, equal), ' '),
         pg_catalog.string_agg(pg_catalog.format('(%s AND %I.tableoid IS NULL)', present, alias), ' OR ')
       )
FROM part
GROUP BY relation
ORDER BY relation;
