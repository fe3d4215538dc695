-- Everybody reads what points are worth; admins say so, staff write codes, and functions write the ledgers.

-- A code is known to whoever was told it.
create policy "Staff can read promotions" on public.promotions
  for select to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can add promotions" on public.promotions
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can update promotions" on public.promotions
  for update to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

create policy "Public can read active loyalty programs" on public.loyalty_programs
  for select to anon
  using (is_active);
create policy "Signed-in users can read loyalty programs" on public.loyalty_programs
  for select to authenticated
  using (
    is_active
    or organization_id = any ((select private.admin_orgs())::uuid[])
  );
create policy "Admins can add loyalty programs" on public.loyalty_programs
  for insert to authenticated
  with check (organization_id = any ((select private.admin_orgs())::uuid[]));
create policy "Admins can update loyalty programs" on public.loyalty_programs
  for update to authenticated
  using (organization_id = any ((select private.admin_orgs())::uuid[]))
  with check (organization_id = any ((select private.admin_orgs())::uuid[]));

create policy "Public can read active rewards" on public.loyalty_rewards
  for select to anon
  using (is_active);
create policy "Signed-in users can read rewards" on public.loyalty_rewards
  for select to authenticated
  using (
    is_active
    or exists (
      select
      from public.loyalty_programs p
      where p.id = loyalty_rewards.loyalty_program_id
        and p.organization_id = any ((select private.admin_orgs())::uuid[])
    )
  );
create policy "Admins can add rewards" on public.loyalty_rewards
  for insert to authenticated
  with check (
    exists (
      select
      from public.loyalty_programs p
      where p.id = loyalty_rewards.loyalty_program_id
        and p.organization_id = any ((select private.admin_orgs())::uuid[])
    )
  );
create policy "Admins can update rewards" on public.loyalty_rewards
  for update to authenticated
  using (
    exists (
      select
      from public.loyalty_programs p
      where p.id = loyalty_rewards.loyalty_program_id
        and p.organization_id = any ((select private.admin_orgs())::uuid[])
    )
  )
  with check (
    exists (
      select
      from public.loyalty_programs p
      where p.id = loyalty_rewards.loyalty_program_id
        and p.organization_id = any ((select private.admin_orgs())::uuid[])
    )
  );

create policy "Customers can read own points" on public.loyalty_transactions
  for select to authenticated
  using (
    customer_id = any ((select private.customer_ids())::uuid[])
    or organization_id = any ((select private.role_orgs('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Users can read own discounts" on public.order_discounts
  for select to authenticated
  using (
    order_id = any ((select private.order_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );

grant select on public.loyalty_programs, public.loyalty_rewards to anon, authenticated;
grant select on public.promotions, public.loyalty_transactions, public.order_discounts to authenticated;
grant insert, update on public.loyalty_programs, public.loyalty_rewards to authenticated;
-- Not how often they were used.
grant
  insert (organization_id, code, name, discount_type, discount_value, min_subtotal, starts_at, ends_at,
          max_redemptions, max_per_customer, is_active),
  update (code, name, discount_type, discount_value, min_subtotal, starts_at, ends_at, max_redemptions,
          max_per_customer, is_active)
  on public.promotions to authenticated;
