-- Who reads money, notifications and the log. All of it is written by functions and triggers.

create policy "Members can read own invoices" on public.invoices
  for select to authenticated
  using (
    member_id = any (array(select m.id from public.members m where m.user_id = (select auth.uid())))
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Payers can read own payments" on public.payments
  for select to authenticated
  using (
    customer_id = any (array(select c.id from public.customers c where c.user_id = (select auth.uid())))
    or member_id = any (array(select m.id from public.members m where m.user_id = (select auth.uid())))
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Payers can read own refunds" on public.refunds
  for select to authenticated
  using (
    customer_id = any (array(select c.id from public.customers c where c.user_id = (select auth.uid())))
    or member_id = any (array(select m.id from public.members m where m.user_id = (select auth.uid())))
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Admins can read the log" on public.audit_log
  for select to authenticated
  using (organization_id = any ((select private.admin_orgs())::uuid[]));
create policy "Users can read own notifications" on public.notifications
  for select to authenticated
  using (
    user_id = (select auth.uid())
    or (
      user_id is null
      and location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
    )
  );
create policy "Users can mark own notifications as read" on public.notifications
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

grant select on public.invoices, public.payments, public.refunds, public.audit_log, public.notifications to authenticated;
grant update (read_at) on public.notifications to authenticated;
