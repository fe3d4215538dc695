-- What the tables keep right by themselves: seats, stock, prices, totals. These functions run as their owner, since the
-- person whose booking or order moves a counter may not write the counter; every name in them is qualified, so that no
-- caller's temporary table can stand in for ours.
-- Locks are taken in one order everywhere (class before member, order before inventory, ids ascending), so that two
-- sessions wait for each other and never deadlock.

----------------------------------------------------------------------------------------------------- catalogue
create function private.check_category_cycle() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Two sessions that each hang one branch under the other would not see each other's row: one at a time.
  perform pg_advisory_xact_lock(hashtextextended('categories of ' || new.organization_id, 0));
  if exists (
    with recursive above as (
      select new.parent_id as id
      union
      select c.parent_id from public.categories c join above a on c.id = a.id where c.parent_id is not null
    )
    select from above where above.id = new.id
  ) then
    raise exception 'category % would be its own ancestor', new.id
      using errcode = 'check_violation', table = 'categories', constraint = 'check_category_cycle';
  end if;
  return new;
end
$$;
comment on function private.check_category_cycle() is 'Trigger: a category is never above itself.';

create trigger check_category_cycle
  before insert or update of parent_id on public.categories
  for each row when (new.parent_id is not null)
  execute function private.check_category_cycle();

------------------------------------------------------------------------------------------------------ bookings
-- A class has the clock of its location, stays there, and is not moved into the past.
create function private.place_class() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.time_zone := coalesce(
      new.time_zone, (select l.time_zone from public.locations l where l.id = new.location_id)
    );
    return new;
  end if;
  if new.location_id <> old.location_id then
    raise exception 'a class stays at its location'
      using errcode = 'check_violation', table = 'class_schedules', column = 'location_id';
  end if;
  if new.scheduled_date <> old.scheduled_date
    and new.scheduled_date < (now() at time zone new.time_zone)::date
  then
    raise exception 'a class cannot be moved to %, which is past', new.scheduled_date
      using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_schedule_future_date';
  end if;
  return new;
end
$$;
comment on function private.place_class() is 'Trigger: the clock of a class, and where and when it may move.';

create trigger place_class
  before insert or update of location_id, scheduled_date on public.class_schedules
  for each row execute function private.place_class();

-- The difference between what the old row held and what the new one holds, so that any change, of status, type or
-- class, moves the counters by exactly itself. A full class says no through check_booking_capacity.
create function public.update_class_booking_count() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  change record;
begin
  for change in
    select row.class_id, sum(row.seats)::integer as seats, sum(row.waiting)::integer as waiting
    from (
      select old.class_schedule_id, -(old.status <> 'cancelled' and old.booking_type <> 'waitlist')::integer,
             -(old.status <> 'cancelled' and old.booking_type = 'waitlist')::integer
      union all
      select new.class_schedule_id, (new.status <> 'cancelled' and new.booking_type <> 'waitlist')::integer,
             (new.status <> 'cancelled' and new.booking_type = 'waitlist')::integer
    ) as row (class_id, seats, waiting)
    where row.class_id is not null -- an insert has no old row, a delete no new one
    group by row.class_id
    having sum(row.seats) <> 0 or sum(row.waiting) <> 0
    order by row.class_id
  loop
    update public.class_schedules s
    set current_bookings = s.current_bookings + change.seats, waitlist_count = s.waitlist_count + change.waiting
    where s.id = change.class_id;
  end loop;
  return null;
end
$$;
comment on function public.update_class_booking_count() is 'Trigger: seats taken and people waiting in a class.';

create trigger booking_count_trigger
  after insert or update or delete on public.bookings
  for each row execute function public.update_class_booking_count();

--------------------------------------------------------------------------------------------------------- stock
-- The one way to change a stock. The UPDATE takes the lock of the row, and only then draws the entry's number and sees
-- what is left, so that sessions who take of the same thing stand in line; check_positive_stock refuses the last one.
create function private.post_stock(
  inventory_id uuid, movement_type text, quantity integer, order_item_id uuid default null, reason text default null,
  unit_cost numeric default null, idempotency_key text default null
) returns public.stock_movements
language plpgsql security definer set search_path = '' as $$
declare
  level public.inventory;
  entry public.stock_movements;
