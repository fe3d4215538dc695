-- The tables, views and their columns in some schemas, with what helps to find other values for a column; a row for each
-- column, in order. $1: the schemas. Extensions' own are left out.
select
  n.nspname as schema,
  c.relname as name,
  c.relkind::text as kind,
  row_security_active(c.oid) as hidden,
  a.attname as column,
  base.typcategory::text as category,
  base.typname as type,
  a.attnotnull as required,
  a.atthasdef or a.attidentity <> '' as has_default,
  a.attgenerated <> '' or a.attidentity = 'a' as generated,
  base.typcategory in ('A', 'E', 'R') or exists (
    select from pg_opclass o join pg_am m on m.oid = o.opcmethod
    where o.opcintype = case base.typname when 'varchar' then 'text'::regtype else base.oid::regtype end
      and o.opcdefault and m.amname = 'btree'
  ) as comparable,
  array(
    select e.enumlabel::text from pg_enum e where e.enumtypid = base.oid order by e.enumsortorder
  ) || array(
    select replace(word[1], '''''', '''')
    from pg_constraint k
    cross join lateral regexp_matches(pg_get_constraintdef(k.oid), '''((?:[^'']|'''')*)''', 'g') as word
    where k.contype = 'c'
      and (k.conrelid = c.oid and k.conkey @> array[a.attnum] or k.contypid = a.atttypid and k.contypid <> 0)
    order by k.conname
  ) as choices,
  (
    select array[rn.nspname, r.relname, ra.attname]::text[]
    from pg_constraint k
    join pg_class r on r.oid = k.confrelid
    join pg_namespace rn on rn.oid = r.relnamespace
    join pg_attribute ra
      on ra.attrelid = r.oid and ra.attnum = k.confkey[array_position(k.conkey, a.attnum)]
    where k.contype = 'f' and k.conrelid = c.oid and a.attnum = any (k.conkey)
    order by cardinality(k.conkey), k.conname
    limit 1
  ) as refers_to
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type t on t.oid = a.atttypid
join pg_type base on base.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
where n.nspname = any ($1)
  and c.relkind in ('r', 'p', 'v', 'm', 'f')
  and not exists (
    select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
order by n.nspname, c.relname, a.attnum
