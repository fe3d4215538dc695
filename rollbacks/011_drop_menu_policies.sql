-- Undoes 011: closed again before the policies go.
revoke all on
  public.tax_rates, public.modifier_groups, public.modifiers, public.product_modifier_groups,
  public.product_location_overrides, public.product_components, public.order_item_options, public.order_status_history
  from anon, authenticated;

drop policy "Users can read own order history" on public.order_status_history;
drop policy "Users can read own options" on public.order_item_options;
drop policy "Staff can delete recipes" on public.product_components;
drop policy "Staff can update recipes" on public.product_components;
drop policy "Staff can add recipes" on public.product_components;
drop policy "Staff can read recipes" on public.product_components;
drop trigger a_guard_product_location_overrides on public.product_location_overrides;
drop policy "Admins can delete overrides" on public.product_location_overrides;
drop policy "Staff can update overrides" on public.product_location_overrides;
drop policy "Staff can add overrides" on public.product_location_overrides;
drop policy "Signed-in users can read overrides" on public.product_location_overrides;
drop policy "Public can read active overrides" on public.product_location_overrides;
drop policy "Staff can delete modifier groups of products" on public.product_modifier_groups;
drop policy "Staff can update modifier groups of products" on public.product_modifier_groups;
drop policy "Staff can add modifier groups of products" on public.product_modifier_groups;
drop policy "Signed-in users can read modifier groups of products" on public.product_modifier_groups;
drop policy "Public can read active modifier groups of products" on public.product_modifier_groups;
drop policy "Staff can delete modifiers" on public.modifiers;
drop policy "Staff can update modifiers" on public.modifiers;
drop policy "Staff can add modifiers" on public.modifiers;
drop policy "Signed-in users can read modifiers" on public.modifiers;
drop policy "Public can read active modifiers" on public.modifiers;
drop policy "Staff can delete modifier groups" on public.modifier_groups;
drop policy "Staff can update modifier groups" on public.modifier_groups;
drop policy "Staff can add modifier groups" on public.modifier_groups;
drop policy "Signed-in users can read modifier groups" on public.modifier_groups;
drop policy "Public can read active modifier groups" on public.modifier_groups;
drop policy "Admins can delete tax rates" on public.tax_rates;
drop policy "Admins can update tax rates" on public.tax_rates;
drop policy "Admins can add tax rates" on public.tax_rates;
drop policy "Signed-in users can read tax rates" on public.tax_rates;
drop policy "Public can read active tax rates" on public.tax_rates;
