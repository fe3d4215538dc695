-- migrate: no-transaction
-- Undoes 054, last first, as gently as they were built.
drop index concurrently if exists public.idx_bookings_missed;
drop index concurrently if exists public.idx_bookings_attended;
drop index concurrently if exists public.idx_bookings_member_created;
drop index concurrently if exists public.idx_bookings_location_created;
drop index concurrently if exists public.idx_class_schedules_unfinished;
drop index concurrently if exists public.idx_class_schedules_effective_instructor;
drop index concurrently if exists public.idx_class_schedules_location_week;
drop index concurrently if exists public.idx_class_schedules_location_date;
