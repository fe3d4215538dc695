-- Publications. What is in them is read by another query, which differs between versions.
select
  'publication' as kind, 6104 as class, p.oid, 0 as sub,
  null as schema, null as of, p.pubname as name,
  pg_get_userbyid(p.pubowner) as owner,
  case when p.puballtables then 'true' end as all_tables,
  concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
    case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end) as publish,
  case when p.pubviaroot then 'true' end as via_root
from pg_publication p
