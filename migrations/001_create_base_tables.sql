-- What both verticals stand on: the schema for helpers, tenants, who may do what, and the habits of every table.
-- A table is closed in the migration that makes it (RLS on, nothing granted to the API roles); a later one opens it.

-- Not exposed through the API: functions here can run with their owner's rights and still not be called from outside.
create schema private;
comment on schema private is 'Helpers of policies and triggers; not exposed through the API.';
grant usage on schema private to authenticated, service_role;

--------------------------------------------------------------------------------------------- habits of every table
create function public.update_updated_at_column() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function public.update_updated_at_column() is 'Trigger: stamps updated_at.';
revoke all on function public.update_updated_at_column() from public, anon, authenticated, service_role;

-- Who and when are facts, not input. Where nobody is signed in (a server, psql) what the writer states stands.
create function private.set_audit_columns() returns trigger
language plpgsql set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.created_by := coalesce(auth.uid(), new.created_by);
    if current_user in ('anon', 'authenticated') then
      new.created_at := now();
      new.updated_at := now();
    end if;
  else
    new.created_at := old.created_at;
    -- An account that is deleted takes its name along (on delete set null); nothing else changes the author.
    if new.created_by is not null then
      new.created_by := old.created_by;
    end if;
  end if;
  new.updated_by := coalesce(auth.uid(), new.updated_by);
  return new;
end
$$;
comment on function private.set_audit_columns() is 'Trigger: fills in created_by and updated_by, and keeps created_at.';

create function private.set_created_by() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.created_by := coalesce(auth.uid(), new.created_by);
  return new;
end
$$;
comment on function private.set_created_by() is 'Trigger: fills in created_by of a row that never changes.';

-- For migrations: the triggers of the core pattern, under the names that it gives.
create function private.stamp_tables(variadic tables text[]) returns void
language plpgsql set search_path = '' as $$
declare
  name text;
begin
  foreach name in array tables loop
    execute format(
      'create trigger %I before insert or update on public.%I for each row execute function private.set_audit_columns()',
      'audit_' || name, name
    );
    execute format(
      'create trigger %I before update on public.%I for each row execute function public.update_updated_at_column()',
      'update_' || name || '_updated_at', name
    );
  end loop;
end
$$;
comment on function private.stamp_tables(text[]) is
  'For migrations: the triggers that stamp who and when on these tables.';

-- A ledger's rows are facts. Foreign keys that clear or cascade run inside a trigger, and may.
create function private.forbid_mutation() returns trigger
language plpgsql set search_path = '' as $$
begin
  if pg_trigger_depth() > 1 then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  raise exception '% is append-only', tg_table_name
    using errcode = 'object_not_in_prerequisite_state', table = tg_table_name,
      hint = 'write an entry that corrects it';
end
$$;
comment on function private.forbid_mutation() is 'Trigger: refuses UPDATE and DELETE of a ledger''s rows.';

-- For migrations: what an append-only table has instead.
create function private.seal_tables(variadic tables text[]) returns void
language plpgsql set search_path = '' as $$
declare
  name text;
begin
  foreach name in array tables loop
    execute format(
      'create trigger %I before insert on public.%I for each row execute function private.set_created_by()',
      'audit_' || name, name
    );
    execute format(
      'create trigger %I before update or delete on public.%I for each row execute function private.forbid_mutation()',
      name || '_append_only', name
    );
  end loop;
end
$$;
comment on function private.seal_tables(text[]) is 'For migrations: the triggers that make these tables append-only.';

----------------------------------------------------------------------------------------------------------- tenants
create table public.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  slug text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  is_default boolean not null default false,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.organizations is
  'The tenants: one business each. Nobody sees anything of another''s but what is public.';
create unique index organizations_one_default on public.organizations (is_default) where is_default;

-- SECURITY DEFINER here and below: the tables that they read are under RLS too, and they answer for the caller only.
create function private.default_organization_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select coalesce(
    nullif(auth.jwt() -> 'app_metadata' ->> 'organization_id', '')::uuid,
    (select o.id from public.organizations o where o.is_default)
  )
$$;
comment on function private.default_organization_id() is
  'The organization that the caller''s token names, or else the default one.';

