-- The helpers that policies and triggers ask, in a language that keeps their plans. A function in SQL that runs as its owner
-- is parsed and planned again whenever it is called, which costs ten times what it does; a view that reads six tables
-- under policies paid it twenty times. What they say is what they said.

create or replace function private.is_trusted_caller() returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return (
    select r.rolbypassrls or r.rolsuper
    from pg_catalog.pg_roles r
    where r.rolname = coalesce(nullif(current_setting('role', true), 'none'), session_user)
  );
end
$$;

create or replace function private.role_locations(variadic roles text[]) returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(distinct l.id), '{}')
    from public.user_roles r
    join public.locations l on l.organization_id = r.organization_id and l.id = coalesce(r.location_id, l.id)
    where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
  );
end
$$;

create or replace function private.role_orgs(variadic roles text[]) returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(distinct r.organization_id), '{}')
    from public.user_roles r
    where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
  );
end
$$;

create or replace function private.admin_orgs() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(distinct r.organization_id), '{}')
    from public.user_roles r
    where r.user_id = (select auth.uid()) and r.is_active and r.role = 'admin' and r.location_id is null
  );
end
$$;

create or replace function private.has_location_role(location uuid, variadic roles text[]) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return location = any (private.role_locations(variadic roles));
end
$$;

create or replace function private.has_org_role(organization uuid, variadic roles text[]) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return organization = any (private.role_orgs(variadic roles));
end
$$;

create or replace function private.customer_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(c.id), '{}') from public.customers c where c.user_id = (select auth.uid()) and c.is_active
  );
end
$$;

create or replace function private.member_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select coalesce(array_agg(m.id), '{}') from public.members m where m.user_id = (select auth.uid()));
end
$$;

create or replace function private.instructor_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(i.id), '{}')
    from public.instructors i
    where i.user_id = (select auth.uid()) and i.is_active
  );
end
$$;

create or replace function private.taught_class_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(s.id), '{}')
    from public.instructors i
    join public.class_schedules s on i.id in (s.instructor_id, s.substitute_instructor_id)
    where i.user_id = (select auth.uid()) and i.is_active
  );
end
$$;

create or replace function private.booked_class_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(b.class_schedule_id), '{}')
    from public.members m
    join public.bookings b on b.member_id = m.id
    where m.user_id = (select auth.uid())
  );
end
$$;

create or replace function private.order_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(o.id), '{}')
    from public.customers c
    join public.orders o on o.customer_id = c.id
    where c.user_id = (select auth.uid())
  );
end
$$;

create or replace function private.staff_instructor_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(i.id), '{}')
    from public.instructors i
    where i.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
  );
end
$$;

create or replace function private.series_ids(to_change boolean) returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(s.id), '{}')
    from public.class_series s
    where s.location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
      or (not to_change and s.instructor_id = any ((select private.instructor_ids())::uuid[]))
  );
end
$$;

create or replace function private.instructor_locations() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(distinct l.id), '{}')
    from public.instructors i
    join public.locations l on l.organization_id = i.organization_id
    where i.user_id = (select auth.uid()) and i.is_active
  );
end
$$;

create or replace function private.staff_member_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(m.id), '{}')
    from public.members m
    where m.home_location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
end
$$;

create or replace function private.goal_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(g.id), '{}') from public.member_goals g where g.member_id = any ((select private.member_ids())::uuid[])
  );
end
$$;

create or replace function private.attended_booking_ids() returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(b.id), '{}')
    from public.bookings b
    where b.member_id = any ((select private.member_ids())::uuid[]) and b.status = 'attended'
  );
end
$$;
