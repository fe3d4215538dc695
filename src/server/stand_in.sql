-- What the schema of a Supabase project finds already there, for a plain PostgreSQL 15 or newer; returns nothing.
-- Runs as the role that will run the migrations (a superuser, or one who may make these roles), in one simple query,
-- and may run again. New tables in public are open to the API roles, as in classic projects; stand_in_hidden.sql,
-- run after it, makes the newer default of it.

do $$
begin
  -- Two that install it at once in one database would both find a schema missing, and one would fail on making it: one
  -- at a time, until the end of the query. It is short, and holds up no migration.
  perform pg_advisory_xact_lock(hashtext('counterpose stand-in'));
  -- "already exists, skipping" is no news when this runs again.
  perform set_config('client_min_messages', 'warning', true);
  -- An auth schema that we did not make belongs to somebody: nothing here may touch it.
  if exists (
    select from pg_namespace n
    where n.nspname = 'auth'
      and coalesce(obj_description(n.oid, 'pg_namespace'), '') not like 'counterpose stand-in%'
  ) then
    raise exception 'schema auth exists and is not our stand-in'
      using errcode = 'duplicate_schema', hint = 'a real project needs no stand-in';
  end if;
end
$$;

-- Roles belong to the whole cluster: they may be there already, and other sessions may be making them right now.
-- One that is there is left as it is. Nobody needs to log in as the service roles here, so none of them can.
do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      (1, 'anon',                    'nologin inherit',                             'statement_timeout = ''3s'''),
      (2, 'authenticated',           'nologin inherit',                             'statement_timeout = ''8s'''),
      (3, 'service_role',            'nologin inherit bypassrls',                   null),
      (4, 'authenticator',           'login noinherit',                             'statement_timeout = ''8s'''),
      (5, 'supabase_auth_admin',     'nologin noinherit',                           null),
      (6, 'supabase_storage_admin',  'nologin noinherit',                           null),
      (7, 'supabase_realtime_admin', 'nologin noinherit',                           null),
      (8, 'dashboard_user',          'nologin createdb createrole replication',     null)
    ) as role (place, name, attributes, setting)
    order by place
  loop
    if exists (select from pg_roles where rolname = wanted.name) then
      continue;
    end if;
    begin
      execute format('create role %I %s', wanted.name, wanted.attributes);
      if wanted.setting is not null then
        execute format('alter role %I set %s', wanted.name, wanted.setting);
      end if;
    exception when duplicate_object or unique_violation then
      null; -- another session was faster, and has committed it
    end;
  end loop;
end
$$;

do $$
declare
  wanted record;
begin
  for wanted in
    select api.name as granted, grantee.name as grantee
    from (values ('anon'), ('authenticated'), ('service_role')) as api (name)
    cross join (values ('authenticator'), (current_user::text)) as grantee (name)
    order by api.name, grantee.name
  loop
    -- Membership itself is asked for: a superuser counts as a member of everything.
    if exists (
      select from pg_auth_members m
      where m.roleid = to_regrole(wanted.granted) and m.member = to_regrole(quote_ident(wanted.grantee))
    ) then
      continue;
    end if;
    begin
      execute format('grant %I to %I', wanted.granted, wanted.grantee);
    exception when unique_violation then
      null;
    when internal_error then
      -- "tuple concurrently updated": the other session was granting the same
      if not exists (
        select from pg_auth_members m
        where m.roleid = to_regrole(wanted.granted) and m.member = to_regrole(quote_ident(wanted.grantee))
      ) then
        raise;
      end if;
    end;
  end loop;
end
$$;

create schema if not exists auth;
comment on schema auth is 'counterpose stand-in for the schema that Supabase Auth owns';
create schema if not exists extensions;
create schema if not exists storage;
create schema if not exists realtime;
grant usage on schema public, extensions, auth, storage, realtime to anon, authenticated, service_role;
grant all on schema auth to supabase_auth_admin;
-- Checks of foreign keys run as the owner of the table.
grant all on schema storage to supabase_storage_admin;

do $$
declare
  wanted text;
  messages text := current_setting('client_min_messages');
begin
  -- The search path is the database's, not the role's: a role would take it along to every database of the cluster.
  execute format('alter database %I set search_path = "$user", public, extensions', current_database());

  foreach wanted in array array['pgcrypto', 'uuid-ossp'] loop
    -- A server without contrib can do without them.
    if exists (select from pg_available_extensions where name = wanted) then
      execute format('create extension if not exists %I with schema extensions', wanted);
    end if;
  end loop;

  if not exists (select from pg_publication where pubname = 'supabase_realtime') then
    -- Publishing asks for wal_level = logical only when somebody subscribes: the warning says nothing new here.
    set local client_min_messages = error;
    create publication supabase_realtime;
    perform set_config('client_min_messages', messages, true);
  end if;
