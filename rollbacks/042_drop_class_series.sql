-- Undoes 042. Classes that were generated stay on the timetable, each by itself.
alter table public.class_schedules
  drop column cancellation_reason,
  drop column cancelled_at,
  drop column waitlist_capacity,
  drop column occurrence_date,
  drop column class_series_id;
drop table public.location_closures;
drop table public.class_series_exceptions;
drop table public.class_series;
drop function private.rrule_dates(text, date, date, date);
drop function private.read_rrule(text);