begin
  update public.inventory i
  set current_stock = i.current_stock + post_stock.quantity,
      stock_seq = nextval('public.stock_movements_seq_seq'),
      last_restocked = case
        when post_stock.movement_type in ('restock', 'transfer_in') then now()
        else i.last_restocked
      end,
      -- What a unit costs is the average over those that are there.
      cost_per_unit = case
        when post_stock.movement_type = 'restock' and post_stock.unit_cost is not null
          and i.current_stock + post_stock.quantity > 0
        then round(
          (coalesce(i.cost_per_unit, post_stock.unit_cost) * i.current_stock
            + post_stock.unit_cost * post_stock.quantity) / (i.current_stock + post_stock.quantity), 2)
        else i.cost_per_unit
      end
  where i.id = post_stock.inventory_id
  returning i.* into level;
  if not found then
    raise exception 'there is no inventory %', post_stock.inventory_id using errcode = 'foreign_key_violation';
  end if;
  insert into public.stock_movements as m (
    seq, inventory_id, location_id, movement_type, quantity, balance_after, unit_cost, order_item_id, reason,
    idempotency_key
  )
  values (
    level.stock_seq, level.id, level.location_id, post_stock.movement_type, post_stock.quantity, level.current_stock,
    post_stock.unit_cost, post_stock.order_item_id, post_stock.reason, post_stock.idempotency_key
  )
  returning m.* into entry;
  return entry;
end
$$;
comment on function private.post_stock(uuid, text, integer, uuid, text, numeric, text) is
  'Changes a stock and writes its entry in the ledger.';

-- A level that somebody trusted has set himself (psql, an import) is an entry too. One that post_stock has set comes
-- with a new number.
create function private.record_stock_level() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.stock_movements (
    inventory_id, location_id, movement_type, quantity, balance_after, unit_cost, reason
  )
  values (
    new.id, new.location_id, case tg_op when 'INSERT' then 'opening' else 'adjustment' end,
    new.current_stock - coalesce(old.current_stock, 0), new.current_stock, new.cost_per_unit, 'level set directly'
  );
  return null;
end
$$;
comment on function private.record_stock_level() is 'Trigger: a stock that was set directly has its ledger entry too.';

create trigger record_opening_stock
  after insert on public.inventory
  for each row when (new.current_stock <> 0 and new.stock_seq is null)
  execute function private.record_stock_level();
create trigger record_stock_level
  after update of current_stock on public.inventory
  for each row when (
    new.current_stock <> old.current_stock and new.stock_seq is not distinct from old.stock_seq
  )
  execute function private.record_stock_level();

-- What an item takes from the shelves: of the product itself, where that is counted. Recipes add to it (010).
create function private.stock_needs(item_id uuid, sold_product_id uuid, sold integer)
returns table (product_id uuid, quantity integer)
language sql stable security definer set search_path = '' as $$
  select sold_product_id, sold
$$;
comment on function private.stock_needs(uuid, uuid, integer) is 'What an item of an order takes from stock.';

-- Once for a statement, and by ascending ids: two orders of the same two products, listed the other way round, would
-- deadlock otherwise. What a till has sold is gone, whatever the books say: they give what they have, and an alert opens.
create function public.update_inventory_after_order() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  need record;
  taken integer;
begin
  for need in
    select i.id as inventory_id, i.location_id, i.product_id, n.id as item_id, needed.quantity, o.external_source
    from new_items n
    join public.orders o on o.id = n.order_id and o.status <> 'cancelled'
    cross join lateral private.stock_needs(n.id, n.product_id, n.quantity) needed
    join public.inventory i
      on i.location_id = o.location_id and i.product_id = needed.product_id and i.is_active
    order by i.id, n.id
  loop
    taken := need.quantity;
    if need.external_source is not null then
      select least(i.current_stock, need.quantity) into taken
      from public.inventory i where i.id = need.inventory_id for no key update;
      if taken < need.quantity then
        insert into public.inventory_alerts (location_id, product_id, alert_type, message)
        values (
          need.location_id, need.product_id, 'oversold',
          'Sold ' || need.quantity || ' at the till, ' || taken || ' in the books'
        )
        on conflict (location_id, product_id, alert_type) where resolved_at is null
        do update set message = excluded.message;
      end if;
    end if;
    if taken > 0 then
      perform private.post_stock(need.inventory_id, 'sale', -taken, need.item_id);
    end if;
  end loop;
  return null;
