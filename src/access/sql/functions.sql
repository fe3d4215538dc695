-- The functions of some schemas that somebody could call: the name with its types, and a call with NULLs that EXPLAIN can
-- take. $1: the schemas. Triggers' functions, aggregates and extensions' own are left out.
select
  format('%s.%s(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) as name,
  p.prokind = 'p' as procedure,
  format(
    '%I.%I(%s)', n.nspname, p.proname,
    (
      select string_agg(
        case when p.provariadic <> 0 and a.place = cardinality(p.proargtypes::oid[]) then 'variadic ' else '' end
          || format('null::%s', case when t.typtype = 'p' then case t.typcategory when 'A' then 'text[]' else 'text' end
                                else format_type(t.oid, null) end),
        ', ' order by a.place
      )
      from unnest(p.proargtypes::oid[]) with ordinality as a (type, place)
      join pg_type t on t.oid = a.type
    )
  ) as call
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname = any ($1)
  and p.prokind in ('f', 'p')
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and not exists (
    select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  )
order by 1
