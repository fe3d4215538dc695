-- migrate: no-transaction
-- For tables that may be large: the timetable of a place, who teaches when, what is to be ended, who came when. Built
-- beside running traffic, one by one; what is there already is left as it is.
create index concurrently if not exists idx_class_schedules_location_date
  on public.class_schedules (location_id, scheduled_date, start_time);
create index concurrently if not exists idx_class_schedules_location_week
  on public.class_schedules (location_id, (date_trunc('week', scheduled_date::timestamp)::date));
create index concurrently if not exists idx_class_schedules_effective_instructor
  on public.class_schedules (effective_instructor_id, starts_at);
create index concurrently if not exists idx_class_schedules_unfinished
  on public.class_schedules (ends_at) where status = 'scheduled';
create index concurrently if not exists idx_bookings_location_created
  on public.bookings (location_id, created_at desc);
create index concurrently if not exists idx_bookings_member_created
  on public.bookings (member_id, created_at desc);
create index concurrently if not exists idx_bookings_attended
  on public.bookings (member_id, checked_in_at) where status = 'attended';
create index concurrently if not exists idx_bookings_missed
  on public.bookings (member_id, class_schedule_id) where status = 'no_show' or is_late_cancel;
