-- Admins connect till systems, staff look at the differences and approve a day. What arrives is written by functions.

create policy "Admins can read POS integrations" on public.pos_integrations
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Admins can add POS integrations" on public.pos_integrations
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin'))::uuid[]));
create policy "Admins can update POS integrations" on public.pos_integrations
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin'))::uuid[]));
create policy "Admins can delete POS integrations" on public.pos_integrations
  for delete to authenticated
  using (location_id = any ((select private.role_locations('admin'))::uuid[]));

create policy "Admins can read POS messages" on public.pos_webhook_events
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin'))::uuid[]));
create policy "Staff can read POS transactions" on public.pos_transactions
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can read reconciliations" on public.pos_reconciliations
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can approve reconciliations" on public.pos_reconciliations
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]))
  with check (
    status = 'approved'
    and location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );

grant
  select, delete,
  insert (location_id, provider, external_location_id, status),
  update (location_id, provider, external_location_id, status, is_active)
  on public.pos_integrations to authenticated;
grant select on
  public.pos_webhook_events, public.pos_transactions, public.pos_reconciliations, public.pos_reconciliation_items
  to authenticated;
grant update (status, notes) on public.pos_reconciliations to authenticated;
