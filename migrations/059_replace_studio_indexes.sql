-- migrate: no-transaction
-- Beside running traffic, one by one, as in 054; what is there already is left as it is.

-- The weeks of a place: in place of the index on an expression, which no policy lets through.
create index concurrently if not exists idx_class_schedules_location_week_start
  on public.class_schedules (location_id, week_start);
drop index concurrently if exists public.idx_class_schedules_location_week;

-- How often a member came since some day, without a look at the booking itself.
create index concurrently if not exists idx_bookings_attended_since
  on public.bookings (member_id, checked_in_at) include (class_schedule_id, location_id) where status = 'attended';
drop index concurrently if exists public.idx_bookings_attended;