create table public.locations (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  name text not null check (btrim(name) <> ''),
  code text not null check (code ~ '^[A-Z0-9][A-Z0-9-]{0,15}$'),
  kind text not null default 'combined' check (kind in ('coffee_shop', 'yoga_studio', 'combined')),
  time_zone text not null default 'UTC',
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  prices_include_tax boolean not null default false,
  business_day_start time not null default '00:00',
  accepts_orders boolean not null default true,
  address jsonb not null default '{}' check (jsonb_typeof(address) = 'object'),
  phone text,
  email text,
  booking_opens_days integer not null default 30 check (booking_opens_days between 0 and 366),
  cancellation_window_minutes integer not null default 720 check (cancellation_window_minutes >= 0),
  late_cancel_forfeits_credit boolean not null default true,
  waitlist_close_minutes integer not null default 60 check (waitlist_close_minutes >= 0),
  default_waitlist_capacity integer not null default 10 check (default_waitlist_capacity >= 0),
  require_payment_to_book boolean not null default false,
  is_default boolean not null default false,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (organization_id, id),
  unique (organization_id, code),
  -- Immutable for PostgreSQL, and it knows every IANA name: an unknown zone fails here, not in next spring's timetable.
  constraint locations_time_zone_known check (timestamp '2000-01-01' at time zone time_zone is not null)
);
comment on table public.locations is
  'The shops and studios of an organization. What staff see and do is of their location.';
create unique index locations_one_default on public.locations (is_default) where is_default;

create function private.default_location_id() returns uuid
language sql stable security definer set search_path = '' as $$
  select coalesce(
    nullif(auth.jwt() -> 'app_metadata' ->> 'location_id', '')::uuid,
    (select l.id from public.locations l where l.is_default)
  )
$$;
comment on function private.default_location_id() is
  'The location that the caller''s token names, or else the default one.';

create table public.user_roles (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('admin', 'staff', 'barista', 'instructor')),
  organization_id uuid not null default private.default_organization_id()
    references public.organizations (id) on delete cascade,
  location_id uuid, -- none: everywhere in the organization
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  foreign key (organization_id, location_id) references public.locations (organization_id, id) on delete cascade,
  constraint user_roles_once unique nulls not distinct (user_id, role, organization_id, location_id)
);
comment on table public.user_roles is 'Which signed-in user works where, and as what.';

select private.stamp_tables('organizations', 'locations', 'user_roles');

-- Where everything lands that names no tenant, so that a business with one shop need not think of any of this.
insert into public.organizations (id, name, slug, is_default)
values ('00000000-0000-4000-8000-000000000001', 'Default organization', 'default', true);
insert into public.locations (id, organization_id, name, code, is_default)
values (
  '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000001', 'Default location', 'MAIN', true
);

-- Indexes of tables that are new are built at once: nobody waits for an empty table.
create index idx_organizations_created_by on public.organizations (created_by);
create index idx_organizations_updated_by on public.organizations (updated_by);
create index idx_locations_created_by on public.locations (created_by);
create index idx_locations_updated_by on public.locations (updated_by);
create index idx_user_roles_organization_location on public.user_roles (organization_id, location_id);

alter table public.organizations enable row level security;
alter table public.locations enable row level security;
alter table public.user_roles enable row level security;
revoke all on public.organizations, public.locations, public.user_roles from anon, authenticated, service_role;
grant select, insert, update, delete on public.organizations, public.locations, public.user_roles to service_role;

----------------------------------------------------------------------------------------------------- who is asking
-- Whom policies do not bind may do what functions would refuse to others: service_role, and whoever owns the schema.
-- SET ROLE is what counts, also inside a function that runs as its owner; a token's claims do not.
create function private.is_trusted_caller() returns boolean
language sql stable set search_path = '' as $$
  select r.rolbypassrls or r.rolsuper
  from pg_catalog.pg_roles r
  where r.rolname = coalesce(nullif(current_setting('role', true), 'none'), session_user)
$$;
comment on function private.is_trusted_caller() is 'Whether the statement comes from a role that policies do not bind.';

-- As arrays, so that a policy can say = any ((select …)::uuid[]): asked once for a statement, and an index answers it.
create function private.role_locations(variadic roles text[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct l.id), '{}')
  from public.user_roles r
  join public.locations l on l.organization_id = r.organization_id and l.id = coalesce(r.location_id, l.id)
  where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
$$;
comment on function private.role_locations(text[]) is 'The locations where the caller has one of these roles.';

create function private.role_orgs(variadic roles text[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct r.organization_id), '{}')
  from public.user_roles r
  where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
$$;
comment on function private.role_orgs(text[]) is
  'The organizations where the caller has one of these roles, anywhere in them.';

create function private.admin_orgs() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct r.organization_id), '{}')
  from public.user_roles r
  where r.user_id = (select auth.uid()) and r.is_active and r.role = 'admin' and r.location_id is null
$$;
comment on function private.admin_orgs() is 'The organizations that the caller runs, all locations included.';

create function private.has_location_role(location uuid, variadic roles text[]) returns boolean
language sql stable set search_path = '' as $$
  select location = any (private.role_locations(variadic roles))
