-- The helpers of policies and triggers, in SQL again.

create or replace function private.is_trusted_caller() returns boolean
language sql stable set search_path = '' as $$
  select r.rolbypassrls or r.rolsuper
  from pg_catalog.pg_roles r
  where r.rolname = coalesce(nullif(current_setting('role', true), 'none'), session_user)
$$;

create or replace function private.role_locations(variadic roles text[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct l.id), '{}')
  from public.user_roles r
  join public.locations l on l.organization_id = r.organization_id and l.id = coalesce(r.location_id, l.id)
  where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
$$;

create or replace function private.role_orgs(variadic roles text[]) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct r.organization_id), '{}')
  from public.user_roles r
  where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
$$;

create or replace function private.admin_orgs() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct r.organization_id), '{}')
  from public.user_roles r
  where r.user_id = (select auth.uid()) and r.is_active and r.role = 'admin' and r.location_id is null
$$;

create or replace function private.has_location_role(location uuid, variadic roles text[]) returns boolean
language sql stable set search_path = '' as $$
  select location = any (private.role_locations(variadic roles))
$$;

create or replace function private.has_org_role(organization uuid, variadic roles text[]) returns boolean
language sql stable set search_path = '' as $$
  select organization = any (private.role_orgs(variadic roles))
$$;

create or replace function private.customer_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(c.id), '{}') from public.customers c where c.user_id = (select auth.uid()) and c.is_active
$$;

create or replace function private.member_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(m.id), '{}') from public.members m where m.user_id = (select auth.uid())
$$;

create or replace function private.instructor_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(i.id), '{}')
  from public.instructors i
  where i.user_id = (select auth.uid()) and i.is_active
$$;

create or replace function private.taught_class_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(s.id), '{}')
  from public.instructors i
  join public.class_schedules s on i.id in (s.instructor_id, s.substitute_instructor_id)
  where i.user_id = (select auth.uid()) and i.is_active
$$;

create or replace function private.booked_class_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(b.class_schedule_id), '{}')
  from public.members m
  join public.bookings b on b.member_id = m.id
  where m.user_id = (select auth.uid())
$$;

create or replace function private.order_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(o.id), '{}')
  from public.customers c
  join public.orders o on o.customer_id = c.id
  where c.user_id = (select auth.uid())
$$;

create or replace function private.staff_instructor_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(i.id), '{}')
  from public.instructors i
  where i.organization_id = any (private.role_orgs('admin', 'staff'))
$$;

create or replace function private.series_ids(to_change boolean) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(s.id), '{}')
  from public.class_series s
  where s.location_id = any (private.role_locations('admin', 'staff'))
    or (not to_change and s.instructor_id = any (private.instructor_ids()))
$$;

create or replace function private.instructor_locations() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct l.id), '{}')
  from public.instructors i
  join public.locations l on l.organization_id = i.organization_id
  where i.user_id = (select auth.uid()) and i.is_active
$$;

create or replace function private.staff_member_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(m.id), '{}')
  from public.members m
  where m.home_location_id = any (private.role_locations('admin', 'staff'))
$$;

create or replace function private.goal_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(g.id), '{}') from public.member_goals g where g.member_id = any (private.member_ids())
$$;

create or replace function private.attended_booking_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(b.id), '{}')
  from public.bookings b
  where b.member_id = any (private.member_ids()) and b.status = 'attended'
$$;