end
$$;
comment on function public.update_inventory_after_order() is 'Trigger: what is ordered leaves the stock.';

create trigger inventory_update_trigger
  after insert on public.order_items
  referencing new table as new_items
  for each statement execute function public.update_inventory_after_order();

-- What an item took and has not given back yet is in the ledger: nothing comes back twice.
create function private.give_stock_back(items uuid[], reason text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  taken record;
begin
  for taken in
    select m.inventory_id, m.order_item_id, sum(m.quantity)::integer as quantity
    from public.stock_movements m
    where m.order_item_id = any (items)
    group by m.inventory_id, m.order_item_id
    having sum(m.quantity) < 0
    order by m.inventory_id, m.order_item_id
  loop
    perform private.post_stock(
      taken.inventory_id, 'sale_reversal', -taken.quantity, taken.order_item_id, give_stock_back.reason
    );
  end loop;
end
$$;
comment on function private.give_stock_back(uuid[], text) is 'Puts what these items took back on the shelves.';

create function private.restock_cancelled_order() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.give_stock_back(
    array(select i.id from public.order_items i where i.order_id = new.id), 'order ' || new.order_number || ' cancelled'
  );
  return null;
end
$$;
comment on function private.restock_cancelled_order() is 'Trigger: cancelling an order gives its stock back.';

create trigger cancelling_restocks
  after update of status on public.orders
  for each row when (new.status = 'cancelled' and old.status <> 'cancelled')
  execute function private.restock_cancelled_order();

-- Before, since afterwards the ledger no longer says whose the entries were.
create function private.restock_deleted_item() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform private.give_stock_back(array[old.id], 'item removed');
  return old;
end
$$;
comment on function private.restock_deleted_item() is 'Trigger: an item that is removed gives its stock back.';

create trigger inventory_restock_trigger
  before delete on public.order_items
  for each row execute function private.restock_deleted_item();

create function private.raise_stock_alert() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  due text := case
    when not new.is_active then null
    when new.current_stock = 0 then 'out_of_stock'
    when new.current_stock <= new.min_threshold then 'low_stock'
  end;
begin
  update public.inventory_alerts a
  set resolved_at = now()
  where a.location_id = new.location_id and a.product_id = new.product_id and a.resolved_at is null
    and a.alert_type is distinct from due and (a.alert_type <> 'oversold' or due is null);
  if due is not null then
    insert into public.inventory_alerts (location_id, product_id, alert_type, message)
    values (
      new.location_id, new.product_id, due,
      'Stock below minimum threshold: ' || new.current_stock || ' remaining'
    )
    on conflict (location_id, product_id, alert_type) where resolved_at is null
    do update set message = excluded.message;
  end if;
  return null;
end
$$;
comment on function private.raise_stock_alert() is 'Trigger: opens, updates and resolves the alerts of a product.';

create trigger raise_stock_alert
  after insert or update of current_stock, min_threshold, is_active on public.inventory
  for each row execute function private.raise_stock_alert();

-- A trigger's function is called by the trigger, and by nobody else.
revoke all on function public.update_class_booking_count(), public.update_inventory_after_order()
  from public, anon, authenticated, service_role;
revoke all on function
  private.check_category_cycle(), private.place_class(),
  private.post_stock(uuid, text, integer, uuid, text, numeric, text), private.record_stock_level(),
  private.stock_needs(uuid, uuid, integer), private.give_stock_back(uuid[], text), private.restock_cancelled_order(),
  private.restock_deleted_item(), private.raise_stock_alert()
  from public;
