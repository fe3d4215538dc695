-- migrate: no-transaction
-- Built beside running traffic, one by one: CREATE INDEX CONCURRENTLY takes no lock that stops a writer, and may not
-- run in a transaction.

-- Coffee shop
create index concurrently idx_products_category_active on public.products (category_id) where is_active = true;
create index concurrently idx_orders_customer_date on public.orders (customer_id, created_at desc);
create index concurrently idx_orders_status_created on public.orders (status, created_at)
  where status in ('pending', 'preparing');
create index concurrently idx_inventory_product_stock on public.inventory (product_id, current_stock);
create index concurrently idx_order_items_product on public.order_items (product_id);

-- Yoga studio
create index concurrently idx_class_schedules_date_instructor on public.class_schedules (scheduled_date, instructor_id);
create index concurrently idx_bookings_member_status on public.bookings (member_id, status);
create index concurrently idx_bookings_class_status on public.bookings (class_schedule_id, status);
create index concurrently idx_members_membership_status on public.members (membership_status)
  where membership_status = 'active';

-- An index cannot know what day it is; the date leads it instead.
create index concurrently idx_class_schedules_search on public.class_schedules (scheduled_date, status)
  where status = 'scheduled';

-- Foreign keys that no index above leads with: without one, deleting the row they point at reads the whole table.
create index concurrently idx_categories_parent on public.categories (organization_id, parent_id);
create index concurrently idx_products_category on public.products (organization_id, category_id);
create index concurrently idx_inventory_alerts_product on public.inventory_alerts (product_id);
create index concurrently idx_order_items_order on public.order_items (order_id);
create index concurrently idx_class_schedules_class_type on public.class_schedules (class_type_id);
create index concurrently idx_class_schedules_instructor on public.class_schedules (instructor_id);
create index concurrently idx_class_schedules_substitute on public.class_schedules (substitute_instructor_id);
create index concurrently idx_user_roles_created_by on public.user_roles (created_by);
create index concurrently idx_user_roles_updated_by on public.user_roles (updated_by);

-- What a shop asks all day: by place and time.
create index concurrently idx_orders_location_created on public.orders (location_id, created_at desc);
create index concurrently idx_orders_location_business_date on public.orders (location_id, business_date, status);
create index concurrently idx_order_items_location_product on public.order_items (location_id, product_id);
create index concurrently idx_inventory_low
  on public.inventory (location_id) where current_stock <= min_threshold and is_active;
create index concurrently idx_inventory_alerts_location on public.inventory_alerts (location_id, created_at desc);
create index concurrently idx_stock_movements_inventory on public.stock_movements (inventory_id, seq desc);
create index concurrently idx_stock_movements_location on public.stock_movements (location_id, created_at desc);
create index concurrently idx_stock_movements_order_item on public.stock_movements (order_item_id);
create index concurrently idx_customers_top
  on public.customers (organization_id, total_spent desc) where is_active and visit_count > 0;

-- Who did it.
create index concurrently idx_customers_created_by on public.customers (created_by);
create index concurrently idx_customers_updated_by on public.customers (updated_by);
create index concurrently idx_categories_created_by on public.categories (created_by);
create index concurrently idx_categories_updated_by on public.categories (updated_by);
create index concurrently idx_products_created_by on public.products (created_by);
create index concurrently idx_products_updated_by on public.products (updated_by);
create index concurrently idx_product_variants_created_by on public.product_variants (created_by);
create index concurrently idx_product_variants_updated_by on public.product_variants (updated_by);
create index concurrently idx_inventory_created_by on public.inventory (created_by);
create index concurrently idx_inventory_updated_by on public.inventory (updated_by);
create index concurrently idx_inventory_alerts_created_by on public.inventory_alerts (created_by);
create index concurrently idx_inventory_alerts_updated_by on public.inventory_alerts (updated_by);
create index concurrently idx_orders_created_by on public.orders (created_by);
create index concurrently idx_orders_updated_by on public.orders (updated_by);
create index concurrently idx_order_items_created_by on public.order_items (created_by);
create index concurrently idx_stock_movements_created_by on public.stock_movements (created_by);
