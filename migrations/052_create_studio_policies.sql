-- Opens the tables of the timetable. As in 004: one policy for each table, role and command.

-- The instructors of the organizations where the caller has one of these roles.
create function private.staff_instructor_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(i.id), '{}')
  from public.instructors i
  where i.organization_id = any (private.role_orgs('admin', 'staff'))
$$;
comment on function private.staff_instructor_ids() is 'The instructors of the organizations that the caller works for.';

-- The series of the locations where the caller works, and those that the caller teaches.
create function private.series_ids(to_change boolean) returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(s.id), '{}')
  from public.class_series s
  where s.location_id = any (private.role_locations('admin', 'staff'))
    or (not to_change and s.instructor_id = any (private.instructor_ids()))
$$;
comment on function private.series_ids(boolean) is 'The series that the caller may read, or change.';

-- Instructors hear of every class of their organization that wants a substitute.
create function private.instructor_locations() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(distinct l.id), '{}')
  from public.instructors i
  join public.locations l on l.organization_id = i.organization_id
  where i.user_id = (select auth.uid()) and i.is_active
$$;
comment on function private.instructor_locations() is 'The locations of the organizations that the caller teaches for.';

revoke all on function
  private.staff_instructor_ids(), private.series_ids(boolean), private.instructor_locations()
  from public;
grant execute on function
  private.staff_instructor_ids(), private.series_ids(boolean), private.instructor_locations()
  to authenticated;

--------------------------------------------------------------------------------------------------------- rooms
grant select on public.rooms to anon, authenticated;
grant insert, update, delete on public.rooms to authenticated;
grant insert (room_id, waitlist_capacity), update (room_id, waitlist_capacity) on public.class_schedules
  to authenticated;
create policy "Public can read active rooms" on public.rooms
  for select to anon using (is_active);
create policy "Signed-in users can read rooms" on public.rooms
  for select to authenticated
  using (is_active or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can add rooms" on public.rooms
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can update rooms" on public.rooms
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can delete rooms" on public.rooms
  for delete to authenticated using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));

--------------------------------------------------------------------------------------------------- instructors
grant select, insert, update, delete on public.instructor_class_types, public.instructor_availability to authenticated;
grant select, insert (instructor_id, starts_at, ends_at, reason, status), update (starts_at, ends_at, reason, status)
  on public.instructor_time_off to authenticated;

create policy "Instructors and staff can read trainings" on public.instructor_class_types
  for select to authenticated
  using (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  );
create policy "Staff can add trainings" on public.instructor_class_types
  for insert to authenticated
  with check (instructor_id = any ((select private.staff_instructor_ids())::uuid[]));
create policy "Staff can update trainings" on public.instructor_class_types
  for update to authenticated
  using (instructor_id = any ((select private.staff_instructor_ids())::uuid[]))
  with check (instructor_id = any ((select private.staff_instructor_ids())::uuid[]));
create policy "Staff can delete trainings" on public.instructor_class_types
  for delete to authenticated using (instructor_id = any ((select private.staff_instructor_ids())::uuid[]));

create policy "Instructors and staff can read availability" on public.instructor_availability
  for select to authenticated
  using (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  );
create policy "Instructors and staff can add availability" on public.instructor_availability
  for insert to authenticated
  with check (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  );
create policy "Instructors and staff can update availability" on public.instructor_availability
  for update to authenticated
  using (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  )
  with check (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  );
create policy "Instructors and staff can delete availability" on public.instructor_availability
  for delete to authenticated
  using (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  );

-- An instructor asks, and may withdraw; staff decide, though not for themselves: who is both asks somebody else.
create policy "Instructors and staff can read time off" on public.instructor_time_off
  for select to authenticated
  using (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  );
create policy "Instructors can ask for time off" on public.instructor_time_off
  for insert to authenticated
  with check (
    case
      when instructor_id = any ((select private.instructor_ids())::uuid[]) then status = 'requested'
      else instructor_id = any ((select private.staff_instructor_ids())::uuid[])
    end
  );
create policy "Staff can decide on time off" on public.instructor_time_off
  for update to authenticated
  using (
    (instructor_id = any ((select private.instructor_ids())::uuid[]) and status = 'requested')
    or instructor_id = any ((select private.staff_instructor_ids())::uuid[])
  )
  with check (
    case
      when instructor_id = any ((select private.instructor_ids())::uuid[]) then status in ('requested', 'cancelled')
      else instructor_id = any ((select private.staff_instructor_ids())::uuid[])
    end
  );

-------------------------------------------------------------------------------------------------------- series
grant select, insert, update, delete on public.class_series, public.class_series_exceptions to authenticated;
grant select on public.location_closures to anon, authenticated;
grant insert, update, delete on public.location_closures to authenticated;
grant select on public.substitute_requests to authenticated;

create policy "Instructors and staff can read series" on public.class_series
  for select to authenticated
  using (
    instructor_id = any ((select private.instructor_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Staff can add series" on public.class_series
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can update series" on public.class_series
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can delete series" on public.class_series
  for delete to authenticated using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));

create policy "Instructors and staff can read exceptions" on public.class_series_exceptions
  for select to authenticated using (class_series_id = any ((select private.series_ids(to_change => false))::uuid[]));
create policy "Staff can add exceptions" on public.class_series_exceptions
  for insert to authenticated
  with check (class_series_id = any ((select private.series_ids(to_change => true))::uuid[]));
create policy "Staff can update exceptions" on public.class_series_exceptions
  for update to authenticated
  using (class_series_id = any ((select private.series_ids(to_change => true))::uuid[]))
  with check (class_series_id = any ((select private.series_ids(to_change => true))::uuid[]));
create policy "Staff can delete exceptions" on public.class_series_exceptions
  for delete to authenticated using (class_series_id = any ((select private.series_ids(to_change => true))::uuid[]));

create policy "Public can read closures" on public.location_closures
  for select to anon using (true);
create policy "Signed-in users can read closures" on public.location_closures
  for select to authenticated using (true);
create policy "Staff can add closures" on public.location_closures
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can update closures" on public.location_closures
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can delete closures" on public.location_closures
  for delete to authenticated using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));

create policy "Instructors and staff can read substitute requests" on public.substitute_requests
  for select to authenticated
  using (
    location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
    or location_id = any ((select private.instructor_locations())::uuid[])
  );
