-- Functions, procedures and aggregates. Two of one name differ in their input types, so these are part of the identity.
select
  case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
  1255 as class, p.oid, 0 as sub,
  n.nspname as schema, null as of,
  p.proname || '(' || coalesce((select string_agg(format_type(t, null), ', ' order by o) from unnest(p.proargtypes::oid[]) with ordinality u (t, o)), '') || ')' as name,
  pg_get_userbyid(p.proowner) as owner,
  p.proacl::text as acl,
  quote_ident(p.proname) as call,
  pg_get_function_identity_arguments(p.oid) as arguments,
  case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end as definition,
  case when p.prokind in ('f', 'w') then pg_get_function_result(p.oid) end as result,
  case when p.prokind <> 'a' then to_json(p.proargnames)::text end as argument_names,
  case when p.pronargdefaults > 0 then p.pronargdefaults::text end as defaults,
  case when p.prokind = 'w' then 'true' end as window,
  case when p.prokind = 'a' then (
    select json_build_object(
      'sfunc', a.aggtransfn::regproc::text, 'stype', format_type(a.aggtranstype, null), 'sspace', nullif(a.aggtransspace, 0),
      'finalfunc', nullif(a.aggfinalfn::regproc::text, '-'), 'finalfunc_extra', nullif(a.aggfinalextra, false), 'finalfunc_modify', a.aggfinalmodify,
      'combinefunc', nullif(a.aggcombinefn::regproc::text, '-'), 'serialfunc', nullif(a.aggserialfn::regproc::text, '-'),
      'deserialfunc', nullif(a.aggdeserialfn::regproc::text, '-'), 'initcond', a.agginitval,
      'msfunc', nullif(a.aggmtransfn::regproc::text, '-'), 'minvfunc', nullif(a.aggminvtransfn::regproc::text, '-'),
      'mstype', nullif(format_type(nullif(a.aggmtranstype, 0), null), '???'), 'msspace', nullif(a.aggmtransspace, 0),
      'mfinalfunc', nullif(a.aggmfinalfn::regproc::text, '-'), 'mfinalfunc_extra', nullif(a.aggmfinalextra, false),
      'mfinalfunc_modify', a.aggmfinalmodify, 'minitcond', a.aggminitval,
      'sortop', (select format('operator(%I.%s)', sn.nspname, so.oprname) from pg_operator so join pg_namespace sn on sn.oid = so.oprnamespace where so.oid = a.aggsortop),
      'kind', a.aggkind, 'parallel', p.proparallel
    )::text
    from pg_aggregate a where a.aggfnoid = p.oid
  ) end as aggregate
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (
    select from pg_depend d
    where d.classid = 1255 and d.objid = p.oid and (d.deptype = 'e' or (d.deptype = 'i' and d.refclassid = 1247))
  )
