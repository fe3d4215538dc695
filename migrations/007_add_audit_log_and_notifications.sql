-- What was done to rows that matter, and what people should hear of.

create table public.audit_log (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity,
  organization_id uuid, -- no foreign key: the log outlives what it is about
  table_name text not null,
  row_id uuid,
  action text not null check (action in ('INSERT', 'UPDATE', 'DELETE')),
  changed jsonb not null,
  actor_role text not null,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null
);
comment on table public.audit_log is 'Who changed prices, roles and money, and how: append-only, written by triggers.';
create index idx_audit_log_row on public.audit_log (table_name, row_id, seq desc);
create index idx_audit_log_organization on public.audit_log (organization_id, seq desc);
create index idx_audit_log_created_by on public.audit_log (created_by);
select private.seal_tables('audit_log');

create function private.audit_row() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  before jsonb := to_jsonb(old);
  after jsonb := to_jsonb(new);
  thing jsonb := coalesce(after, before);
  changed jsonb := thing;
  organization uuid;
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(a.key, jsonb_build_array(before -> a.key, a.value)) into changed
    from jsonb_each(after) a
    where a.value is distinct from before -> a.key and a.key not in ('updated_at', 'updated_by');
    if changed is null then
      return null;
    end if;
  end if;
  organization := case tg_table_name when 'organizations' then (thing ->> 'id')::uuid else private.organization_of(thing) end;
  insert into public.audit_log (organization_id, table_name, row_id, action, changed, actor_role)
  values (
    organization, tg_table_name, (thing ->> 'id')::uuid, tg_op, changed,
    coalesce(nullif(current_setting('role', true), 'none'), session_user)
  );
  return null;
end
$$;
comment on function private.audit_row() is
  'Trigger: writes the change of a row into the audit log, [before, after] for each column.';
revoke all on function private.audit_row() from public;

create trigger zz_audit_user_roles
  after insert or update or delete on public.user_roles
  for each row execute function private.audit_row();
create trigger zz_audit_organizations
  after update or delete on public.organizations
  for each row execute function private.audit_row();
create trigger zz_audit_locations
  after update or delete on public.locations
  for each row execute function private.audit_row();
create trigger zz_audit_products
  after update of base_price, is_active or delete on public.products
  for each row execute function private.audit_row();
create trigger zz_audit_membership_packages
  after insert or update or delete on public.membership_packages
  for each row execute function private.audit_row();

create table public.notifications (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id()
    references public.organizations (id) on delete cascade,
  location_id uuid references public.locations (id) on delete cascade,
  user_id uuid references auth.users (id) on delete cascade, -- none: whoever works at the location
  kind text not null,
  title text not null,
  body text,
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
  dedupe_key text unique,
  read_at timestamp with time zone,
  sent_at timestamp with time zone,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.notifications is
  'What somebody, or the staff of a location, should hear of. A server sends those that have no sent_at.';
create index idx_notifications_user on public.notifications (user_id, created_at desc);
create index idx_notifications_location on public.notifications (location_id, created_at desc);
create index idx_notifications_organization on public.notifications (organization_id);
create index idx_notifications_unsent on public.notifications (created_at) where sent_at is null;
create index idx_notifications_created_by on public.notifications (created_by);
create index idx_notifications_updated_by on public.notifications (updated_by);
select private.stamp_tables('notifications');

alter table public.audit_log enable row level security;
alter table public.notifications enable row level security;
revoke all on public.audit_log, public.notifications from anon, authenticated, service_role;
revoke all on sequence public.audit_log_seq_seq from anon, authenticated, service_role;
grant select on public.audit_log to service_role;
grant select, insert, update, delete on public.notifications to service_role;
