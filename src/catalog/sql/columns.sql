-- Columns of tables, with everything but the default, which is an object of its own so that it can come later.
select
  'column' as kind, 1259 as class, a.attrelid as oid, a.attnum::int as sub, null as schema, a.attrelid as of, a.attname as name,
  a.attacl::text as acl,
  format_type(a.atttypid, a.atttypmod) as type,
  case when a.attnotnull then 'true' end as not_null,
  case when a.attgenerated <> '' then (
    select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = a.attrelid and d.adnum = a.attnum
  ) end as generated,
  case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end as generated_kind,
  case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity,
  i.options as identity_options,
  case when i.name <> format('%s_%s_seq', c.relname, a.attname) then quote_ident(i.name) end as identity_sequence,
  i.comment as identity_comment,
  i.acl as identity_acl,
  case when a.attcollation <> t.typcollation then (
    select format('%I.%I', n.nspname, k.collname) from pg_collation k join pg_namespace n on n.oid = k.collnamespace
    where k.oid = a.attcollation
  ) end as collation,
  case when a.attstorage <> t.typstorage then
    case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
  end as storage,
  case a.compression when 'p' then 'pglz' when 'l' then 'lz4' end as compression,
  nullif(a.attstattarget, -1)::text as statistics,
  to_json(a.attoptions)::text as options,
  to_json(a.attfdwoptions)::text as server_options,
  case when not a.attislocal then 'true' end as inherited
-- PostgreSQL 13 has no attcompression: there the name means the outer one.
from (select ''::"char" as attcompression) older
cross join lateral (
  select *, attcompression as compression from pg_attribute where attnum > 0 and not attisdropped and attrelid >= 16384
) a
join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'f') and c.relpersistence <> 't'
join pg_type t on t.oid = a.atttypid
left join (
  select o.refobjid, o.refobjsubid,
    json_build_array(s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle)::text as options,
    q.relname as name, m.description as comment,
    case when q.relacl is not null then (
      select json_agg(format('%s=%s%s', g.name, g.privilege_type, case when g.is_grantable then '*' end) order by g.name, g.privilege_type)::text
      from (
        select case e.grantee when 0 then 'public' else pg_get_userbyid(e.grantee) end as name, e.privilege_type, e.is_grantable
        from aclexplode(q.relacl) e where e.grantee <> q.relowner
      ) g
    ) end as acl
  from pg_sequence s
  join pg_class q on q.oid = s.seqrelid
  left join pg_description m on m.classoid = 1259 and m.objoid = s.seqrelid and m.objsubid = 0
  join pg_depend o on o.classid = 1259 and o.objid = s.seqrelid and o.refclassid = 1259 and o.deptype = 'i'
) i on i.refobjid = a.attrelid and i.refobjsubid = a.attnum and a.attidentity <> ''
union all
-- Columns of views: what one can say of them, and the type, which decides whether a view can be replaced in place.
select
  'column', 1259, a.attrelid, a.attnum::int, null, a.attrelid, a.attname, a.attacl::text,
  format_type(a.atttypid, a.atttypmod), null, null, null, null, null, null, null, null, null,
  case when c.relkind = 'm' and a.attstorage <> t.typstorage then
    case a.attstorage when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end
  end,
  case when c.relkind = 'm' then case a.compression when 'p' then 'pglz' when 'l' then 'lz4' end end,
  case c.relkind when 'm' then nullif(a.attstattarget, -1)::text end, to_json(a.attoptions)::text, null, null
from pg_class c
cross join (select ''::"char" as attcompression) older
cross join lateral (
  select *, attcompression as compression from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
) a
join pg_type t on t.oid = a.atttypid
where c.relkind in ('v', 'm') and c.oid >= 16384
