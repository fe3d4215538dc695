-- Publications. What is in them is read by another query, which differs between versions.
select
  'publication' as kind, 6104 as class, p.oid::text as oid, 0 as sub, 0 as position,
  null as schema, null as of, p.pubname::text as name,
  pg_get_userbyid(p.pubowner) as owner,
  obj_description(p.oid, 'pg_publication') as comment,
  case when p.puballtables then 'true' end as all_tables,
  concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
    case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end) as publish,
  case when p.pubviaroot then 'true' end as via_root
from pg_publication p
where not exists (select from pg_depend e where e.classid = 6104 and e.objid = p.oid and e.deptype = 'e')
