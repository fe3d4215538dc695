-- Publications, and the tables and schemas in them.
select
  'publication' as kind, 6104 as class, p.oid::text as oid, 0 as sub, 0 as position,
  null as schema, null as of, p.pubname::text as name,
  pg_get_userbyid(p.pubowner) as owner,
  obj_description(p.oid, 'pg_publication') as comment,
  case when p.puballtables then 'true' end as all_tables,
  concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
    case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end) as publish,
  case when p.pubviaroot then 'true' end as via_root,
  null as columns, null as filter, null as member
from pg_publication p
where not exists (select from pg_depend e where e.classid = 6104 and e.objid = p.oid and e.deptype = 'e')
union all
select
  'publication_member', 6106, r.oid::text, 0, 0, null, p.pubname::text, format('table %I.%I', n.nspname, c.relname),
  null, null, null, null, null,
  (
    select json_agg(quote_ident(a.attname) order by a.attnum)::text
    from pg_attribute a
    where a.attrelid = c.oid and a.attnum = any (string_to_array(to_jsonb(r) ->> 'prattrs', ' ')::int[])
  ),
  pg_get_expr((to_jsonb(r) ->> 'prqual')::pg_node_tree, c.oid), 'table'
from pg_publication_rel r
join pg_publication p on p.oid = r.prpubid
join pg_class c on c.oid = r.prrelid
join pg_namespace n on n.oid = c.relnamespace
