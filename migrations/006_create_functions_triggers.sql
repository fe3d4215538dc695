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
  perform pg_advisory_xact_lock('public.categories'::regclass::oid::bigint);
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
create function private.check_class_move() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.scheduled_date < (now() at time zone new.time_zone)::date then
    raise exception 'a class cannot be moved to %, which is past', new.scheduled_date
      using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_schedule_future_date';
  end if;
  return new;
end
$$;
comment on function private.check_class_move() is 'Trigger: a class is not moved into the past.';

create trigger check_class_move
  before update of scheduled_date on public.class_schedules
  for each row when (new.scheduled_date is distinct from old.scheduled_date)
  execute function private.check_class_move();

-- Whether this booking may stand, when it became what it is, and whether a class of the member's package pays for it.
-- A package pays for a seat, not for a place on the waitlist; a cancelled or deleted booking gives the class back.
create function private.check_booking() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  class public.class_schedules;
  member public.members;
begin
  if tg_op <> 'UPDATE'
    or (old.class_schedule_id, old.booking_type, old.status)
      is distinct from (new.class_schedule_id, new.booking_type, new.status)
  then
    perform from public.class_schedules s
    where s.id in (old.class_schedule_id, new.class_schedule_id) order by s.id for no key update;
  end if;

  if tg_op <> 'INSERT' then
    if tg_op = 'UPDATE' and new.member_id <> old.member_id then
      raise exception 'a booking stays with its member' using errcode = 'check_violation', table = 'bookings';
    end if;
    if old.payment_method = 'package' and old.payment_status = 'paid'
      and (tg_op = 'DELETE' or (new.status = 'cancelled' and old.status <> 'cancelled'))
    then
      update public.members m set classes_remaining = m.classes_remaining + 1 where m.id = old.member_id;
      if tg_op = 'UPDATE' then
        new.payment_status := 'refunded';
      end if;
    end if;
    if tg_op = 'DELETE' then
      return old;
    end if;
  end if;

  if new.status = 'confirmed'
    and (tg_op = 'INSERT' or old.status = 'cancelled' or old.class_schedule_id <> new.class_schedule_id)
  then
    select s.* into class from public.class_schedules s where s.id = new.class_schedule_id;
    if class.status <> 'scheduled' then
      raise exception 'class % is %', class.id, class.status using errcode = 'check_violation', table = 'bookings';
    end if;
    if tg_op = 'INSERT'
      and new.created_at > (class.scheduled_date + class.end_time) at time zone class.time_zone
    then
      raise exception 'class % is over', class.id using errcode = 'check_violation', table = 'bookings';
    end if;
    select m.* into member from public.members m where m.id = new.member_id;
    if member.membership_status <> 'active' or not member.is_active then
      raise exception 'membership of % is not active', member.id
        using errcode = 'check_violation', table = 'bookings';
    end if;
  end if;

  if new.status = 'confirmed' and new.booking_type = 'regular' and new.amount_paid is null
    and (
      (tg_op = 'INSERT' and new.payment_status = 'pending')
      or (tg_op = 'UPDATE' and old.booking_type = 'waitlist' and new.payment_status = 'pending')
      or (tg_op = 'UPDATE' and old.status = 'cancelled' and new.payment_status in ('pending', 'refunded'))
    )
  then
    update public.members m set classes_remaining = m.classes_remaining - 1
    where m.id = new.member_id and m.classes_remaining > 0;
    if found then
      new.payment_method := 'package';
      new.payment_status := 'paid';
    end if;
  end if;

  if new.status = 'cancelled' then
    new.cancelled_at := coalesce(new.cancelled_at, now());
  elsif new.status = 'attended' then
    new.checked_in_at := coalesce(new.checked_in_at, now());
  end if;
  return new;
end
$$;
comment on function private.check_booking() is 'Trigger: who may book what, and what pays for it.';

create trigger check_booking
  before insert or update or delete on public.bookings
  for each row execute function private.check_booking();

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

  if (old.status = 'attended') is distinct from (new.status = 'attended') then
    update public.members m
    set total_classes_attended = m.total_classes_attended
      + coalesce((new.status = 'attended')::integer, 0) - coalesce((old.status = 'attended')::integer, 0)
    where m.id = coalesce(new.member_id, old.member_id)
      and (old.status = 'attended' or new.status = 'attended');
  end if;
  return null;
end
$$;
comment on function public.update_class_booking_count() is 'Trigger: seats taken and people waiting in a class.';

create trigger booking_count_trigger
  after insert or update or delete on public.bookings
  for each row execute function public.update_class_booking_count();

