-- migrate: no-transaction
create index concurrently if not exists idx_bookings_attended
  on public.bookings (member_id, checked_in_at) where status = 'attended';
drop index concurrently if exists public.idx_bookings_attended_since;
create index concurrently if not exists idx_class_schedules_location_week
  on public.class_schedules (location_id, (date_trunc('week', scheduled_date::timestamp)::date));
drop index concurrently if exists public.idx_class_schedules_location_week_start;
