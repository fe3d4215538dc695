-- Undoes 018. Points and discounts stay as they are, and are no longer kept.
drop trigger cancelling_returns_uses on public.orders;
drop trigger earn_points on public.orders;
drop trigger earn_points_at_once on public.orders;
drop trigger record_points on public.customers;
drop trigger record_opening_points on public.customers;

-- As 012 made it.
create or replace function private.order_discount(wanted uuid) returns numeric
language sql stable security definer set search_path = '' as $$
  select 0::numeric
$$;

drop function public.adjust_loyalty_points(uuid, integer, text);
drop function private.adjust_loyalty_points(uuid, integer, text);
drop function public.apply_discount(uuid, numeric, text);
drop function public.redeem_loyalty_reward(uuid, uuid);
drop function public.expire_loyalty_points(timestamp with time zone);
drop function private.expire_points(uuid, timestamp with time zone);
drop function private.give_uses_back();
drop function private.apply_discount(uuid, numeric, text);
drop function private.apply_reward(uuid, uuid);
drop function private.apply_promotion(uuid, text);
drop function private.earn_points();
drop function private.record_points();
drop function private.post_points(uuid, text, integer, uuid, uuid, text, timestamp with time zone);
