-- Foreign-data wrappers, servers, user mappings. Values that may be secrets are hashed, those of user mappings left out.
select
  'foreign_data_wrapper' as kind, 2328 as class, w.oid, 0 as sub,
  null as schema, null as of, w.fdwname as name,
  pg_get_userbyid(w.fdwowner) as owner, w.fdwacl::text as acl,
  nullif(w.fdwhandler::regproc::text, '-') as handler, nullif(w.fdwvalidator::regproc::text, '-') as validator,
  null as wrapper, null as type, null as version, to_json(w.fdwoptions)::text as server_options
from pg_foreign_data_wrapper w
union all
select
  'server', 1417, s.oid, 0, null, null, s.srvname,
  pg_get_userbyid(s.srvowner), s.srvacl::text,
  null, null, (select quote_ident(w.fdwname) from pg_foreign_data_wrapper w where w.oid = s.srvfdw), s.srvtype, s.srvversion,
  (
    select json_agg(case when o ~* '^[^=]*(pass|secret|key|token|cred)' then split_part(o, '=', 1) || '=md5:' || md5(o) else o end order by o)::text
    from unnest(s.srvoptions) o
  )
from pg_foreign_server s
union all
select
  'user_mapping', 1418, m.umid, 0, null, m.srvname, case m.umuser when 0 then 'public' else quote_ident(m.usename) end,
  null, null, null, null, null, null, null,
  (select json_agg(split_part(o, '=', 1) order by o)::text from unnest(m.umoptions) o)
from pg_user_mappings m
