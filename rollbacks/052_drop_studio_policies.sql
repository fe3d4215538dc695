-- Undoes 052: the tables are closed again.
revoke all on
  public.substitute_requests,
  public.location_closures,
  public.class_series_exceptions,
  public.class_series,
  public.instructor_time_off,
  public.instructor_availability,
  public.instructor_class_types,
  public.rooms
  from anon, authenticated;
revoke insert (room_id, waitlist_capacity), update (room_id, waitlist_capacity) on public.class_schedules
  from authenticated;

drop policy "Instructors and staff can read substitute requests" on public.substitute_requests;
drop policy "Staff can delete closures" on public.location_closures;
drop policy "Staff can update closures" on public.location_closures;
drop policy "Staff can add closures" on public.location_closures;
drop policy "Signed-in users can read closures" on public.location_closures;
drop policy "Public can read closures" on public.location_closures;
drop policy "Staff can delete exceptions" on public.class_series_exceptions;
drop policy "Staff can update exceptions" on public.class_series_exceptions;
drop policy "Staff can add exceptions" on public.class_series_exceptions;
drop policy "Instructors and staff can read exceptions" on public.class_series_exceptions;
drop policy "Staff can delete series" on public.class_series;
drop policy "Staff can update series" on public.class_series;
drop policy "Staff can add series" on public.class_series;
drop policy "Instructors and staff can read series" on public.class_series;
drop policy "Staff can decide on time off" on public.instructor_time_off;
drop policy "Instructors can ask for time off" on public.instructor_time_off;
drop policy "Instructors and staff can read time off" on public.instructor_time_off;
drop policy "Instructors and staff can delete availability" on public.instructor_availability;
drop policy "Instructors and staff can update availability" on public.instructor_availability;
drop policy "Instructors and staff can add availability" on public.instructor_availability;
drop policy "Instructors and staff can read availability" on public.instructor_availability;
drop policy "Staff can delete trainings" on public.instructor_class_types;
drop policy "Staff can update trainings" on public.instructor_class_types;
drop policy "Staff can add trainings" on public.instructor_class_types;
drop policy "Instructors and staff can read trainings" on public.instructor_class_types;
drop policy "Staff can delete rooms" on public.rooms;
drop policy "Staff can update rooms" on public.rooms;
drop policy "Staff can add rooms" on public.rooms;
drop policy "Signed-in users can read rooms" on public.rooms;
drop policy "Public can read active rooms" on public.rooms;

drop function private.instructor_locations();
drop function private.series_ids(boolean);
drop function private.staff_instructor_ids();
