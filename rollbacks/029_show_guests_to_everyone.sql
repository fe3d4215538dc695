-- Guests are the whole organization's again.
drop function public.find_guest(text, uuid);
drop function private.find_guest(text, uuid);

alter policy "Customers can read own profile" on public.customers
  using (
    user_id = (select auth.uid())
    or organization_id = any ((select private.role_orgs('admin', 'staff', 'barista'))::uuid[])
  );
alter policy "Customers can update own profile" on public.customers
  using (user_id = (select auth.uid()) or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (user_id = (select auth.uid()) or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

drop trigger welcome_guest on public.orders;
drop function private.welcome_guest();
drop trigger place_guest on public.customers;
drop function private.place_guest();
drop function private.guest_scopes(text[]);
drop function private.place_guests();
alter table public.customers drop column visible_to;
