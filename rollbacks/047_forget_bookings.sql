-- Undoes 047: bookings are no longer checked, and nobody is promoted.
drop trigger follow_class on public.class_schedules;
drop trigger stamp_class_end on public.class_schedules;
drop trigger booking_settle_trigger on public.bookings;
drop trigger check_booking on public.bookings;
drop function private.follow_class();
drop function private.stamp_class_end();
drop function private.settle_booking();
drop function private.weekly_streak(uuid, uuid, date);
drop function private.promote_waitlist(uuid);
drop function private.check_booking();
drop function private.leave_class(public.bookings, public.class_schedules, public.locations, boolean);
drop function private.enter_class(public.bookings, public.class_schedules, public.locations, boolean);
drop function private.pay_for_seat(public.bookings, public.class_schedules, boolean);
drop function private.lock_classes(uuid[]);
