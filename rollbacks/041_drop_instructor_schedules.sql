-- Undoes 041.
drop trigger zz_check_class_instructor on public.class_schedules;
drop table public.instructor_time_off;
drop table public.instructor_availability;
drop table public.instructor_class_types;
drop function private.check_time_off();
drop function private.check_class_instructor();
drop function private.instructor_may_take(uuid, public.class_schedules);
