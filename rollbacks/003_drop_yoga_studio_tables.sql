-- Undoes 003, the tables that refer to others first.
drop table public.membership_packages;
drop table public.bookings;
drop table public.members;
drop table public.class_schedules;
drop table public.class_types;
drop table public.instructors;
