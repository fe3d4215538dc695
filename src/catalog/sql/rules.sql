-- Rewrite rules, other than those that make a view a view.
select
  'rule' as kind, 2618 as class, r.oid, 0 as sub, null as schema, r.ev_class as of, r.rulename as name,
  pg_get_ruledef(r.oid) as definition,
  case r.ev_enabled when 'D' then 'disabled' when 'R' then 'replica' when 'A' then 'always' end as state
from pg_rewrite r
where r.oid >= 16384 and r.rulename <> '_RETURN'
