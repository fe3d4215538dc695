-- One row: what of Supabase is there. Reads the catalog by name only, so it needs no right on any schema.
--   api_roles     anon, authenticated and service_role exist; roles are cluster-wide, so alone they prove nothing
--   auth_users    table auth.users
--   auth_uid      function auth.uid()
--   realtime      publication supabase_realtime
--   real_project  the Auth service has run here (auth.schema_migrations): nothing in auth may be touched
--   supautils     Supabase's own server image
--   superuser     the current role is one; on Supabase it never is
--   stand_in      the auth schema was made by stand_in.sql
--   exposed       tables that this role makes in public are readable by anon unless revoked
select
  (select count(*) = 3 from pg_catalog.pg_roles
    where rolname in ('anon', 'authenticated', 'service_role')) as api_roles,
  exists (select from pg_catalog.pg_class c
    where c.relnamespace = auth.oid and c.relname = 'users' and c.relkind in ('r', 'p')) as auth_users,
  exists (select from pg_catalog.pg_proc p
    where p.pronamespace = auth.oid and p.proname = 'uid' and p.pronargs = 0) as auth_uid,
  exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') as realtime,
  exists (select from pg_catalog.pg_class c
    where c.relnamespace = auth.oid and c.relname = 'schema_migrations') as real_project,
  pg_catalog.current_setting('supautils.privileged_role', true) is not null as supautils,
  (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as superuser,
  coalesce(pg_catalog.obj_description(auth.oid, 'pg_namespace') like 'counterpose stand-in%', false) as stand_in,
  exists (
    select
    from pg_catalog.pg_default_acl d
    cross join lateral pg_catalog.aclexplode(d.defaclacl) a
    join pg_catalog.pg_roles r on r.oid = a.grantee
    where d.defaclobjtype = 'r'
      and d.defaclrole = (select oid from pg_catalog.pg_roles where rolname = current_user)
      and d.defaclnamespace in (0, (select oid from pg_catalog.pg_namespace where nspname = 'public'))
      and r.rolname = 'anon' and a.privilege_type = 'SELECT'
  ) as exposed
from (select (select oid from pg_catalog.pg_namespace where nspname = 'auth') as oid) auth;
