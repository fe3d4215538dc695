-- Undoes 019.
drop function public.post_stock_movement(uuid, text, integer, text, numeric, text);
drop function private.post_stock_movement(uuid, text, integer, text, numeric, text);
drop function public.place_order(text, jsonb, uuid, uuid, numeric, text, uuid, text, text, text);
