-- Undoes 006: the triggers, then their functions. Counters and totals stay as they are, and are no longer kept.
drop trigger count_customer_visit on public.orders;
drop trigger raise_stock_alert on public.inventory;
drop trigger delete_cancelled_items on public.orders;
drop trigger move_order_stock on public.orders;
drop trigger inventory_restock_trigger on public.order_items;
drop trigger inventory_change_trigger on public.order_items;
drop trigger inventory_update_trigger on public.order_items;
drop trigger price_order_item on public.order_items;
drop trigger complete_order on public.orders;
drop trigger booking_count_trigger on public.bookings;
drop trigger check_booking on public.bookings;
drop trigger check_class_move on public.class_schedules;
drop trigger check_category_cycle on public.categories;

drop function private.count_customer_visit();
drop function private.raise_stock_alert();
drop function private.delete_cancelled_items();
drop function private.move_order_stock();
drop function public.update_inventory_after_order();
drop function private.move_stock(uuid[], integer[]);
drop function private.sum_orders(uuid[]);
drop function private.price_order_item();
drop function private.complete_order();
drop function public.update_class_booking_count();
drop function private.check_booking();
drop function private.check_class_move();
drop function private.check_category_cycle();
