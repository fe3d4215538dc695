-- Undoes 049. What was generated stays on the timetable.
drop function public.split_class_series(uuid, date, jsonb);
drop function public.generate_class_schedules(uuid, date, date);
drop trigger apply_closure on public.location_closures;
drop trigger queue_closure on public.location_closures;
drop trigger apply_series_exception on public.class_series_exceptions;
drop function private.apply_closure();
drop function private.queue_closure();
drop function private.apply_series_exception();
drop function private.split_class_series(uuid, date, jsonb);
drop function private.generate_class_schedules(uuid, date, date);
drop function private.series_for_staff(uuid);
