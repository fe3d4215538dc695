-- Enums, composite types, ranges, domains and base types. Row types of tables and array types are their owner's.
select
  case t.typtype when 'd' then 'domain' else 'type' end as kind,
  1247 as class, t.oid, 0 as sub,
  n.nspname as schema, null as of, t.typname as name,
  pg_get_userbyid(t.typowner) as owner,
  t.typacl::text as acl,
  obj_description(t.oid, 'pg_type') as comment,
  case when not t.typisdefined then 'shell' else
    case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range' when 'b' then 'base' end end as type,
  case when t.typtype = 'e' then (
    select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]')::text from pg_enum e where e.enumtypid = t.oid
  ) end as labels,
  case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as base,
  case when t.typtype = 'd' and t.typnotnull then 'true' end as not_null,
  case when t.typtype = 'd' then pg_get_expr(t.typdefaultbin, 0) end as default,
  case when t.typtype = 'd' and t.typcollation <> b.typcollation then (
    select format('%I.%I', kn.nspname, k.collname) from pg_collation k join pg_namespace kn on kn.oid = k.collnamespace where k.oid = t.typcollation
  ) end as collation,
  case when t.typtype = 'r' then (
    select json_build_object(
      'subtype', format_type(r.rngsubtype, null),
      'subtype_opclass', (select format('%I.%I', kn.nspname, k.opcname) from pg_opclass k join pg_namespace kn on kn.oid = k.opcnamespace where k.oid = r.rngsubopc and not k.opcdefault),
      'collation', (select format('%I.%I', kn.nspname, k.collname) from pg_collation k join pg_namespace kn on kn.oid = k.collnamespace
        join pg_type st on st.oid = r.rngsubtype where k.oid = r.rngcollation and st.typcollation <> k.oid),
      'canonical', nullif(r.rngcanonical::regproc::text, '-'), 'subtype_diff', nullif(r.rngsubdiff::regproc::text, '-'),
      'multirange_type_name', format_type((to_jsonb(r) ->> 'rngmultitypid')::oid, null)
    )::text
    from pg_range r where r.rngtypid = t.oid
  ) end as range,
  case when t.typtype = 'b' then json_build_object(
    'input', t.typinput::regproc::text, 'output', t.typoutput::regproc::text, 'receive', nullif(t.typreceive::regproc::text, '-'),
    'send', nullif(t.typsend::regproc::text, '-'), 'internallength', t.typlen, 'passedbyvalue', t.typbyval, 'alignment', t.typalign,
    'storage', t.typstorage, 'category', t.typcategory, 'preferred', t.typispreferred, 'delimiter', t.typdelim
  )::text end as base_type
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
left join pg_class c on c.oid = t.typrelid
left join pg_type b on b.oid = t.typbasetype
where t.typtype in ('e', 'c', 'r', 'd', 'b', 'p') and (t.typrelid = 0 or c.relkind = 'c')
  and not exists (select from pg_type e where e.typarray = t.oid)
  and (t.typtype <> 'p' or not t.typisdefined)
  and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_toast'
union all
-- Columns of composite types.
select
  'type_attribute', 1247, t.oid, a.attnum::int, n.nspname, t.typname, a.attname,
  null, null, col_description(c.oid, a.attnum), format_type(a.atttypid, a.atttypmod), null, null, null, null,
  case when a.attcollation <> at.typcollation then (
    select format('%I.%I', kn.nspname, k.collname) from pg_collation k join pg_namespace kn on kn.oid = k.collnamespace where k.oid = a.attcollation
  ) end, null, null
from pg_type t
join pg_class c on c.oid = t.typrelid and c.relkind = 'c'
join pg_namespace n on n.oid = t.typnamespace
join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
join pg_type at on at.oid = a.atttypid
where n.nspname not in ('pg_catalog', 'information_schema')
