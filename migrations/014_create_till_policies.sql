-- Whoever works at a location opens its tills and moves cash; a function closes them.

create policy "Staff can read tills" on public.pos_sessions
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Staff can open tills" on public.pos_sessions
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Staff can read cash movements" on public.cash_movements
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Staff can record cash movements" on public.cash_movements
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));

grant
  select, insert (location_id, register_name, opening_float, notes)
  on public.pos_sessions to authenticated;
grant
  select, insert (pos_session_id, movement_type, amount, reason)
  on public.cash_movements to authenticated;