$$;
comment on function private.has_location_role(uuid, text[]) is
  'Whether the caller has one of these roles at this location.';

create function private.has_org_role(organization uuid, variadic roles text[]) returns boolean
language sql stable set search_path = '' as $$
  select organization = any (private.role_orgs(variadic roles))
$$;
comment on function private.has_org_role(uuid, text[]) is
  'Whether the caller has one of these roles in this organization.';

-- A policy cannot compare the row before with the row after. This trigger refuses the change of some columns to callers
-- of the API who lack a role where the row belongs: guard_columns('location_id', 'admin,staff', 'column', …). It runs
-- as the caller, so that what our functions do in the caller's name passes. Triggers fire in the order of their names:
-- a_guard_ comes before those that fill columns in.
create function private.guard_columns() returns trigger
language plpgsql set search_path = '' as $$
declare
  before jsonb := to_jsonb(old);
  after jsonb := to_jsonb(new);
  place uuid := (before ->> tg_argv[0])::uuid;
  roles text[] := string_to_array(tg_argv[1], ',');
begin
  if current_user not in ('anon', 'authenticated') or before = after
    or (tg_argv[0] = 'location_id' and private.has_location_role(place, variadic roles))
    or (tg_argv[0] <> 'location_id' and private.has_org_role(place, variadic roles))
  then
    return new;
  end if;
  for guarded in 2 .. tg_nargs - 1 loop
    if after -> tg_argv[guarded] is distinct from before -> tg_argv[guarded] then
      raise exception 'only % may change % of %', tg_argv[1], tg_argv[guarded], tg_table_name
        using errcode = 'insufficient_privilege', table = tg_table_name, column = tg_argv[guarded];
    end if;
  end loop;
  return new;
end
$$;
comment on function private.guard_columns() is 'Trigger: columns that only some roles may change.';

-- Foreign keys do not know tenants. A row belongs to the organization that it names, or to that of what it hangs on.
create function private.organization_of(thing jsonb) returns uuid
language plpgsql stable security definer set search_path = '' as $$
declare
  parent record;
  above jsonb;
begin
  if thing ->> 'organization_id' is not null then
    return (thing ->> 'organization_id')::uuid;
  end if;
  for parent in
    select p.name, thing ->> p.reference as id
    from (values
      ('locations', 'location_id'), ('products', 'product_id'), ('modifier_groups', 'modifier_group_id'),
      ('loyalty_programs', 'loyalty_program_id'), ('members', 'member_id'), ('instructors', 'instructor_id'),
      ('class_series', 'class_series_id')
    ) as p (name, reference)
    where thing ->> p.reference is not null
    limit 1
  loop
    execute format('select to_jsonb(t) from public.%I t where t.id = $1', parent.name) into above using parent.id::uuid;
    return private.organization_of(above);
  end loop;
  return null;
end
$$;
comment on function private.organization_of(jsonb) is
  'The organization of a row: its own, or its location''s, product''s, member''s ….';

-- assert_same_organization('product_id:products', 'location_id:locations', …): all of them, and the row itself, belong
-- to one organization. A row that is not there is the foreign key's to refuse.
create function private.assert_same_organization() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  thing jsonb := to_jsonb(new);
  ours uuid := (thing ->> 'organization_id')::uuid;
  theirs uuid;
  reference text;
  above jsonb;
begin
  foreach reference in array tg_argv loop
    if thing ->> split_part(reference, ':', 1) is not null then
      execute format('select to_jsonb(t) from public.%I t where t.id = $1', split_part(reference, ':', 2))
        into above using (thing ->> split_part(reference, ':', 1))::uuid;
      theirs := private.organization_of(above);
      ours := coalesce(ours, theirs);
      if theirs <> ours then
        raise exception '% of % belongs to another organization', split_part(reference, ':', 1), tg_table_name
          using errcode = 'foreign_key_violation', table = tg_table_name, constraint = 'same_organization';
      end if;
    end if;
  end loop;
  return new;
end
$$;
comment on function private.assert_same_organization() is 'Trigger: what a row refers to belongs to one organization.';

-- PostgreSQL lets everybody call a new function: those of this schema are called by triggers, by our functions, and
-- by the policies and column defaults of signed-in users.
revoke all on all functions in schema private from public;
grant execute on function
  private.default_organization_id(), private.default_location_id(), private.is_trusted_caller(),
  private.role_locations(text[]), private.role_orgs(text[]), private.admin_orgs(),
  private.has_location_role(uuid, text[]), private.has_org_role(uuid, text[])
  to authenticated, service_role;
