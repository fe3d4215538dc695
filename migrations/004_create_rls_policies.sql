-- Opens the tables: grants say which columns a role may ever touch, policies which rows.
-- One policy for each table, role and command, so that what a caller may do is read in one place. Where the rules of
-- several kinds of people meet in one command, the policy has the name of the people it is mostly for.
-- Helpers are called as (select …): once for a statement, not once for a row.

------------------------------------------------------------------------------------------------- who is asking
-- They run as their owner, because the tables they read are under RLS too, and they answer for the caller only.

create function private.customer_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(c.id), '{}') from public.customers c where c.user_id = (select auth.uid()) and c.is_active
$$;
comment on function private.customer_ids() is 'The caller as a customer, of each organization.';

create function private.member_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(m.id), '{}') from public.members m where m.user_id = (select auth.uid())
$$;
comment on function private.member_ids() is 'The caller as a member: one row in each organization.';

create function private.instructor_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(i.id), '{}')
  from public.instructors i
  where i.user_id = (select auth.uid()) and i.is_active
$$;
comment on function private.instructor_ids() is 'The caller as an instructor: one row in each organization.';

create function private.taught_class_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(s.id), '{}')
  from public.instructors i
  join public.class_schedules s on i.id in (s.instructor_id, s.substitute_instructor_id)
  where i.user_id = (select auth.uid()) and i.is_active
$$;
comment on function private.taught_class_ids() is 'The classes that the caller teaches, or stands in for.';

create function private.booked_class_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(b.class_schedule_id), '{}')
  from public.members m
  join public.bookings b on b.member_id = m.id
  where m.user_id = (select auth.uid())
$$;
comment on function private.booked_class_ids() is 'The classes that the caller has booked at any time.';

create function private.order_ids() returns uuid[]
language sql stable security definer set search_path = '' as $$
  select coalesce(array_agg(o.id), '{}')
  from public.customers c
  join public.orders o on o.customer_id = c.id
  where c.user_id = (select auth.uid())
$$;
comment on function private.order_ids() is 'The orders of the caller.';

revoke all on function
  private.customer_ids(), private.member_ids(), private.instructor_ids(), private.taught_class_ids(),
  private.booked_class_ids(), private.order_ids()
  from public;
grant execute on function
  private.customer_ids(), private.member_ids(), private.instructor_ids(), private.taught_class_ids(),
  private.booked_class_ids(), private.order_ids()
  to authenticated;

--------------------------------------------------------------------------------------------------------- roles
-- Who gives roles: whoever runs the organization, and below admin the admin of a location, there. Nobody to himself.
grant
  select, delete, insert (user_id, role, organization_id, location_id), update (role, location_id, is_active)
  on public.user_roles to authenticated;
create policy "Users can read own roles" on public.user_roles
  for select to authenticated
  using (
    user_id = (select auth.uid())
    or organization_id = any ((select private.admin_orgs())::uuid[])
    or location_id = any ((select private.role_locations('admin'))::uuid[])
  );
create policy "Admins can give roles" on public.user_roles
  for insert to authenticated
  with check (
    user_id <> (select auth.uid())
    and (
      organization_id = any ((select private.admin_orgs())::uuid[])
      or (role <> 'admin' and location_id = any ((select private.role_locations('admin'))::uuid[]))
    )
  );
create policy "Admins can change roles" on public.user_roles
  for update to authenticated
  using (
    user_id <> (select auth.uid())
    and (
      organization_id = any ((select private.admin_orgs())::uuid[])
      or (role <> 'admin' and location_id = any ((select private.role_locations('admin'))::uuid[]))
    )
  )
  with check (
    user_id <> (select auth.uid())
    and (
      organization_id = any ((select private.admin_orgs())::uuid[])
      or (role <> 'admin' and location_id = any ((select private.role_locations('admin'))::uuid[]))
    )
  );
create policy "Admins can take roles away" on public.user_roles
  for delete to authenticated
  using (
    user_id <> (select auth.uid())
    and (
      organization_id = any ((select private.admin_orgs())::uuid[])
      or (role <> 'admin' and location_id = any ((select private.role_locations('admin'))::uuid[]))
    )
  );

----------------------------------------------------------------------------------------------------------- tenants
grant select on public.organizations, public.locations to anon, authenticated;
grant update (name) on public.organizations to authenticated;
grant
  insert (organization_id, name, code, kind, time_zone, currency, prices_include_tax, business_day_start,
          accepts_orders, address, phone, email, booking_opens_days, cancellation_window_minutes,
          late_cancel_forfeits_credit, waitlist_close_minutes, default_waitlist_capacity, require_payment_to_book),
  update (name, code, kind, time_zone, currency, prices_include_tax, business_day_start,
          accepts_orders, address, phone, email, booking_opens_days, cancellation_window_minutes,
          late_cancel_forfeits_credit, waitlist_close_minutes, default_waitlist_capacity, require_payment_to_book,
          is_active)
  on public.locations to authenticated;

