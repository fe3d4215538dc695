-- Undoes 048.
drop function public.instructor_private_details(uuid);
drop function public.complete_class(uuid);
drop function public.cancel_class(uuid, text);
drop function public.class_roster(uuid);
drop function public.set_attendance(uuid, text);
drop function private.instructor_private_details(uuid);
drop function private.complete_finished_classes(integer);
drop function private.complete_class(uuid);
drop function private.cancel_class(uuid, text);
drop function private.class_roster(uuid);
drop function private.set_attendance(uuid, text);
drop function public.cancel_booking(uuid, text);
drop function public.book_class(uuid, uuid, boolean, text);
