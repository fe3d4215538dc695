-- Undoes 055.
drop view public.membership_revenue_monthly;
drop view public.member_retention_monthly;
drop view public.member_goal_progress;
drop view public.member_engagement;
drop view public.instructor_load;
drop view public.class_utilization;
drop view public.class_waitlist;
drop view public.my_bookings;
drop view public.available_classes;
revoke execute on function private.weekly_streak(uuid, uuid, date) from authenticated, service_role;
drop function private.waitlist_position(uuid, bigint);
