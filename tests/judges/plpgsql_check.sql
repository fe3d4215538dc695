-- What plpgsql_check says of every function in PL/pgSQL, each with every table whose trigger it is; returns a line for each.
with functions as (
  select
    p.oid, coalesce(t.tgrelid, 0) as relation,
    -- A function of several triggers looks at TG_OP before it uses what only one of them has.
    max(t.tgoldtable::text) over (partition by p.oid) as old_table,
    max(t.tgnewtable::text) over (partition by p.oid) as new_table
  from pg_proc p
  join pg_language l on l.oid = p.prolang
  left join pg_trigger t on t.tgfoid = p.oid
  where l.lanname = 'plpgsql'
    and p.pronamespace::regnamespace::text not in ('pg_catalog', 'information_schema', 'auth', 'migrate', 'extensions')
    and (t.oid is not null or p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype))
)
select format('%s on %s:%s: %s %s %s', f.oid::regprocedure, f.relation::regclass, c.lineno, c.level, c.sqlstate, c.message)
from functions f
cross join lateral plpgsql_check_function_tb(
  f.oid, f.relation, fatal_errors => false, security_warnings => true, oldtable => f.old_table, newtable => f.new_table
) as c
order by 1
