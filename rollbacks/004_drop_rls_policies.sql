-- Undoes 004: the tables are closed again before the policies go, and nobody is told of changes any more.
alter publication supabase_realtime drop table public.inventory;
alter publication supabase_realtime drop table public.class_schedules;
alter publication supabase_realtime drop table public.bookings;
alter publication supabase_realtime drop table public.order_items;
alter publication supabase_realtime drop table public.orders;

revoke all on
  public.organizations,
  public.locations,
  public.user_roles,
  public.categories,
  public.products,
  public.product_variants,
  public.inventory,
  public.inventory_alerts,
  public.stock_movements,
  public.customers,
  public.orders,
  public.order_items,
  public.class_types,
  public.class_schedules,
  public.instructors,
  public.membership_packages,
  public.members,
  public.bookings
  from anon, authenticated;
revoke all on sequence public.order_number_seq from authenticated;

drop trigger a_guard_bookings on public.bookings;
drop trigger a_guard_members on public.members;
drop trigger a_guard_instructors_pay on public.instructors;
drop trigger a_guard_instructors on public.instructors;
drop trigger a_guard_orders on public.orders;
drop trigger a_guard_customers on public.customers;

drop policy "Admin full access to bookings" on public.bookings;
drop policy "Members can manage own bookings" on public.bookings;
drop policy "Members can book classes" on public.bookings;
drop policy "Instructors can see own class bookings" on public.bookings;
drop policy "Members can manage own profile" on public.members;
drop policy "Members can create own profile" on public.members;
drop policy "Members can read own profile" on public.members;
drop policy "Admins can update packages" on public.membership_packages;
drop policy "Admins can add packages" on public.membership_packages;
drop policy "Signed-in users can read packages" on public.membership_packages;
drop policy "Public can read active packages" on public.membership_packages;
drop policy "Instructors can update own profile" on public.instructors;
drop policy "Staff can add instructors" on public.instructors;
drop policy "Signed-in users can read instructors" on public.instructors;
drop policy "Public can read active instructors" on public.instructors;
drop policy "Staff can delete class schedules" on public.class_schedules;
drop policy "Staff can update class schedules" on public.class_schedules;
drop policy "Staff can add class schedules" on public.class_schedules;
drop policy "Signed-in users can read class schedules" on public.class_schedules;
drop policy "Public can read class schedules" on public.class_schedules;
drop policy "Staff can delete class types" on public.class_types;
drop policy "Staff can update class types" on public.class_types;
drop policy "Staff can add class types" on public.class_types;
drop policy "Signed-in users can read class types" on public.class_types;
drop policy "Public can read active class types" on public.class_types;
drop policy "Users can add items to own pending orders" on public.order_items;
drop policy "Users can read own order items" on public.order_items;
drop policy "Staff can update order status" on public.orders;
drop policy "Staff can manage orders" on public.orders;
drop policy "Users can manage own orders" on public.orders;
drop policy "Customers can update own profile" on public.customers;
drop policy "Customers can create own profile" on public.customers;
drop policy "Customers can read own profile" on public.customers;
drop policy "Staff can read stock movements" on public.stock_movements;
drop policy "Staff can resolve alerts" on public.inventory_alerts;
drop policy "Staff can read alerts" on public.inventory_alerts;
drop policy "Staff can update inventory" on public.inventory;
drop policy "Staff can add inventory" on public.inventory;
drop policy "Staff can read inventory" on public.inventory;
drop policy "Staff can delete variants" on public.product_variants;
drop policy "Staff can update variants" on public.product_variants;
drop policy "Staff can add variants" on public.product_variants;
drop policy "Signed-in users can read variants" on public.product_variants;
drop policy "Public can read active variants" on public.product_variants;
drop policy "Staff can delete products" on public.products;
drop policy "Admins have full access" on public.products;
drop policy "Staff can add products" on public.products;
drop policy "Signed-in users can read products" on public.products;
drop policy "Public can read active products" on public.products;
drop policy "Staff can delete categories" on public.categories;
drop policy "Staff can update categories" on public.categories;
drop policy "Staff can add categories" on public.categories;
drop policy "Signed-in users can read categories" on public.categories;
drop policy "Public can read active categories" on public.categories;
drop policy "Admins can update their locations" on public.locations;
drop policy "Admins can add locations" on public.locations;
drop policy "Signed-in users can read locations" on public.locations;
drop policy "Public can read active locations" on public.locations;
drop policy "Admins can update their organization" on public.organizations;
drop policy "Signed-in users can read organizations" on public.organizations;
drop policy "Public can read active organizations" on public.organizations;
drop policy "Admins can take roles away" on public.user_roles;
drop policy "Admins can change roles" on public.user_roles;
drop policy "Admins can give roles" on public.user_roles;
drop policy "Users can read own roles" on public.user_roles;

drop function private.order_ids();
drop function private.booked_class_ids();
drop function private.taught_class_ids();
drop function private.instructor_ids();
drop function private.member_ids();
drop function private.customer_ids();
