-- Columns of tables, with everything but the default, which is an object of its own so that it can come later.
with collated as (select oid, format('%I.%I', (select nspname from pg_namespace where oid = collnamespace), collname) as name from pg_collation)
select
  'column' as kind, 1259 as class, c.oid::text as oid, a.attnum::int as sub, a.attnum::int as position,
  n.nspname::text as schema, c.relname::text as of, a.attname::text as name,
  a.attacl::text as acl,
  col_description(c.oid, a.attnum) as comment,
  format_type(a.atttypid, a.atttypmod) as type,
  case when a.attnotnull then 'true' end as not_null,
  case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end as generated,
  case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated_kind,
  case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
  case when a.attidentity <> '' then (
    select json_build_array(s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)::text
    from pg_depend o
    join pg_sequence s on s.seqrelid = o.objid
    where o.classid = 1259 and o.refclassid = 1259 and o.refobjid = c.oid and o.refobjsubid = a.attnum and o.deptype = 'i'
  ) end as identity_options,
  case when a.attcollation <> t.typcollation then (select name from collated where oid = a.attcollation) end as collation,
  case when a.attstorage <> t.typstorage then case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end as storage,
  -- Not before PostgreSQL 14. Reading a row as JSON costs, so only where there can be compression.
  case when t.typstorage <> 'p' then
    case to_jsonb(a) ->> 'attcompression' when 'p' then 'pglz' when 'l' then 'lz4' end
  end as compression,
  nullif(a.attstattarget, -1)::text as statistics,
  to_json(a.attoptions)::text as options,
  to_json(a.attfdwoptions)::text as server_options,
  case when not a.attislocal then 'true' end as inherited
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_type t on t.oid = a.atttypid
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped
  and c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
union all
-- Columns of views: only what one can say of them.
select
  'column', 1259, c.oid::text, a.attnum::int, a.attnum::int, n.nspname::text, c.relname::text, a.attname::text,
  a.attacl::text, col_description(c.oid, a.attnum), null, null, null, null, null, null, null, null, null,
  case c.relkind when 'm' then nullif(a.attstattarget, -1)::text end, null, null, null
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where a.attnum > 0 and not a.attisdropped and c.relkind in ('v', 'm')
  and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