create policy "Public can read active organizations" on public.organizations
  for select to anon using (is_active);
create policy "Signed-in users can read organizations" on public.organizations
  for select to authenticated
  using (is_active or id = any ((select private.admin_orgs())::uuid[]));
create policy "Admins can update their organization" on public.organizations
  for update to authenticated
  using (id = any ((select private.admin_orgs())::uuid[]))
  with check (id = any ((select private.admin_orgs())::uuid[]));
create policy "Public can read active locations" on public.locations
  for select to anon using (is_active);
create policy "Signed-in users can read locations" on public.locations
  for select to authenticated
  using (is_active or id = any ((select private.role_locations('admin', 'staff', 'barista', 'instructor'))::uuid[]));
create policy "Admins can add locations" on public.locations
  for insert to authenticated
  with check (organization_id = any ((select private.admin_orgs())::uuid[]));
create policy "Admins can update their locations" on public.locations
  for update to authenticated
  using (id = any ((select private.role_locations('admin'))::uuid[]))
  with check (id = any ((select private.role_locations('admin'))::uuid[]));

----------------------------------------------------------------------------------------------------- catalogue
-- Anyone reads what is on offer; the staff of an organization read and write all of its catalogue.
grant select on public.categories, public.products, public.product_variants to anon, authenticated;
grant insert, update, delete on public.categories, public.products, public.product_variants to authenticated;

create policy "Public can read active categories" on public.categories
  for select to anon using (is_active);
