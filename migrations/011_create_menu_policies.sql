-- Who reads and writes menus. Everybody reads what is offered; the staff of an organization write its menu, admins its
-- taxes, and whoever works at a location says what is out there today.

create policy "Public can read active tax rates" on public.tax_rates
  for select to anon
  using (is_active);
create policy "Signed-in users can read tax rates" on public.tax_rates
  for select to authenticated
  using (
    is_active
    or location_id = any ((select private.role_locations('admin'))::uuid[])
  );
create policy "Admins can add tax rates" on public.tax_rates
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin'))::uuid[]));
create policy "Admins can update tax rates" on public.tax_rates
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin'))::uuid[]));
create policy "Admins can delete tax rates" on public.tax_rates
  for delete to authenticated
  using (location_id = any ((select private.role_locations('admin'))::uuid[]));

create policy "Public can read active modifier groups" on public.modifier_groups
  for select to anon
  using (is_active);
create policy "Signed-in users can read modifier groups" on public.modifier_groups
  for select to authenticated
  using (
    is_active
    or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
  );
create policy "Staff can add modifier groups" on public.modifier_groups
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can update modifier groups" on public.modifier_groups
  for update to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can delete modifier groups" on public.modifier_groups
  for delete to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

create policy "Public can read active modifiers" on public.modifiers
  for select to anon
  using (is_active);
create policy "Signed-in users can read modifiers" on public.modifiers
  for select to authenticated
  using (
    is_active
    or exists (
      select
      from public.modifier_groups p
      where p.id = modifiers.modifier_group_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can add modifiers" on public.modifiers
  for insert to authenticated
  with check (
    exists (
      select
      from public.modifier_groups p
      where p.id = modifiers.modifier_group_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can update modifiers" on public.modifiers
  for update to authenticated
  using (
    exists (
      select
      from public.modifier_groups p
      where p.id = modifiers.modifier_group_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  )
  with check (
    exists (
      select
      from public.modifier_groups p
      where p.id = modifiers.modifier_group_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can delete modifiers" on public.modifiers
  for delete to authenticated
  using (
    exists (
      select
      from public.modifier_groups p
      where p.id = modifiers.modifier_group_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );

create policy "Public can read active modifier groups of products" on public.product_modifier_groups
  for select to anon
  using (is_active);
create policy "Signed-in users can read modifier groups of products" on public.product_modifier_groups
  for select to authenticated
  using (
    is_active
    or exists (
      select
      from public.products p
      where p.id = product_modifier_groups.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can add modifier groups of products" on public.product_modifier_groups
  for insert to authenticated
  with check (
    exists (
      select
      from public.products p
      where p.id = product_modifier_groups.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can update modifier groups of products" on public.product_modifier_groups
  for update to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_modifier_groups.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  )
  with check (
    exists (
      select
      from public.products p
      where p.id = product_modifier_groups.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can delete modifier groups of products" on public.product_modifier_groups
  for delete to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_modifier_groups.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );

create policy "Public can read active overrides" on public.product_location_overrides
  for select to anon
  using (is_active);
create policy "Signed-in users can read overrides" on public.product_location_overrides
  for select to authenticated
  using (
    is_active
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
-- What is sold out is whoever works there's to say; what it costs is the admins'.
create policy "Staff can add overrides" on public.product_location_overrides
  for insert to authenticated
  with check (
    location_id = any ((select private.role_locations('admin'))::uuid[])
    or (base_price is null and location_id = any ((select private.role_locations('staff', 'barista'))::uuid[]))
  );
create policy "Staff can update overrides" on public.product_location_overrides
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Admins can delete overrides" on public.product_location_overrides
  for delete to authenticated
  using (location_id = any ((select private.role_locations('admin'))::uuid[]));
create trigger a_guard_product_location_overrides
  before update on public.product_location_overrides
  for each row execute function private.guard_columns(
    'location_id', 'admin', 'location_id', 'product_id', 'base_price', 'is_active'
  );

-- Recipes are nobody's business.
create policy "Staff can read recipes" on public.product_components
  for select to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_components.component_product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can add recipes" on public.product_components
  for insert to authenticated
  with check (
    exists (
      select
      from public.products p
      where p.id = product_components.component_product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can update recipes" on public.product_components
  for update to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_components.component_product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  )
  with check (
    exists (
      select
      from public.products p
      where p.id = product_components.component_product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can delete recipes" on public.product_components
  for delete to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_components.component_product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );

-- Who sees an order sees what was chosen, and what became of it.
create policy "Users can read own options" on public.order_item_options
  for select to authenticated
  using (exists (select from public.order_items i where i.id = order_item_options.order_item_id));
create policy "Users can read own order history" on public.order_status_history
  for select to authenticated
  using (
    order_id = any ((select private.order_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );

grant select on
  public.tax_rates, public.modifier_groups, public.modifiers, public.product_modifier_groups,
  public.product_location_overrides
  to anon, authenticated;
grant select on
  public.product_components, public.order_item_options, public.order_status_history
  to authenticated;
grant insert, update, delete on
  public.tax_rates, public.modifier_groups, public.modifiers, public.product_modifier_groups,
  public.product_location_overrides, public.product_components
  to authenticated;
