-- What must be true of the rows, whoever wrote them. Empty is good: after a test under load, every night, after a restore.

-- Each function of this schema whose name begins with invariants_of_ gives what it finds broken.
create function private.check_invariants()
returns table (rule text, entity text, entity_id uuid, expected numeric, actual numeric)
language plpgsql stable set search_path = '' as $$
declare
  part text;
begin
  for part in
    select p.proname
    from pg_catalog.pg_proc p
    where p.pronamespace = 'private'::regnamespace and p.proname like 'invariants\_of\_%'
    order by p.proname
  loop
    for rule, entity, entity_id, expected, actual in execute format('select * from private.%I()', part) loop
      return next;
    end loop;
  end loop;
end
$$;
comment on function private.check_invariants() is 'One row for each rule that is broken; none is good.';

create function private.invariants_of_shop()
returns table (rule text, entity text, entity_id uuid, expected numeric, actual numeric)
language sql stable set search_path = '' as $$
  select 'stock is the sum of its ledger', 'inventory', i.id, coalesce(sum(m.quantity), 0)::numeric, i.current_stock
  from public.inventory i
  left join public.stock_movements m on m.inventory_id = i.id
  group by i.id
  having i.current_stock <> coalesce(sum(m.quantity), 0)
  union all
  select 'each entry says what was left', 'stock_movements', s.id, s.running, s.balance_after
  from (
    select m.id, m.balance_after, sum(m.quantity) over (partition by m.inventory_id order by m.seq) as running
    from public.stock_movements m
  ) s
  where s.running <> s.balance_after
  union all
  select 'what is ordered has left the stock, what is cancelled has not', 'order_items', i.id,
         case o.status when 'cancelled' then 0 else -1 end, sign(sum(m.quantity))
  from public.order_items i
  join public.orders o on o.id = i.order_id
  join public.stock_movements m on m.order_item_id = i.id
  group by i.id, o.status
  having sign(sum(m.quantity)) <> case o.status when 'cancelled' then 0 else -1 end
  union all
  select 'points are the sum of their ledger', 'customers', c.id, coalesce(sum(t.points), 0)::numeric, c.loyalty_points
  from public.customers c
  left join public.loyalty_transactions t on t.customer_id = c.id
  group by c.id
  having c.loyalty_points <> coalesce(sum(t.points), 0)
  union all
  select 'each entry says how many points were left', 'loyalty_transactions', s.id, s.running, s.balance_after
  from (
    select t.id, t.balance_after, sum(t.points) over (partition by t.customer_id order by t.seq) as running
    from public.loyalty_transactions t
  ) s
  where s.running <> s.balance_after
  union all
  select 'visits are the orders that are completed and paid', 'customers', c.id, count(o.id)::numeric, c.visit_count
  from public.customers c
  left join public.orders o on o.customer_id = c.id and o.status = 'completed' and o.payment_status = 'paid'
  group by c.id
  having c.visit_count <> count(o.id)
  union all
  select 'the subtotal is that of the items', 'orders', o.id, sum(i.item_total),
         o.subtotal + case when o.prices_include_tax then o.tax_amount else 0 end
  from public.orders o
  join public.order_items i on i.order_id = o.id
  group by o.id
  having sum(i.item_total) <> o.subtotal + case when o.prices_include_tax then o.tax_amount else 0 end
  union all
  select 'the tax is that of the items', 'orders', o.id, sum(i.tax_amount), o.tax_amount
  from public.orders o
  join public.order_items i on i.order_id = o.id
  where o.external_source is null
  group by o.id
  having sum(i.tax_amount) <> o.tax_amount
  union all
  select 'the discount is that of its reasons', 'orders', o.id, least(d.amount, o.subtotal), o.discount_amount
  from public.orders o
  cross join lateral (
    select coalesce(sum(d.amount), 0) as amount from public.order_discounts d where d.order_id = o.id
  ) d
  where o.external_source is null and not o.prices_include_tax and o.discount_amount <> least(d.amount, o.subtotal)
  union all
  select 'what is paid is what was captured', 'orders', o.id, sum(p.amount), o.paid_amount
  from public.orders o
  join public.payments p on p.order_id = o.id and p.status = 'captured'
  group by o.id
  having (o.paid_amount, o.refunded_amount) <> (sum(p.amount), sum(p.refunded_amount))
  union all
  select 'what went back is what was refunded', 'payments', p.id, coalesce(sum(r.amount), 0), p.refunded_amount
  from public.payments p
  left join public.refunds r on r.payment_id = p.id
  group by p.id
  having p.refunded_amount <> coalesce(sum(r.amount), 0)
  union all
  select 'a code is used as often as it took something off', 'promotions', p.id, count(o.id)::numeric, p.redemption_count
  from public.promotions p
  left join public.order_discounts d on d.promotion_id = p.id
  left join public.orders o on o.id = d.order_id and o.status <> 'cancelled'
  group by p.id
  having p.redemption_count <> count(o.id)
  union all
  select 'no order crosses organizations', 'orders', o.id, 1, 2
  from public.orders o
  join public.locations l on l.id = o.location_id
  join public.customers c on c.id = o.customer_id
  where c.organization_id <> l.organization_id
  union all
  select 'no item crosses organizations', 'order_items', i.id, 1, 2
  from public.order_items i
  join public.locations l on l.id = i.location_id
  join public.products p on p.id = i.product_id
  where p.organization_id <> l.organization_id
$$;
comment on function private.invariants_of_shop() is 'The rules of the coffee shop.';
revoke all on function private.check_invariants(), private.invariants_of_shop() from public;
grant execute on function private.check_invariants(), private.invariants_of_shop() to service_role;
