-- What is known of tables that a plan scans ($1 schemas, $2 names) and of the row security that a role ($3; null: the present
-- one) is under: a JSON object for each.
select json_build_object(
  'schema', space.nspname,
  'name', relation.relname,
  'rows', relation.reltuples,
  'is_guarded', relation.relrowsecurity and not role.rolsuper and not role.rolbypassrls
    and (relation.relforcerowsecurity or not pg_has_role(role.oid, relation.relowner, 'usage')),
  'policies', (
    select coalesce(json_agg(json_build_object(
      'name', policy.polname,
      'text', coalesce(pg_get_expr(policy.polqual, policy.polrelid), ''),
      'functions', (
        select coalesce(json_agg(json_build_object(
          'name', called.proname,
          'shown', format('%I.%I', home.nspname, called.proname)
        ) order by called.oid), '[]')
        from pg_depend as need
        join pg_proc as called on called.oid = need.refobjid
        join pg_namespace as home on home.oid = called.pronamespace
        where need.classid = 'pg_policy'::regclass and need.objid = policy.oid and need.refclassid = 'pg_proc'::regclass
      )
    ) order by policy.polname), '[]')
    from pg_policy as policy
    where policy.polrelid = relation.oid and policy.polcmd in ('*', 'r', 'w', 'd')
      and (policy.polroles = '{0}' or exists (
        select from unnest(policy.polroles) as member (oid) where pg_has_role(role.oid, member.oid, 'usage')
      ))
  ),
  'indexes', (
    select coalesce(json_agg(json_build_object(
      'name', index.relname,
      'first', (
        select attname from pg_attribute where attrelid = relation.oid and attnum = entry.indkey[0] and attnum > 0
      )
    ) order by index.relname), '[]')
    from pg_index as entry
    join pg_class as index on index.oid = entry.indexrelid
    where entry.indrelid = relation.oid and entry.indisvalid
  )
)::text as relation
from pg_class as relation
join pg_namespace as space on space.oid = relation.relnamespace
join pg_roles as role on role.rolname = coalesce($3, current_user)
join unnest($1, $2) as wanted (schema, name) on wanted.schema = space.nspname and wanted.name = relation.relname
