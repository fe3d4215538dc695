-- Undoes 003, the tables that refer to others first.
drop table public.membership_packages;
drop table public.bookings;
drop table public.members;
drop table public.class_schedules;
drop type private.text_range;
drop type private.uuid_range;
drop table public.class_types;
drop table public.instructors;
