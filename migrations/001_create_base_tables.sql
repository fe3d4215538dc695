-- What both verticals stand on: the schema for helpers, the updated_at habit, and who may do what.
-- A table is closed in the migration that makes it (RLS on, nothing granted to the API roles); 004 opens it row by row.

-- Not exposed through the API: functions here can run with their owner's rights and still not be called from outside.
create schema private;
comment on schema private is 'Helpers of policies and triggers; not exposed through the API.';
grant usage on schema private to authenticated, service_role;

create function public.update_updated_at_column() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := now();
  return new;
end
$$;
comment on function public.update_updated_at_column() is 'Trigger: stamps updated_at.';
revoke all on function public.update_updated_at_column() from public, anon, authenticated, service_role;

create table public.user_roles (
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null check (role in ('admin', 'staff', 'barista')),
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  primary key (user_id, role)
);
comment on table public.user_roles is 'Which signed-in user works here, and as what. Written with service_role only.';
alter table public.user_roles enable row level security;
revoke all on public.user_roles from anon, authenticated, service_role;
grant select, insert, update, delete on public.user_roles to service_role;

create trigger update_user_roles_updated_at
  before update on public.user_roles
  for each row execute function public.update_updated_at_column();

-- Runs as its owner: a policy that read user_roles under RLS would need a policy on user_roles that reads user_roles.
-- It answers for the caller only, so knowing its name helps nobody.
create function private.has_role(variadic roles text[]) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select
    from public.user_roles r
    where r.user_id = (select auth.uid()) and r.role = any (roles) and r.is_active
  )
$$;
comment on function private.has_role(text[]) is 'Whether the caller has one of these roles.';
revoke all on function private.has_role(text[]) from public;
grant execute on function private.has_role(text[]) to authenticated, service_role;