-------------------------------------------------------------------------------------------------------- orders
-- Fills in what the writer left out; what a trusted writer states is checked, not replaced.
create function private.complete_order() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and new.subtotal <> old.subtotal
    and new.subtotal <> (select sum(i.item_total) from public.order_items i where i.order_id = new.id)
  then
    raise exception 'subtotal % of order % is not that of its items', new.subtotal, new.order_number
      using errcode = 'check_violation', table = 'orders', constraint = 'check_order_items_total';
  end if;
  new.total_amount := coalesce(new.total_amount, new.subtotal + new.tax_amount + new.tip_amount);
  if new.status = 'completed' then
    new.completed_at := coalesce(new.completed_at, now());
  end if;
  return new;
end
$$;
comment on function private.complete_order() is 'Trigger: the total and the time of completion.';

create trigger complete_order
  before insert or update on public.orders
  for each row execute function private.complete_order();

-- The price of the day: of the product, and of each variant that the customizations choose. Other customizations are
-- notes for the barista.
create function private.price_order_item() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  order_status text;
  extras decimal;
begin
  -- Locked, so that a cancellation and a new item cannot miss each other.
  select o.status into order_status from public.orders o where o.id = new.order_id for no key update;
  if order_status = 'cancelled' then
    raise exception 'order % is cancelled', new.order_id using errcode = 'check_violation', table = 'order_items';
  end if;
  if new.base_price is null then
    select p.base_price into new.base_price
    from public.products p where p.id = new.product_id and p.is_active and p.is_available;
    if not found then
      raise exception 'product % is not on sale', new.product_id
        using errcode = 'check_violation', table = 'order_items';
    end if;
  end if;
  if new.item_total is null then
    select coalesce(sum(v.price_modifier), 0) into extras
    from public.product_variants v
    where v.product_id = new.product_id and v.is_active
      and new.customizations ->> v.variant_type = v.variant_value;
    new.item_total := new.quantity * (new.base_price + extras);
  end if;
  return new;
end
$$;
comment on function private.price_order_item() is 'Trigger: what an item costs.';

create trigger price_order_item
  before insert on public.order_items
  for each row execute function private.price_order_item();

