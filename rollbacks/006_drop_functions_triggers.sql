-- Undoes 006: the triggers, then their functions. Counters and totals stay as they are, and are no longer kept.
drop trigger raise_stock_alert on public.inventory;
drop trigger inventory_restock_trigger on public.order_items;
drop trigger cancelling_restocks on public.orders;
drop trigger inventory_update_trigger on public.order_items;
drop trigger record_stock_level on public.inventory;
drop trigger record_opening_stock on public.inventory;
drop trigger booking_count_trigger on public.bookings;
drop trigger place_class on public.class_schedules;
drop trigger check_category_cycle on public.categories;

drop function private.raise_stock_alert();
drop function private.restock_deleted_item();
drop function private.restock_cancelled_order();
drop function private.give_stock_back(uuid[], text);
drop function public.update_inventory_after_order();
drop function private.stock_needs(uuid, uuid, integer);
drop function private.record_stock_level();
drop function private.post_stock(uuid, text, integer, uuid, text, numeric, text);
drop function public.update_class_booking_count();
drop function private.place_class();
drop function private.check_category_cycle();
