-- One call for what takes several statements. place_order runs as its caller and can do nothing that he could not do by
-- hand: policies, column grants and triggers say what he may.

-- items: [{"product_id": "…", "quantity": 2, "customizations": {"size": "large"}, "special_instructions": "…"}]
-- The same idempotency key at the same location gives the same order, however often and however much at once.
create function public.place_order(
  order_type text, items jsonb, location_id uuid default null, customer_id uuid default null,
  tip_amount numeric default 0, promotion_code text default null, reward_id uuid default null,
  special_instructions text default null, source text default 'app', idempotency_key text default null
) returns public.orders
language plpgsql set search_path = '' as $$
declare
  place uuid := coalesce(place_order.location_id, private.default_location_id());
  placed public.orders;
begin
  if jsonb_typeof(items) is distinct from 'array' or jsonb_array_length(items) not between 1 and 100 then
    raise exception 'an order has 1 to 100 items' using errcode = 'invalid_parameter_value';
  end if;
  insert into public.orders as o (
    location_id, customer_id, order_type, tip_amount, special_instructions, source, idempotency_key
  )
  values (
    place,
    -- A customer orders for himself; whoever works there says for whom, or for a walk-in.
    coalesce(
      place_order.customer_id,
      (
        select c.id
        from public.customers c
        join public.locations l on l.organization_id = c.organization_id
        where l.id = place and c.user_id = (select auth.uid())
          and not private.has_location_role(place, 'admin', 'staff', 'barista')
      )
    ),
    place_order.order_type, coalesce(place_order.tip_amount, 0), place_order.special_instructions, place_order.source,
    place_order.idempotency_key
  )
  on conflict on constraint orders_idempotency_once do nothing
  returning o.* into placed;
  if placed.id is null then
    select o.* into placed
    from public.orders o
    where o.location_id = place and o.idempotency_key = place_order.idempotency_key;
    if placed.id is null then
      raise exception 'the idempotency key is somebody else''s' using errcode = 'unique_violation', table = 'orders';
    end if;
    return placed;
  end if;

  insert into public.order_items (order_id, product_id, quantity, customizations, special_instructions)
  select placed.id, i.product_id, coalesce(i.quantity, 1), i.customizations, i.special_instructions
  from jsonb_to_recordset(items) as i (
    product_id uuid, quantity integer, customizations jsonb, special_instructions text
  );
  if promotion_code is not null then
    perform private.apply_promotion(placed.id, promotion_code);
  end if;
  if reward_id is not null then
    perform private.apply_reward(placed.id, reward_id);
  end if;
  select o.* into placed from public.orders o where o.id = placed.id;
  return placed;
end
$$;
comment on function
  public.place_order(text, jsonb, uuid, uuid, numeric, text, uuid, text, text, text) is
  'Places an order with its items, a code and a reward: all of it, or nothing.';

-- quantity is what comes (restock, transfer_in) or goes (waste, transfer_out, as a negative number). A count says how
-- many are there, whatever the books say.
create function private.post_stock_movement(
  inventory_id uuid, movement_type text, quantity integer, reason text, unit_cost numeric, idempotency_key text
) returns public.stock_movements
language plpgsql security definer set search_path = '' as $$
declare
  level public.inventory;
  entry public.stock_movements;
begin
  if not private.is_trusted_caller() and not exists (
    select
    from public.inventory i
    where i.id = post_stock_movement.inventory_id
      and (
        private.has_location_role(i.location_id, 'admin', 'staff')
        or (
          post_stock_movement.movement_type in ('restock', 'waste', 'count')
          and private.has_location_role(i.location_id, 'barista')
        )
      )
  ) then
    raise exception 'there is no such inventory' using errcode = 'insufficient_privilege';
  end if;
  if coalesce(
    post_stock_movement.movement_type not in ('restock', 'waste', 'count', 'adjustment', 'transfer_in', 'transfer_out'),
    true
  ) or (post_stock_movement.movement_type = 'count' and post_stock_movement.quantity < 0) then
    raise exception 'stock is not moved by hand as %', post_stock_movement.movement_type
      using errcode = 'invalid_parameter_value';
  end if;
  select i.* into level
  from public.inventory i where i.id = post_stock_movement.inventory_id for no key update;
  select m.* into entry
  from public.stock_movements m
  where m.inventory_id = level.id and m.idempotency_key = post_stock_movement.idempotency_key;
  if entry.id is null then
    entry := private.post_stock(
      level.id, post_stock_movement.movement_type,
      post_stock_movement.quantity
        - case post_stock_movement.movement_type when 'count' then level.current_stock else 0 end,
      null, post_stock_movement.reason, post_stock_movement.unit_cost, post_stock_movement.idempotency_key
    );
  end if;
  return entry;
end
$$;
comment on function private.post_stock_movement(uuid, text, integer, text, numeric, text) is
  'Moves stock by hand once, for whoever may.';

create function public.post_stock_movement(
  inventory_id uuid, movement_type text, quantity integer, reason text default null, unit_cost numeric default null,
  idempotency_key text default null
) returns public.stock_movements
language sql set search_path = '' as $$
  select private.post_stock_movement($1, $2, $3, $4, $5, $6)
$$;
comment on function public.post_stock_movement(uuid, text, integer, text, numeric, text) is
  'Receives, writes off, counts or moves stock. A count gives how many are there; the others, how many come or go.';

revoke all on function
  public.place_order(text, jsonb, uuid, uuid, numeric, text, uuid, text, text, text),
  private.post_stock_movement(uuid, text, integer, text, numeric, text),
  public.post_stock_movement(uuid, text, integer, text, numeric, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.place_order(text, jsonb, uuid, uuid, numeric, text, uuid, text, text, text),
  private.post_stock_movement(uuid, text, integer, text, numeric, text),
  public.post_stock_movement(uuid, text, integer, text, numeric, text)
  to authenticated, service_role;
