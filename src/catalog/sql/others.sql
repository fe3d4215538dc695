-- Kinds that are rarely made by hand: read, compared and reported by name with what defines them in one attribute.
select
  'cast' as kind, 2605 as class, c.oid, 0 as sub,
  null as schema, null as of, format('%s as %s', format_type(c.castsource, null), format_type(c.casttarget, null)) as name,
  null as owner, null as acl,
  case c.castmethod when 'f' then 'with function ' || c.castfunc::regprocedure::text when 'i' then 'with inout' else 'without function' end
    || case c.castcontext when 'a' then ' as assignment' when 'i' then ' as implicit' else '' end as definition
from pg_cast c
where c.oid >= 16384
union all
select
  'operator', 2617, o.oid, 0, n.nspname, null,
  o.oprname || '(' || concat_ws(', ', case o.oprleft when 0 then 'none' else format_type(o.oprleft, null) end, format_type(o.oprright, null)) || ')',
  pg_get_userbyid(o.oprowner), null,
  json_build_object('function', o.oprcode::regproc::text, 'leftarg', format_type(nullif(o.oprleft, 0), null), 'rightarg', format_type(o.oprright, null),
    'commutator', nullif(o.oprcom::regoperator::text, '0'), 'negator', nullif(o.oprnegate::regoperator::text, '0'), 'restrict', nullif(o.oprrest::regproc::text, '-'),
    'join', nullif(o.oprjoin::regproc::text, '-'), 'hashes', nullif(o.oprcanhash, false), 'merges', nullif(o.oprcanmerge, false))::text
from pg_operator o
join pg_namespace n on n.oid = o.oprnamespace
where n.nspname not in ('pg_catalog', 'information_schema') and o.oprcode <> 0
union all
select
  'operator_family', 2753, f.oid, 0, n.nspname, null, f.opfname || ' using ' || a.amname,
  pg_get_userbyid(f.opfowner), null,
  -- Those of its members that are no class's.
  (
    select json_agg(m.word order by m.word)::text
    from (
      select 2602 as class, p.oid, format('operator %s %s', p.amopstrategy, p.amopopr::regoperator)
        || case when p.amopsortfamily <> 0 then (
          select format(' for order by %I.%I', fn.nspname, sf.opfname) from pg_opfamily sf join pg_namespace fn on fn.oid = sf.opfnamespace
          where sf.oid = p.amopsortfamily
        ) else '' end as word
      from pg_amop p where p.amopfamily = f.oid
      union all
      select 2603, p.oid, format('function %s (%s, %s) %s', p.amprocnum, format_type(p.amproclefttype, null), format_type(p.amprocrighttype, null), p.amproc::regprocedure)
      from pg_amproc p where p.amprocfamily = f.oid
    ) m
    where not exists (select from pg_depend d where d.classid = m.class and d.objid = m.oid and d.refclassid = 2616)
  )
from pg_opfamily f
join pg_namespace n on n.oid = f.opfnamespace
join pg_am a on a.oid = f.opfmethod
where n.nspname not in ('pg_catalog', 'information_schema')
union all
select
  'operator_class', 2616, k.oid, 0, n.nspname, null, k.opcname || ' using ' || a.amname,
  pg_get_userbyid(k.opcowner), null,
  json_build_object('type', format_type(k.opcintype, null), 'default', k.opcdefault, 'storage', format_type(nullif(k.opckeytype, 0), null),
    'family', (select format('%I.%I', fn.nspname, f.opfname) from pg_opfamily f join pg_namespace fn on fn.oid = f.opfnamespace where f.oid = k.opcfamily),
    'operators', (select json_agg(format('%s %s%s', m.amopstrategy, m.amopopr::regoperator, case when m.amopsortfamily <> 0 then ' for order by' end) order by m.amopstrategy)
      from pg_amop m join pg_depend d on d.classid = 2602 and d.objid = m.oid and d.refclassid = 2616 and d.refobjid = k.oid),
    'functions', (select json_agg(format('%s %s', m.amprocnum, m.amproc::regprocedure) order by m.amprocnum)
      from pg_amproc m join pg_depend d on d.classid = 2603 and d.objid = m.oid and d.refclassid = 2616 and d.refobjid = k.oid))::text
