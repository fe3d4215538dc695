-- Undoes 002, the tables that refer to others first. Sequences go with their tables.
drop table public.stock_movements;
drop table public.order_items;
drop table public.orders;
drop table public.inventory_alerts;
drop table public.inventory;
drop table public.product_variants;
drop table public.products;
drop table public.categories;
drop table public.customers;