create function private.sum_orders(order_ids uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  -- First the lock, then, in a statement of its own, the sum: it must see what the session before us has committed.
  perform from public.orders o where o.id = any (order_ids) order by o.id for no key update;
  update public.orders o
  set subtotal = items.total, total_amount = items.total + o.tax_amount + o.tip_amount
  from (
    select changed.id, coalesce(sum(i.item_total), 0) as total
    from unnest(order_ids) changed (id)
    left join public.order_items i on i.order_id = changed.id
    group by changed.id
  ) items
  where o.id = items.id and o.status <> 'cancelled' and o.subtotal <> items.total;
end
$$;
comment on function private.sum_orders(uuid[]) is 'Makes the totals of these orders those of their items.';

--------------------------------------------------------------------------------------------------------- stock
create function private.move_stock(product_ids uuid[], amounts integer[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform from public.inventory i where i.product_id = any (product_ids) order by i.product_id for no key update;
  update public.inventory i
  set current_stock = i.current_stock + move.amount
  from (
    select u.product_id, sum(u.amount)::integer as amount
    from unnest(product_ids, amounts) u (product_id, amount)
    group by u.product_id
  ) move
  where i.product_id = move.product_id and move.amount <> 0;
end
$$;
comment on function private.move_stock(uuid[], integer[]) is 'Adds these amounts to the stock of these products.';

-- Once for a statement, not for a row: two orders of the same two products, listed the other way round, would deadlock.
create function public.update_inventory_after_order() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  product_ids uuid[];
  amounts integer[];
  order_ids uuid[];
begin
  if tg_op = 'INSERT' then
    select array_agg(n.product_id), array_agg(-n.quantity), array_agg(distinct n.order_id)
    into product_ids, amounts, order_ids
    from new_items n;
  elsif tg_op = 'DELETE' then
    -- An order that is gone took its items along, and they go back; those of a cancelled one are back already.
    select array_agg(i.product_id) filter (where o.status is distinct from 'cancelled'),
           array_agg(i.quantity) filter (where o.status is distinct from 'cancelled'),
           array_agg(distinct i.order_id)
    into product_ids, amounts, order_ids
    from old_items i left join public.orders o on o.id = i.order_id;
  else
    select array_agg(i.product_id) filter (where o.status <> 'cancelled'),
           array_agg(i.quantity) filter (where o.status <> 'cancelled'),
           array_agg(distinct i.order_id)
    into product_ids, amounts, order_ids
    from (
      select d.order_id, d.product_id, d.quantity from old_items d
      union all
      select n.order_id, n.product_id, -n.quantity from new_items n
    ) i join public.orders o on o.id = i.order_id;
  end if;

  if order_ids is not null then
    perform private.sum_orders(order_ids);
  end if;
  if product_ids is not null then
    perform private.move_stock(product_ids, amounts);
  end if;
  return null;
end
$$;
comment on function public.update_inventory_after_order() is 'Trigger: stock and order totals follow the items.';

create trigger inventory_update_trigger
  after insert on public.order_items
  referencing new table as new_items
  for each statement execute function public.update_inventory_after_order();
create trigger inventory_change_trigger
  after update on public.order_items
  referencing old table as old_items new table as new_items
  for each statement execute function public.update_inventory_after_order();
create trigger inventory_restock_trigger
  after delete on public.order_items
  referencing old table as old_items
  for each statement execute function public.update_inventory_after_order();

create function private.move_order_stock() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  product_ids uuid[];
  amounts integer[];
begin
  select array_agg(i.product_id), array_agg(case new.status when 'cancelled' then i.quantity else -i.quantity end)
  into product_ids, amounts
  from public.order_items i where i.order_id = new.id;
  if product_ids is not null then
    perform private.move_stock(product_ids, amounts);
  end if;
  return null;
end
$$;
comment on function private.move_order_stock() is 'Trigger: cancelling an order gives its stock back.';

create trigger move_order_stock
  after update of status on public.orders
  for each row when ((old.status = 'cancelled') <> (new.status = 'cancelled'))
  execute function private.move_order_stock();

-- While the order can still be seen to be cancelled: the cascade would come too late, and give the stock back twice.
create function private.delete_cancelled_items() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.order_items i where i.order_id = old.id;
  return old;
end
$$;
comment on function private.delete_cancelled_items() is 'Trigger: deletes a cancelled order''s items before it.';

create trigger delete_cancelled_items
  before delete on public.orders
  for each row when (old.status = 'cancelled')
  execute function private.delete_cancelled_items();

create function private.raise_stock_alert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.current_stock <= new.min_threshold then
    insert into public.inventory_alerts (product_id, alert_type, message)
    values (
      new.product_id, 'low_stock', 'Stock below minimum threshold: ' || new.current_stock || ' remaining'
    )
    on conflict (product_id) where resolved_at is null do update set message = excluded.message;
  else
    update public.inventory_alerts a set resolved_at = now()
    where a.product_id = new.product_id and a.resolved_at is null;
  end if;
  return null;
end
$$;
comment on function private.raise_stock_alert() is 'Trigger: opens, updates and resolves the alert of a product.';

create trigger raise_stock_alert
  after insert or update of current_stock, min_threshold on public.inventory
  for each row execute function private.raise_stock_alert();

----------------------------------------------------------------------------------------------------- customers
-- A visit counts when its order is completed and paid, and no longer when it is refunded.
create function private.count_customer_visit() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  change record;
begin
  for change in
    select row.customer_id, sum(row.visits)::integer as visits, sum(row.spent) as spent, max(row.visited) as visited
    from (
      select old.customer_id, -1, -old.total_amount, null::timestamptz
      where old.status = 'completed' and old.payment_status = 'paid'
      union all
      select new.customer_id, 1, new.total_amount, new.completed_at
      where new.status = 'completed' and new.payment_status = 'paid'
    ) as row (customer_id, visits, spent, visited)
    where row.customer_id is not null
    group by row.customer_id
    having sum(row.visits) <> 0 or sum(row.spent) <> 0
    order by row.customer_id
  loop
    update public.customers c
    set visit_count = c.visit_count + change.visits,
        total_spent = c.total_spent + change.spent,
        last_visit = greatest(c.last_visit, change.visited)
    where c.id = change.customer_id;
  end loop;
  return null;
end
$$;
comment on function private.count_customer_visit() is 'Trigger: visits and money spent of a customer.';

create trigger count_customer_visit
  after insert or update or delete on public.orders
  for each row execute function private.count_customer_visit();

-- A trigger's function is called by the trigger, and by nobody else.
revoke all on function public.update_class_booking_count(), public.update_inventory_after_order()
  from public, anon, authenticated, service_role;
revoke all on function
  private.check_category_cycle(), private.check_class_move(), private.check_booking(), private.complete_order(),
  private.price_order_item(), private.sum_orders(uuid[]), private.move_stock(uuid[], integer[]),
  private.move_order_stock(), private.delete_cancelled_items(), private.raise_stock_alert(),
  private.count_customer_visit()
  from public;
