-- migrate: no-transaction
-- Beside running traffic, one by one, as in 005; what is there already is left as it is.

-- Of those that I may see; by number, for find_guest.
create index concurrently if not exists idx_customers_visible_to on public.customers using gin (visible_to);
create index concurrently if not exists idx_customers_phone
  on public.customers (organization_id, phone) where phone is not null;

-- What guests have bought, without a look at the order itself: how often, when last, and, for the policy, where.
create index concurrently if not exists idx_orders_customer_completed
  on public.orders (customer_id, created_at) include (location_id, id)
  where status = 'completed' and customer_id is not null;

-- Whole days beside the forty products of each: a trend reads a day's row, and not the day's products to leave them out.
create index concurrently if not exists idx_sales_daily_days
  on public.sales_daily (location_id, business_date) include (order_count, gross_sales, discounts)
  where product_id is null;