create policy "Signed-in users can read categories" on public.categories
  for select to authenticated
  using (is_active or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can add categories" on public.categories
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can update categories" on public.categories
  for update to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can delete categories" on public.categories
  for delete to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

-- What recipes consume is not on the menu.
create policy "Public can read active products" on public.products
  for select to anon using (is_active = true and product_type <> 'ingredient');
create policy "Signed-in users can read products" on public.products
  for select to authenticated
  using (
    (is_active and product_type <> 'ingredient')
    or organization_id = any ((select private.role_orgs('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Staff can add products" on public.products
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Admins have full access" on public.products
  for update to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can delete products" on public.products
  for delete to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

create policy "Public can read active variants" on public.product_variants
  for select to anon using (is_active);
create policy "Signed-in users can read variants" on public.product_variants
  for select to authenticated
  using (
    is_active
    or exists (
      select
      from public.products p
      where p.id = product_variants.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can add variants" on public.product_variants
  for insert to authenticated
  with check (
    exists (
      select
      from public.products p
      where p.id = product_variants.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can update variants" on public.product_variants
  for update to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_variants.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  )
  with check (
    exists (
      select
      from public.products p
      where p.id = product_variants.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );
create policy "Staff can delete variants" on public.product_variants
  for delete to authenticated
  using (
    exists (
      select
      from public.products p
      where p.id = product_variants.product_id
        and p.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
  );

--------------------------------------------------------------------------------------------------------- stock
-- The level is the ledger's: functions write both.
grant select on public.inventory, public.inventory_alerts, public.stock_movements to authenticated;
grant
  insert (location_id, product_id, current_stock, min_threshold, max_capacity, reorder_quantity, unit_of_measure,
          cost_per_unit),
  update (min_threshold, max_capacity, reorder_quantity, unit_of_measure, cost_per_unit, is_active)
  on public.inventory to authenticated;
grant update (acknowledged_at, resolved_at) on public.inventory_alerts to authenticated;

create policy "Staff can read inventory" on public.inventory
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Staff can add inventory" on public.inventory
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can update inventory" on public.inventory
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can read alerts" on public.inventory_alerts
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Staff can resolve alerts" on public.inventory_alerts
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));
create policy "Staff can read stock movements" on public.stock_movements
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[]));

----------------------------------------------------------------------------------------------------- customers
grant select on public.customers to authenticated;
grant
  insert (organization_id, user_id, first_name, last_name, email, phone, date_of_birth, preferences),
  update (first_name, last_name, email, phone, date_of_birth, preferences, is_active)
  on public.customers to authenticated;

create policy "Customers can read own profile" on public.customers
  for select to authenticated
  using (
    user_id = (select auth.uid())
    or organization_id = any ((select private.role_orgs('admin', 'staff', 'barista'))::uuid[])
  );
-- Staff register guests, but nobody's account.
create policy "Customers can create own profile" on public.customers
  for insert to authenticated
  with check (
    user_id = (select auth.uid())
    or (user_id is null and organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  );
create policy "Customers can update own profile" on public.customers
  for update to authenticated
  using (user_id = (select auth.uid()) or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (user_id = (select auth.uid()) or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

create trigger a_guard_customers
  before update on public.customers
  for each row execute function private.guard_columns('organization_id', 'admin,staff', 'is_active');

-------------------------------------------------------------------------------------------------------- orders
-- Nobody writes money through the API: prices come from the catalogue, totals from the items, what is paid from the
-- payments. A customer orders, staff order for walk-ins too; from then on staff move the order. What a customer can do
-- with his own is to cancel it, before it is begun or paid.
grant select on public.orders, public.order_items to authenticated;
grant
  insert (location_id, customer_id, order_type, tip_amount, payment_method, special_instructions, source,
          idempotency_key),
  update (status, cancellation_reason, payment_method, estimated_ready_time, special_instructions)
  on public.orders to authenticated;
grant insert (order_id, product_id, quantity, customizations, special_instructions)
  on public.order_items to authenticated;
grant usage on sequence public.order_number_seq to authenticated;

create policy "Users can manage own orders" on public.orders
  for insert to authenticated
  with check (
    (customer_id = any ((select private.customer_ids())::uuid[]) and source in ('app', 'web'))
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Staff can manage orders" on public.orders
  for select to authenticated
  using (
    customer_id = any ((select private.customer_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Staff can update order status" on public.orders
  for update to authenticated
  using (
    (customer_id = any ((select private.customer_ids())::uuid[]) and status = 'pending' and payment_status = 'pending')
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  )
  with check (
    (customer_id = any ((select private.customer_ids())::uuid[]) and status = 'cancelled')
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
create trigger a_guard_orders
  before update on public.orders
  for each row execute function private.guard_columns(
    'location_id', 'admin,staff,barista', 'payment_method', 'estimated_ready_time', 'special_instructions'
  );

create policy "Users can read own order items" on public.order_items
  for select to authenticated
  using (
    order_id = any ((select private.order_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );
create policy "Users can add items to own pending orders" on public.order_items
  for insert to authenticated
  with check (
    order_id = any ((select private.order_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff', 'barista'))::uuid[])
  );

----------------------------------------------------------------------------------------------------- timetable
-- What is taught, and by whom, belongs to the organization; when and where, to the location.
grant select on public.class_types, public.class_schedules, public.membership_packages to anon, authenticated;
grant insert, update, delete on public.class_types to authenticated;
grant insert, update on public.membership_packages to authenticated;
-- Not the counters, not the status (cancelling moves seats: a function does it), and not created_at, which the date is
-- checked against.
grant
  insert (location_id, class_type_id, instructor_id, room_name, scheduled_date, start_time, end_time, max_participants,
          substitute_instructor_id, special_notes),
  update (class_type_id, instructor_id, room_name, scheduled_date, start_time, end_time, max_participants,
          substitute_instructor_id, special_notes),
  delete
  on public.class_schedules to authenticated;
-- Not contact, pay and account.
grant select (id, organization_id, first_name, last_name, bio, certifications, specialties, experience_years,
              profile_image_url, is_available, is_active, created_at, updated_at)
  on public.instructors to anon, authenticated;
grant
  insert (organization_id, user_id, first_name, last_name, email, phone, bio, certifications, specialties,
          experience_years, profile_image_url, is_available, is_active),
  update (user_id, first_name, last_name, email, phone, bio, certifications, specialties, experience_years,
          hourly_rate, profile_image_url, is_available, is_active)
  on public.instructors to authenticated;

create policy "Public can read active class types" on public.class_types
  for select to anon using (is_active);
create policy "Signed-in users can read class types" on public.class_types
  for select to authenticated
  using (is_active or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can add class types" on public.class_types
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can update class types" on public.class_types
  for update to authenticated
  using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]))
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Staff can delete class types" on public.class_types
  for delete to authenticated using (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));

create policy "Public can read class schedules" on public.class_schedules
  for select to anon using (status = 'scheduled');
create policy "Signed-in users can read class schedules" on public.class_schedules
  for select to authenticated
  using (
    status = 'scheduled'
    or instructor_id = any ((select private.instructor_ids())::uuid[])
    or substitute_instructor_id = any ((select private.instructor_ids())::uuid[])
    or id = any ((select private.booked_class_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Staff can add class schedules" on public.class_schedules
  for insert to authenticated
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can update class schedules" on public.class_schedules
  for update to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]))
  with check (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));
create policy "Staff can delete class schedules" on public.class_schedules
  for delete to authenticated using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));

create policy "Public can read active instructors" on public.instructors
  for select to anon using (is_active);
create policy "Signed-in users can read instructors" on public.instructors
  for select to authenticated
  using (
    is_active or user_id = (select auth.uid())
    or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
  );
create policy "Staff can add instructors" on public.instructors
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Instructors can update own profile" on public.instructors
  for update to authenticated
  using (
    user_id = (select auth.uid()) or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
  )
  with check (
    user_id = (select auth.uid()) or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
  );

create trigger a_guard_instructors
  before update on public.instructors
  for each row execute function private.guard_columns(
    'organization_id', 'admin,staff',
    'user_id', 'first_name', 'last_name', 'email', 'certifications', 'experience_years', 'is_active'
  );
create trigger a_guard_instructors_pay
  before update on public.instructors
  for each row execute function private.guard_columns('organization_id', 'admin', 'hourly_rate');

create policy "Public can read active packages" on public.membership_packages
  for select to anon using (is_active);
create policy "Signed-in users can read packages" on public.membership_packages
  for select to authenticated
  using (is_active or organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[]));
create policy "Admins can add packages" on public.membership_packages
  for insert to authenticated
  with check (organization_id = any ((select private.role_orgs('admin'))::uuid[]));
create policy "Admins can update packages" on public.membership_packages
  for update to authenticated
  using (organization_id = any ((select private.role_orgs('admin'))::uuid[]))
  with check (organization_id = any ((select private.role_orgs('admin'))::uuid[]));

------------------------------------------------------------------------------------------- members and bookings
-- Credits, attendance and the summary of the membership are kept by the database, and an account is linked by a function.
grant select on public.members, public.bookings to authenticated;
grant
  insert (organization_id, home_location_id, user_id, first_name, last_name, email, phone, date_of_birth,
          emergency_contact_name, emergency_contact_phone, medical_conditions, experience_level, preferences),
  update (home_location_id, first_name, last_name, email, phone, date_of_birth, emergency_contact_name,
          emergency_contact_phone, medical_conditions, experience_level, preferences, membership_status, is_active)
  on public.members to authenticated;
grant
  insert (member_id, class_schedule_id, booking_type, booking_notes),
  update (booking_type, status, booking_notes, cancellation_reason),
  delete
  on public.bookings to authenticated;

create policy "Members can read own profile" on public.members
  for select to authenticated
  using (
    user_id = (select auth.uid()) or home_location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Members can create own profile" on public.members
  for insert to authenticated
  with check (
    user_id = (select auth.uid()) or home_location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Members can manage own profile" on public.members
  for update to authenticated
  using (
    user_id = (select auth.uid()) or home_location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  )
  with check (
    user_id = (select auth.uid()) or home_location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );

create trigger a_guard_members
  before update on public.members
  for each row execute function private.guard_columns(
    'organization_id', 'admin,staff', 'membership_status', 'is_active'
  );

create policy "Instructors can see own class bookings" on public.bookings
  for select to authenticated
  using (
    member_id = any ((select private.member_ids())::uuid[])
    or class_schedule_id = any ((select private.taught_class_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Members can book classes" on public.bookings
  for insert to authenticated
  with check (
    member_id = any ((select private.member_ids())::uuid[])
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
-- What a member can do with a booking is to cancel it, before it was attended or missed.
create policy "Members can manage own bookings" on public.bookings
  for update to authenticated
  using (
    (member_id = any ((select private.member_ids())::uuid[]) and status = 'confirmed')
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  )
  with check (
    (member_id = any ((select private.member_ids())::uuid[]) and status in ('confirmed', 'cancelled'))
    or location_id = any ((select private.role_locations('admin', 'staff'))::uuid[])
  );
create policy "Admin full access to bookings" on public.bookings
  for delete to authenticated using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));

create trigger a_guard_bookings
  before update on public.bookings
  for each row execute function private.guard_columns('location_id', 'admin,staff', 'booking_type');

------------------------------------------------------------------------------------------------------ realtime
-- A subscriber is told of the rows, and the columns, that the policies and grants above let it select: the filters for
-- security are those. Of a deleted row everybody is told the primary key.
alter publication supabase_realtime add table public.orders;
alter publication supabase_realtime add table public.order_items;
alter publication supabase_realtime add table public.bookings;
alter publication supabase_realtime add table public.class_schedules;
alter publication supabase_realtime add table public.inventory;
