-- Undoes 012: the triggers, then their functions. Totals stay as they are, and are no longer kept.
drop trigger notify_order_ready on public.orders;
drop trigger notify_stock_alert on public.inventory_alerts;
drop trigger count_customer_visit on public.orders;
drop trigger check_order_items_total on public.order_items;
drop trigger check_order_items_total on public.orders;
drop trigger total_after_delete on public.order_items;
drop trigger total_after_insert on public.order_items;
drop trigger choose_options on public.order_items;
drop trigger keep_order_item on public.order_items;
drop trigger price_order_item on public.order_items;
drop trigger record_status on public.orders;
drop trigger record_first_status on public.orders;
drop trigger move_order on public.orders;
drop trigger prepare_order on public.orders;

-- As 006 made it.
create or replace function private.stock_needs(item_id uuid, sold_product_id uuid, sold integer)
returns table (product_id uuid, quantity integer)
language sql stable security definer set search_path = '' as $$
  select sold_product_id, sold
$$;

drop function private.notify_order_ready();
drop function private.notify_stock_alert();
drop function private.count_customer_visit();
drop function private.check_order_items_total();
drop function private.total_changed_orders();
drop function private.order_discount(uuid);
drop function private.total_order(uuid);
drop function private.record_chosen_options();
drop function private.keep_order_item();
drop function private.price_order_item();
drop function private.chosen_options(uuid, jsonb);
drop function private.open_order(uuid);
drop function private.record_order_status();
drop function private.move_order();
drop function private.prepare_order();
