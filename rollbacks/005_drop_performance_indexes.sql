-- migrate: no-transaction
-- Undoes 005, last first, as gently as they were built.
drop index concurrently public.idx_user_roles_updated_by;
drop index concurrently public.idx_user_roles_created_by;
drop index concurrently public.idx_class_schedules_substitute;
drop index concurrently public.idx_class_schedules_instructor;
drop index concurrently public.idx_class_schedules_class_type;
drop index concurrently public.idx_order_items_order;
drop index concurrently public.idx_inventory_alerts_product;
drop index concurrently public.idx_products_category;
drop index concurrently public.idx_categories_parent;
drop index concurrently public.idx_class_schedules_search;
drop index concurrently public.idx_members_membership_status;
drop index concurrently public.idx_bookings_class_status;
drop index concurrently public.idx_bookings_member_status;
drop index concurrently public.idx_class_schedules_date_instructor;
drop index concurrently public.idx_order_items_product;
drop index concurrently public.idx_inventory_product_stock;
drop index concurrently public.idx_orders_status_created;
drop index concurrently public.idx_orders_customer_date;
drop index concurrently public.idx_products_category_active;