from pg_opclass k
join pg_namespace n on n.oid = k.opcnamespace
join pg_am a on a.oid = k.opcmethod
where n.nspname not in ('pg_catalog', 'information_schema')
union all
select
  'conversion', 2607, c.oid, 0, n.nspname, null, c.conname,
  pg_get_userbyid(c.conowner), null,
  format('%sconversion %I.%I for %L to %L from %s', case when c.condefault then 'default ' end, n.nspname, c.conname,
    pg_encoding_to_char(c.conforencoding), pg_encoding_to_char(c.contoencoding), c.conproc::regproc)
from pg_conversion c
join pg_namespace n on n.oid = c.connamespace
where n.nspname not in ('pg_catalog', 'information_schema')
union all
select
  'language', 2612, l.oid, 0, null, null, l.lanname, pg_get_userbyid(l.lanowner), l.lanacl::text,
  format('%slanguage %I handler %s%s%s', case when l.lanpltrusted then 'trusted ' end, l.lanname, l.lanplcallfoid::regproc,
    case when l.laninline <> 0 then ' inline ' || l.laninline::regproc end, case when l.lanvalidator <> 0 then ' validator ' || l.lanvalidator::regproc end)
from pg_language l
where l.oid >= 16384
union all
select
  'transform', 3576, t.oid, 0, null, null, format('for %s language %I', format_type(t.trftype, null), l.lanname), null, null,
  concat_ws(', ', 'from sql with function ' || nullif(t.trffromsql, 0)::regprocedure, 'to sql with function ' || nullif(t.trftosql, 0)::regprocedure)
from pg_transform t
join pg_language l on l.oid = t.trflang
union all
select
  'access_method', 2601, a.oid, 0, null, null, a.amname, null, null,
  format('access method %I type %s handler %s', a.amname, case a.amtype when 't' then 'table' else 'index' end, a.amhandler)
from pg_am a
where a.oid >= 16384
union all
select
  'text_search_parser', 3601, p.oid, 0, n.nspname, null, p.prsname, null, null,
  format('start = %s, gettoken = %s, end = %s, lextypes = %s%s', p.prsstart, p.prstoken, p.prsend, p.prslextype,
    case when p.prsheadline <> 0 then ', headline = ' || p.prsheadline end)
from pg_ts_parser p
join pg_namespace n on n.oid = p.prsnamespace
where n.nspname <> 'pg_catalog'
union all
select
  'text_search_template', 3764, t.oid, 0, n.nspname, null, t.tmplname, null, null,
  concat_ws(', ', 'init = ' || nullif(t.tmplinit::text, '-'), 'lexize = ' || t.tmpllexize)
from pg_ts_template t
join pg_namespace n on n.oid = t.tmplnamespace
where n.nspname <> 'pg_catalog'
union all
select
  'text_search_dictionary', 3600, d.oid, 0, n.nspname, null, d.dictname, pg_get_userbyid(d.dictowner), null,
  concat_ws(', ', format('template = %I.%I', tn.nspname, t.tmplname), d.dictinitoption)
from pg_ts_dict d
join pg_namespace n on n.oid = d.dictnamespace
join pg_ts_template t on t.oid = d.dicttemplate
join pg_namespace tn on tn.oid = t.tmplnamespace
where n.nspname not in ('pg_catalog', 'information_schema')
union all
select
  'text_search_configuration', 3602, c.oid, 0, n.nspname, null, c.cfgname, pg_get_userbyid(c.cfgowner), null,
  json_build_object('parser', format('%I.%I', pn.nspname, p.prsname), 'mappings', (
    select json_agg(json_build_array(m.token, m.dictionaries) order by m.token)
    from (
      select (select quote_ident(k.alias) from ts_token_type(c.cfgparser) k where k.tokid = x.maptokentype) as token,
        string_agg(format('%I.%I', dn.nspname, d.dictname), ', ' order by x.mapseqno) as dictionaries
      from pg_ts_config_map x
      join pg_ts_dict d on d.oid = x.mapdict
      join pg_namespace dn on dn.oid = d.dictnamespace
      where x.mapcfg = c.oid
      group by x.maptokentype
    ) m
  ))::text
from pg_ts_config c
join pg_namespace n on n.oid = c.cfgnamespace
join pg_ts_parser p on p.oid = c.cfgparser
join pg_namespace pn on pn.oid = p.prsnamespace
where n.nspname <> 'pg_catalog'
