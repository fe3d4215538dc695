-- What an order costs and how it moves: prices from the menu, totals from the items, both computed here and checked at
-- commit. What a trusted writer states (a till's prices, an import) is checked, not replaced.
-- Locks are taken in one order everywhere: order, inventory by ascending id, promotion, customer.

-------------------------------------------------------------------------------------------------------- orders
create function private.prepare_order() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  location public.locations;
begin
  select l.* into location from public.locations l where l.id = new.location_id;
  if not private.is_trusted_caller() and not (location.accepts_orders and location.is_active) then
    raise exception '% takes no orders', location.name
      using errcode = 'check_violation', table = 'orders', constraint = 'location_accepts_orders';
  end if;
  if new.customer_id is not null and location.organization_id <> (
    select c.organization_id from public.customers c where c.id = new.customer_id
  ) then
    raise exception 'the customer belongs to another organization'
      using errcode = 'foreign_key_violation', table = 'orders', constraint = 'same_organization';
  end if;
  new.currency := location.currency;
  new.prices_include_tax := location.prices_include_tax;
  -- A shop that closes at two in the morning counts the sale to the evening before.
  new.business_date := coalesce(
    new.business_date, (new.created_at at time zone location.time_zone - location.business_day_start::interval)::date
  );
  new.total_amount := coalesce(
    new.total_amount, new.subtotal + new.tax_amount + new.tip_amount - new.discount_amount
  );
  if new.status = 'completed' then
    new.completed_at := coalesce(new.completed_at, new.created_at);
  end if;
  return new;
end
$$;
comment on function private.prepare_order() is 'Trigger: what an order takes from its location, and its day.';

create trigger prepare_order
  before insert on public.orders
  for each row execute function private.prepare_order();

create function private.move_order() returns trigger
language plpgsql set search_path = '' as $$
begin
  if new.location_id <> old.location_id then
    raise exception 'order % stays at its location', old.order_number using errcode = 'check_violation', table = 'orders';
  end if;
  if new.status <> old.status then
    -- Forward only; what is completed or cancelled stays so (its money can still go back). A till may void its sale.
    if old.status = 'cancelled'
      or (old.status = 'completed' and (new.status <> 'cancelled' or old.external_source is null))
      or (
        new.status <> 'cancelled'
        and array_position(array['pending', 'preparing', 'ready', 'completed'], new.status)
          < array_position(array['pending', 'preparing', 'ready', 'completed'], old.status)
      )
    then
      raise exception 'order % is %, and cannot become %', old.order_number, old.status, new.status
        using errcode = 'check_violation', table = 'orders', constraint = 'orders_status_transition';
    end if;
    if new.status = 'completed' then
      new.completed_at := coalesce(new.completed_at, now());
      if new.total_amount = 0 and new.payment_status = 'pending' then
        new.payment_status := 'paid'; -- a reward has paid for all of it
      end if;
    elsif new.status = 'cancelled' then
      new.cancelled_at := coalesce(new.cancelled_at, now());
    end if;
  end if;
  return new;
end
$$;
comment on function private.move_order() is 'Trigger: the ways that an order may go.';

create trigger move_order
  before update on public.orders
  for each row execute function private.move_order();

create function private.record_order_status() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.order_status_history (order_id, location_id, from_status, to_status)
  values (new.id, new.location_id, old.status, new.status);
  return null;
end
$$;
comment on function private.record_order_status() is 'Trigger: writes the history of an order.';

create trigger record_first_status
  after insert on public.orders
  for each row execute function private.record_order_status();
create trigger record_status
  after update of status on public.orders
  for each row when (new.status <> old.status)
  execute function private.record_order_status();

-- For whoever may change the order, and with its lock. What is not the caller's answers like what is not there.
create function private.open_order(wanted uuid) returns public.orders
language plpgsql security definer set search_path = '' as $$
declare
  found_order public.orders;
begin
  if not private.is_trusted_caller() and not exists (
    select
    from public.orders o
    where o.id = wanted
      and (
        o.customer_id = any (private.customer_ids())
        or private.has_location_role(o.location_id, 'admin', 'staff', 'barista')
      )
  ) then
    raise exception 'there is no such order' using errcode = 'insufficient_privilege';
  end if;
  select o.* into found_order from public.orders o where o.id = wanted for no key update;
  if found_order.status = 'cancelled' or (
    not private.is_trusted_caller() and (found_order.status, found_order.payment_status) <> ('pending', 'pending')
  ) then
    raise exception 'order % is % and %, and takes no changes',
      found_order.order_number, found_order.status, found_order.payment_status
      using errcode = 'check_violation', table = 'orders', constraint = 'order_is_open';
  end if;
  return found_order;
end
$$;
comment on function private.open_order(uuid) is 'An order that the caller may still change, locked.';

--------------------------------------------------------------------------------------------------------- items
-- What the customizations choose: variants by their type, a default where nothing is said, and modifiers by id, within
-- the rules of their groups. Other keys are notes for the bar.
create function private.chosen_options(product uuid, customizations jsonb)
returns table (variant_id uuid, modifier_id uuid, name text, value text, quantity integer, price_delta numeric)
language plpgsql stable security definer set search_path = '' as $$
declare
  wanted jsonb := coalesce(customizations -> 'modifiers', '{}');
  wrong text;
begin
  select v.variant_type || ' ' || (customizations ->> v.variant_type) into wrong
  from public.product_variants v
  where v.product_id = product and customizations ->> v.variant_type is not null
  group by v.variant_type
  having not bool_or(v.is_active and v.variant_value = customizations ->> v.variant_type)
  limit 1;
  if wrong is null and jsonb_typeof(wanted) <> 'object' then
    wrong := 'modifiers ' || wanted::text;
  end if;
  if wrong is null then
    select 'modifier ' || w.key into wrong
    from jsonb_each_text(wanted) w
    left join public.modifiers m on m.id = w.key::uuid and m.is_active and m.is_available
    left join public.product_modifier_groups g
      on g.modifier_group_id = m.modifier_group_id and g.product_id = product and g.is_active
    where g.id is null or w.value::integer not between 1 and m.max_quantity
    limit 1;
  end if;
  if wrong is null then
    select 'number of ' || g.name into wrong
    from public.product_modifier_groups p
    join public.modifier_groups g on g.id = p.modifier_group_id and g.is_active
    left join public.modifiers m on m.modifier_group_id = g.id and wanted ? m.id::text
    where p.product_id = product and p.is_active
    group by g.id, p.id
    having coalesce(sum((wanted ->> m.id::text)::integer), 0)
      not between coalesce(p.min_selected, g.min_selected) and coalesce(p.max_selected, g.max_selected, 1000)
    limit 1;
  end if;
  if wrong is not null then
    raise exception 'the product does not come with %', wrong
      using errcode = 'invalid_parameter_value', table = 'order_items', column = 'customizations';
  end if;

  return query
    select v.id, null::uuid, v.variant_type, v.variant_value, 1, v.price_modifier::numeric
    from public.product_variants v
    where v.product_id = product and v.is_active
      and case when customizations ->> v.variant_type is null then v.is_default
               else v.variant_value = customizations ->> v.variant_type end
    union all
    select null::uuid, m.id, g.name, m.name, w.value::integer, m.price_delta::numeric
    from jsonb_each_text(wanted) w
    join public.modifiers m on m.id = w.key::uuid
    join public.modifier_groups g on g.id = m.modifier_group_id;
end
$$;
comment on function private.chosen_options(uuid, jsonb) is
  'The variants and modifiers that customizations choose, checked.';

create function private.price_order_item() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  its_order public.orders := private.open_order(new.order_id);
  offer record;
  extras numeric;
begin
  new.location_id := its_order.location_id;
  select p.name, coalesce(o.base_price, p.base_price) as price, p.tax_category,
         p.is_active and p.is_available and p.product_type <> 'ingredient'
           and (o.id is null or o.is_available or coalesce(o.unavailable_until <= now(), false)) as on_sale
  into offer
  from public.products p
  join public.locations l on l.organization_id = p.organization_id and l.id = its_order.location_id
  left join public.product_location_overrides o
    on o.product_id = p.id and o.location_id = l.id and o.is_active
  where p.id = new.product_id;
  if not found or (new.base_price is null and not offer.on_sale) then
    raise exception 'product % is not on sale', coalesce(offer.name, new.product_id::text)
      using errcode = 'check_violation', table = 'order_items', constraint = 'product_on_sale';
  end if;
  new.product_name := coalesce(new.product_name, offer.name);
  new.base_price := coalesce(new.base_price, offer.price);
  if new.unit_price is null and new.item_total is null then
    select coalesce(sum(c.price_delta * c.quantity), 0) into extras
    from private.chosen_options(new.product_id, new.customizations) c;
    new.unit_price := new.base_price + extras;
  end if;
  new.unit_price := coalesce(new.unit_price, round(new.item_total / new.quantity, 2));
  new.item_total := coalesce(new.item_total, new.unit_price * new.quantity);
  if its_order.external_source is null then
    new.tax_rate := coalesce(
      (
        select t.rate
        from public.tax_rates t
        where t.location_id = its_order.location_id and t.tax_category = offer.tax_category and t.is_active
          and (t.order_type is null or t.order_type = its_order.order_type)
        order by t.order_type nulls last
        limit 1
      ),
      0
    );
  end if;
  return new;
end
$$;
comment on function private.price_order_item() is 'Trigger: what an item costs.';

create trigger price_order_item
  before insert on public.order_items
  for each row execute function private.price_order_item();

create function private.keep_order_item() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'an order''s items do not change' using errcode = 'object_not_in_prerequisite_state',
    table = 'order_items', hint = 'delete the item and add another';
end
$$;
comment on function private.keep_order_item() is
  'Trigger: an item is what was ordered. Its tax follows the order''s discounts.';

create trigger keep_order_item
  before update on public.order_items
  for each row when (
    (old.order_id, old.location_id, old.product_id, old.quantity, old.base_price, old.unit_price, old.item_total,
      old.customizations)
    is distinct from
    (new.order_id, new.location_id, new.product_id, new.quantity, new.base_price, new.unit_price, new.item_total,
      new.customizations)
  )
  execute function private.keep_order_item();

-- Fires before inventory_update_trigger, by its name: recipes go by what was chosen.
create function private.record_chosen_options() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.order_item_options (order_item_id, variant_id, modifier_id, name, value, quantity, price_delta)
  select n.id, c.variant_id, c.modifier_id, c.name, c.value, c.quantity, c.price_delta
  from new_items n
  join public.orders o on o.id = n.order_id and o.external_source is null
  cross join lateral private.chosen_options(n.product_id, n.customizations) c;
  return null;
end
$$;
comment on function private.record_chosen_options() is 'Trigger: writes down what was chosen for an item.';

create trigger choose_options
  after insert on public.order_items
  referencing new table as new_items
  for each statement execute function private.record_chosen_options();

create or replace function private.stock_needs(item_id uuid, sold_product_id uuid, sold integer)
returns table (product_id uuid, quantity integer)
language sql stable security definer set search_path = '' as $$
  select needed.product_id, sum(needed.quantity)::integer
  from (
    select sold_product_id, sold
    union all
    select c.component_product_id, c.quantity * sold
    from public.product_components c
    where c.product_id = sold_product_id and c.is_active
    union all
    select c.component_product_id, c.quantity * o.quantity * sold
    from public.order_item_options o
    join public.product_components c on c.is_active and (c.variant_id = o.variant_id or c.modifier_id = o.modifier_id)
    where o.order_item_id = item_id
  ) needed (product_id, quantity)
  group by needed.product_id
$$;

-------------------------------------------------------------------------------------------------------- totals
-- Discounts are spread over the items in proportion before tax; tax is rounded for each item, half up. Where prices
-- include tax, the subtotal is what is left without it.
create function private.total_order(wanted uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  it public.orders;
  gross numeric(10,2);
  discount numeric(10,2);
  tax numeric(10,2);
begin
  -- First the lock, then, in statements of their own, the sums: they must see what the session before us has committed.
  select o.* into it from public.orders o where o.id = wanted for no key update;
  if not found or it.external_source is not null then
    return;
  end if;
  select coalesce(sum(i.item_total), 0) into gross from public.order_items i where i.order_id = wanted;
  select least(private.order_discount(wanted), gross) into discount;
  update public.order_items i
  set tax_amount = taxed.amount
  from (
    select t.id, round(
      t.item_total * (gross - discount) / greatest(gross, 0.01) * t.tax_rate
        / case when it.prices_include_tax then 1 + t.tax_rate else 1 end, 2
    ) as amount
    from public.order_items t where t.order_id = wanted
  ) taxed
  where i.id = taxed.id and i.tax_amount <> taxed.amount;
  select coalesce(sum(i.tax_amount), 0) into tax from public.order_items i where i.order_id = wanted;
  gross := gross - case when it.prices_include_tax then tax else 0 end;
  update public.orders o
  set subtotal = gross, tax_amount = tax, discount_amount = discount,
      total_amount = gross + tax + o.tip_amount - discount,
      estimated_ready_time = coalesce(
        o.estimated_ready_time,
        (
          select now() + make_interval(mins => max(p.preparation_time))
          from public.order_items i join public.products p on p.id = i.product_id
          where i.order_id = wanted
        )
      )
  where o.id = wanted
    and (o.subtotal, o.tax_amount, o.discount_amount) is distinct from (gross, tax, discount);
end
$$;
comment on function private.total_order(uuid) is 'Makes an order''s totals those of its items and discounts.';

-- What is taken off an order; promotions and rewards come with 013.
create function private.order_discount(wanted uuid) returns numeric
language sql stable security definer set search_path = '' as $$
  select 0::numeric
$$;
comment on function private.order_discount(uuid) is 'What is taken off an order.';

create function private.total_changed_orders() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  changed uuid;
begin
  for changed in select distinct c.order_id from changed_items c order by c.order_id loop
    perform private.total_order(changed);
  end loop;
  return null;
end
$$;
comment on function private.total_changed_orders() is 'Trigger: order totals follow the items.';

create trigger total_after_insert
  after insert on public.order_items
  referencing new table as changed_items
  for each statement execute function private.total_changed_orders();
create trigger total_after_delete
  after delete on public.order_items
  referencing old table as changed_items
  for each statement execute function private.total_changed_orders();

-- Whoever wrote the rows: at commit they add up. A till may send an order without its items.
create function private.check_order_items_total() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  row jsonb := coalesce(to_jsonb(new), to_jsonb(old));
  changed uuid := (row ->> case tg_table_name when 'orders' then 'id' else 'order_id' end)::uuid;
  it public.orders;
  items numeric;
begin
  select o.* into it from public.orders o where o.id = changed;
  select sum(i.item_total) into items from public.order_items i where i.order_id = changed;
  if it.prices_include_tax then
    it.subtotal := it.subtotal + it.tax_amount;
  end if;
  if coalesce(items, 0) <> it.subtotal and (items is not null or it.external_source is null) then
    raise exception 'subtotal % of order % is not that of its items', it.subtotal, it.order_number
      using errcode = 'check_violation', table = 'orders', constraint = 'check_order_items_total';
  end if;
  return null;
end
$$;
comment on function private.check_order_items_total() is
  'Trigger: at commit, an order''s subtotal is that of its items.';

create constraint trigger check_order_items_total
  after insert or update of subtotal, tax_amount on public.orders
  deferrable initially deferred
  for each row execute function private.check_order_items_total();
create constraint trigger check_order_items_total
  after insert or delete on public.order_items
  deferrable initially deferred
  for each row execute function private.check_order_items_total();

----------------------------------------------------------------------------------------------------- customers
-- A visit counts when its order is completed and paid, and no longer when all of it is refunded. What went back of
-- money that was paid twice was never spent.
create function private.count_customer_visit() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  change record;
begin
  for change in
    select row.customer_id, sum(row.visits)::integer as visits, sum(row.spent) as spent, max(row.visited) as visited
    from (
      select old.customer_id, -1,
             -least(old.total_amount, greatest(old.paid_amount, old.total_amount) - old.refunded_amount),
             null::timestamptz
      where old.status = 'completed' and old.payment_status = 'paid'
      union all
      select new.customer_id, 1,
             least(new.total_amount, greatest(new.paid_amount, new.total_amount) - new.refunded_amount),
             new.completed_at
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

-------------------------------------------------------------------------------------------------- notifications
create function private.notify_stock_alert() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.notifications (organization_id, location_id, kind, title, body, payload, dedupe_key)
  select p.organization_id, new.location_id, new.alert_type, p.name || ' ' || replace(new.alert_type, '_', ' '),
         new.message, jsonb_build_object('alert_id', new.id, 'product_id', new.product_id), 'stock alert ' || new.id
  from public.products p where p.id = new.product_id
  on conflict (dedupe_key) do nothing;
  return null;
end
$$;
comment on function private.notify_stock_alert() is 'Trigger: tells the staff of a location what runs out.';

create trigger notify_stock_alert
  after insert on public.inventory_alerts
  for each row execute function private.notify_stock_alert();

create function private.notify_order_ready() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.notifications (organization_id, location_id, user_id, kind, title, payload, dedupe_key)
  select c.organization_id, new.location_id, c.user_id, 'order_ready', 'Your order is ready',
         jsonb_build_object('order_id', new.id, 'order_number', new.order_number), 'order ready ' || new.id
  from public.customers c where c.id = new.customer_id and c.user_id is not null
  on conflict (dedupe_key) do nothing;
  return null;
end
$$;
comment on function private.notify_order_ready() is 'Trigger: tells a customer to come.';

create trigger notify_order_ready
  after update of status on public.orders
  for each row when (new.status = 'ready' and old.status <> 'ready')
  execute function private.notify_order_ready();

revoke all on function
  private.prepare_order(), private.move_order(), private.record_order_status(), private.open_order(uuid),
  private.chosen_options(uuid, jsonb), private.price_order_item(), private.keep_order_item(),
  private.record_chosen_options(), private.total_order(uuid), private.order_discount(uuid),
  private.total_changed_orders(), private.check_order_items_total(), private.count_customer_visit(),
  private.notify_stock_alert(), private.notify_order_ready()
  from public;
