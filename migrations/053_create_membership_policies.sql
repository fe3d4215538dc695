-- Opens what belongs to members: packages, credits and history to read, goals and feedback to write.

-- The members whose home is where the caller works.
create function private.staff_member_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(m.id), '{}')
  from public.members m
  where m.home_location_id = any (private.role_locations('admin', 'staff'))
$$;
comment on function private.staff_member_ids() is 'The members whose home is where the caller works.';

create function private.goal_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(g.id), '{}') from public.member_goals g where g.member_id = any (private.member_ids())
$$;
comment on function private.goal_ids() is 'The goals of the caller.';

create function private.attended_booking_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(b.id), '{}')
  from public.bookings b
  where b.member_id = any (private.member_ids()) and b.status = 'attended'
$$;
comment on function private.attended_booking_ids() is 'The bookings with which the caller came to a class.';

revoke all on function private.staff_member_ids(), private.goal_ids(), private.attended_booking_ids() from public;
grant execute on function private.staff_member_ids(), private.goal_ids(), private.attended_booking_ids()
  to authenticated;

------------------------------------------------------------------------------- written by functions and triggers
grant select on
  public.member_packages, public.member_package_freezes, public.class_credit_transactions, public.booking_events
  to authenticated;

create policy "Members and staff can read packages" on public.member_packages
  for select to authenticated
  using (
    member_id = any ((select private.member_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Members and staff can read freezes" on public.member_package_freezes
  for select to authenticated
  using (exists (select from public.member_packages p where p.id = member_package_id));
create policy "Members and staff can read credits" on public.class_credit_transactions
  for select to authenticated
  using (
    member_id = any ((select private.member_ids())::uuid[])
    or member_id = any ((select private.staff_member_ids())::uuid[])
  );
create policy "Whoever sees a booking can read its history" on public.booking_events
  for select to authenticated
  using (
    location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
    or exists (select from public.bookings b where b.id = booking_id)
  );

---------------------------------------------------------------------------------------------- written by members
grant
  select, delete,
  insert (member_id, goal_type, title, target_value, unit, class_type_id, starts_on, ends_on, status),
  update (goal_type, title, target_value, unit, class_type_id, starts_on, ends_on, status, is_active)
  on public.member_goals to authenticated;
grant select, delete, insert (member_goal_id, entry_date, value, note), update (entry_date, value, note)
  on public.member_goal_entries to authenticated;
grant select, insert (booking_id, rating, comment), update (rating, comment) on public.class_feedback to authenticated;

create policy "Members and staff can read goals" on public.member_goals
  for select to authenticated
  using (
    member_id = any ((select private.member_ids())::uuid[])
    or member_id = any ((select private.staff_member_ids())::uuid[])
  );
create policy "Members can add own goals" on public.member_goals
  for insert to authenticated with check (member_id = any ((select private.member_ids())::uuid[]));
create policy "Members can update own goals" on public.member_goals
  for update to authenticated
  using (member_id = any ((select private.member_ids())::uuid[]))
  with check (member_id = any ((select private.member_ids())::uuid[]));
create policy "Members can delete own goals" on public.member_goals
  for delete to authenticated using (member_id = any ((select private.member_ids())::uuid[]));

create policy "Members can read own entries" on public.member_goal_entries
  for select to authenticated using (member_goal_id = any ((select private.goal_ids())::uuid[]));
create policy "Members can add own entries" on public.member_goal_entries
  for insert to authenticated with check (member_goal_id = any ((select private.goal_ids())::uuid[]));
create policy "Members can update own entries" on public.member_goal_entries
  for update to authenticated
  using (member_goal_id = any ((select private.goal_ids())::uuid[]))
  with check (member_goal_id = any ((select private.goal_ids())::uuid[]));
create policy "Members can delete own entries" on public.member_goal_entries
  for delete to authenticated using (member_goal_id = any ((select private.goal_ids())::uuid[]));

create policy "Whoever sees a booking can read its feedback" on public.class_feedback
  for select to authenticated
  using (exists (select from public.bookings b where b.id = booking_id));
create policy "Members can rate classes that they came to" on public.class_feedback
  for insert to authenticated with check (booking_id = any ((select private.attended_booking_ids())::uuid[]));
create policy "Members can change own rating" on public.class_feedback
  for update to authenticated
  using (booking_id = any ((select private.attended_booking_ids())::uuid[]))
  with check (booking_id = any ((select private.attended_booking_ids())::uuid[]));
