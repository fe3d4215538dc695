-- migrate: no-transaction
drop index concurrently if exists public.idx_sales_daily_days;
drop index concurrently if exists public.idx_orders_customer_completed;
drop index concurrently if exists public.idx_customers_phone;
drop index concurrently if exists public.idx_customers_visible_to;
