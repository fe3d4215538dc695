-- Undoes 051.
drop table public.class_feedback;
drop table public.member_goal_entries;
drop table public.member_goals;
drop function private.stamp_goal();
