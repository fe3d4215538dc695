-- What the chain of studios is before anything happens: its name, its places, what is taught and sold, who signs in.
-- Triggers are off; it may run again.

insert into public.organizations (id, name, slug)
values (md5('volume yoga organization')::uuid, 'Riverbend Yoga, the chain', 'riverbend-yoga-chain')
on conflict (id) do nothing;

insert into public.locations (
  id, organization_id, name, code, kind, time_zone, accepts_orders, phone, email, booking_opens_days,
  cancellation_window_minutes, late_cancel_forfeits_credit, waitlist_close_minutes, default_waitlist_capacity
)
select
  md5('volume yoga location ' || k)::uuid, md5('volume yoga organization')::uuid, 'Riverbend Yoga no. ' || k,
  'YOGA-' || k, 'yoga_studio', 'America/New_York', false, '+1 555 ' || lpad((3000000 + k)::text, 7, '0'),
  'studio' || k || '@chain.yoga.example', 14, 720, true, 60, 6
from generate_series(1, {locations}) k
on conflict (id) do nothing;

insert into public.class_types (
  id, organization_id, name, description, duration, difficulty_level, max_participants, price, equipment_needed
)
select
  md5('volume yoga class type ' || t.label)::uuid, md5('volume yoga organization')::uuid, t.name, t.about, t.minutes,
  t.level, t.seats, t.cents / 100.0, array['mat']
from (values
  {class_types}
) as t (label, name, about, minutes, level, seats, cents)
on conflict (id) do nothing;

insert into public.membership_packages (
  id, organization_id, name, description, price, billing_cycle, classes_included, validity_days, auto_renew, can_freeze,
  max_freeze_days, tier
)
select
  md5('volume yoga package ' || p.label)::uuid, md5('volume yoga organization')::uuid, p.name, p.about, p.cents / 100.0,
  p.cycle, p.classes::integer, p.days::integer, p.renews, p.rest_days > 0, p.rest_days, p.tier
from (values
  {packages}
) as p (label, name, about, cents, cycle, classes, days, renews, rest_days, tier)
on conflict (id) do nothing;

-- Who signs in, with the password "counterpose". The auth service reads its tokens as texts, never as NULL.
insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
  email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select
  '00000000-0000-0000-0000-000000000000', md5('volume yoga user ' || who)::uuid, 'authenticated', 'authenticated',
  who || '@chain.yoga.example', '$2a$10$l7mW8hrQeyHMY6geaSlGduagGDr8yCUYYcaceBG3re05uz7RasdMW', {today}::date, '', '', '', '',
  '{"provider": "email", "providers": ["email"]}'::jsonb, '{}'::jsonb, {today}::date, {today}::date
from unnest(array['admin', 'staff', 'instructor', 'member']) who
on conflict (id) do nothing;

-- Only a real project has this one.
do $$
begin
  if to_regclass('auth.identities') is not null then
    insert into auth.identities (provider_id, user_id, identity_data, provider, created_at, updated_at)
    select u.id, u.id, jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true), 'email', u.created_at,
           u.created_at
    from auth.users u
    where u.email like '%@chain.yoga.example'
    on conflict (provider_id, provider) do nothing;
  end if;
end
$$;

insert into public.user_roles (id, user_id, role, organization_id, location_id)
select
  md5('volume yoga role ' || r.role)::uuid, md5('volume yoga user ' || r.role)::uuid, r.role,
  md5('volume yoga organization')::uuid, case when r.here then md5('volume yoga location 1')::uuid end
from (values ('admin', false), ('staff', true), ('instructor', true)) as r (role, here)
on conflict (id) do nothing;
