-- Rewrite rules, other than those that make a view a view.
select
  'rule' as kind, 2618 as class, r.oid::text as oid, 0 as sub, 0 as position,
  n.nspname::text as schema, c.relname::text as of, r.rulename::text as name,
  pg_get_ruledef(r.oid) as definition,
  case r.ev_enabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as state,
  obj_description(r.oid, 'pg_rewrite') as comment
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
join pg_namespace n on n.oid = c.relnamespace
where r.rulename <> '_RETURN' and n.nspname not in ('pg_catalog', 'information_schema')
  and not exists (select from pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
