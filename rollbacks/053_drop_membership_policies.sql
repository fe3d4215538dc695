-- Undoes 053: the tables are closed again.
revoke all on
  public.class_feedback,
  public.member_goal_entries,
  public.member_goals,
  public.booking_events,
  public.class_credit_transactions,
  public.member_package_freezes,
  public.member_packages
  from anon, authenticated;

drop policy "Members can change own rating" on public.class_feedback;
drop policy "Members can rate classes that they came to" on public.class_feedback;
drop policy "Whoever sees a booking can read its feedback" on public.class_feedback;
drop policy "Members can delete own entries" on public.member_goal_entries;
drop policy "Members can update own entries" on public.member_goal_entries;
drop policy "Members can add own entries" on public.member_goal_entries;
drop policy "Members can read own entries" on public.member_goal_entries;
drop policy "Members can delete own goals" on public.member_goals;
drop policy "Members can update own goals" on public.member_goals;
drop policy "Members can add own goals" on public.member_goals;
drop policy "Members and staff can read goals" on public.member_goals;
drop policy "Whoever sees a booking can read its history" on public.booking_events;
drop policy "Members and staff can read credits" on public.class_credit_transactions;
drop policy "Members and staff can read freezes" on public.member_package_freezes;
drop policy "Members and staff can read packages" on public.member_packages;

drop function private.attended_booking_ids();
drop function private.goal_ids();
drop function private.staff_member_ids();