end
$$;

-- The columns of a project of 2026, in its order: scripts and dumps insert by position.
create table if not exists auth.users (
  instance_id uuid,
  id uuid primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  invited_at timestamptz,
  confirmation_token varchar(255),
  confirmation_sent_at timestamptz,
  recovery_token varchar(255),
  recovery_sent_at timestamptz,
  email_change_token_new varchar(255),
  email_change varchar(255),
  email_change_sent_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  created_at timestamptz,
  updated_at timestamptz,
  phone text default null unique,
  phone_confirmed_at timestamptz,
  phone_change text default '',
  phone_change_token varchar(255) default '',
  phone_change_sent_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  email_change_token_current varchar(255) default '',
  email_change_confirm_status smallint default 0 check (email_change_confirm_status between 0 and 2),
  banned_until timestamptz,
  reauthentication_token varchar(255) default '',
  reauthentication_sent_at timestamptz,
  is_sso_user boolean not null default false,
  deleted_at timestamptz,
  is_anonymous boolean not null default false
);
create unique index if not exists users_email_partial_key on auth.users (email) where not is_sso_user;
-- With no policy, as there: only its owner, and grantees with BYPASSRLS, see a row.
alter table auth.users enable row level security;
grant all on auth.users to current_user, dashboard_user;
grant select on auth.users to current_user with grant option;

-- Files: policies on them are a project's own. Columns and order as above; the files themselves are nowhere.
do $$
begin
  if to_regtype('storage.buckettype') is null then
    create type storage.buckettype as enum ('STANDARD', 'ANALYTICS', 'VECTOR');
  end if;
end
$$;
create table if not exists storage.buckets (
  id text primary key,
  name text not null,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  public boolean default false,
  avif_autodetection boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  owner_id text,
  type storage.buckettype not null default 'STANDARD'
);
create unique index if not exists bname on storage.buckets (name);
create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text constraint "objects_bucketId_fkey" references storage.buckets (id),
  name text,
  owner uuid,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  owner_id text,
  user_metadata jsonb
);
create unique index if not exists bucketid_objname on storage.objects (bucket_id, name);
create index if not exists name_prefix_search on storage.objects (name text_pattern_ops);
alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant all on storage.buckets, storage.objects to current_user, anon, authenticated, service_role;

create or replace function storage.foldername(name text) returns text[] language sql immutable as $$
  select parts[:array_length(parts, 1) - 1] from string_to_array(name, '/') as parts
$$;
create or replace function storage.filename(name text) returns text language sql immutable as $$
  select parts[array_length(parts, 1)] from string_to_array(name, '/') as parts
$$;
create or replace function storage.extension(name text) returns text language sql immutable as $$
  select reverse(split_part(reverse(storage.filename(name)), '.', 1))
$$;

-- Who asks: PostgREST sets one JSON setting, older versions one setting for each claim. A setting whose transaction is
-- over reads as '', not as NULL.
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values ('uid', 'sub', 'uuid'), ('role', 'role', 'text'), ('email', 'email', 'text'))
      as reader (name, claim, type)
  loop
    execute format(
      'create or replace function auth.%1$I() returns %3$s language sql stable as $body$
  select coalesce(
    nullif(current_setting(%4$L, true), ''''),
    nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb ->> %2$L
  )::%3$s
$body$',
      wanted.name, wanted.claim, wanted.type, 'request.jwt.claim.' || wanted.claim);
  end loop;
end
$$;

-- As there, migrations may refer to these but not change them. Only a superuser can give a thing away.
do $$
begin
  if (select rolsuper from pg_roles where rolname = current_user) then
    alter table auth.users owner to supabase_auth_admin;
    alter type storage.buckettype owner to supabase_storage_admin;
    alter table storage.buckets owner to supabase_storage_admin;
    alter table storage.objects owner to supabase_storage_admin;
    alter function storage.foldername(text) owner to supabase_storage_admin;
    alter function storage.filename(text) owner to supabase_storage_admin;
    alter function storage.extension(text) owner to supabase_storage_admin;
    alter function auth.jwt() owner to supabase_auth_admin;
    alter function auth.uid() owner to supabase_auth_admin;
    alter function auth.role() owner to supabase_auth_admin;
    alter function auth.email() owner to supabase_auth_admin;
  end if;
end
$$;

alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
alter default privileges in schema public grant all on functions to anon, authenticated, service_role;
