-- migrate: without-triggers public.stock_movements, public.inventory, public.inventory_alerts, public.notifications
-- The month's stock: what each item took, what was delivered, thrown away and found missing, and the alerts in between.
-- The ledger begins with the opening entries (31), whose reason says who supplies a thing. What has no capacity is
-- baked for one day; the rest is ordered in whole packs (reorder_quantity), as many as were used since the last time.
set local client_min_messages = warning;
set local jit = off;
do $$
begin
  if to_regclass('pg_temp.coffee_orders') is null then
    raise exception 'the month of orders is written as a whole, once' using hint = 'migrate seed coffee-shop --reset';
  end if;
end
$$;

create temporary table coffee_shelves on commit drop as
select i.id, i.location_id, i.product_id, i.min_threshold, i.max_capacity is null as is_fresh,
       i.reorder_quantity as pack, p.sku, l.code,
       l.time_zone, m.quantity as opening, m.unit_cost, substr(m.reason, 6) as supplier
from public.inventory i
join public.products p on p.id = i.product_id
join public.locations l on l.id = i.location_id
join public.stock_movements m on m.inventory_id = i.id and m.movement_type = 'opening'
where p.organization_id = pg_temp.coffee('organization');

-- Of the product itself, of its recipe, and of the recipes of what was chosen, where they are counted.
create temporary table coffee_uses on commit drop as
with needs as materialized (
  select n.item_id, n.order_id, n.location_id, n.product_id, sum(n.quantity)::integer as quantity
  from (
    select l.id, l.order_id, l.location_id, l.product_id, l.quantity from coffee_lines l
    union all
    select l.id, l.order_id, l.location_id, c.component_product_id, c.quantity * l.quantity
    from coffee_lines l
    join public.product_components c on c.product_id = l.product_id and c.is_active
    union all
    select l.id, l.order_id, l.location_id, c.component_product_id, c.quantity * o.quantity * l.quantity
    from coffee_options o
    join coffee_lines l on l.id = o.item_id
    join public.product_components c on c.variant_id = o.variant_id and c.is_active
    union all
    select l.id, l.order_id, l.location_id, c.component_product_id, c.quantity * o.quantity * l.quantity
    from coffee_options o
    join coffee_lines l on l.id = o.item_id
    join public.product_components c on c.modifier_id = o.modifier_id and c.is_active
  ) n (item_id, order_id, location_id, product_id, quantity)
  group by n.item_id, n.order_id, n.location_id, n.product_id
)
select n.item_id, s.id as inventory_id, o.ago, o.arrived_at, o.cancelled_at, o.id as order_id, n.quantity
from needs n
join coffee_shelves s on s.location_id = n.location_id and s.product_id = n.product_id
join coffee_orders o on o.id = n.order_id;

create temporary table coffee_moves on commit drop as
with days as (
  select s.*, d.ago, (t.today - d.ago)::timestamp as day, extract(isodow from t.today - d.ago)::integer as weekday,
         md5('coffee shelf ' || s.code || s.sku || d.ago) as digits
  from (select current_setting('seed.today')::date) as t (today)
  cross join generate_series(30, 0, -1) as d (ago)
  cross join coffee_shelves s
  where exists (select from coffee_orders)
),
-- Counted on Sundays: scales and spoons are not the same thing.
losses as (
  select d.id, d.ago, 'count' as kind, -floor(25 * pg_temp.draw(d.digits, 1))::integer as quantity,
         'counted on Sunday' as reason,
         (d.day + time '18:30') at time zone d.time_zone as at
  from days d
  where d.weekday = 7 and d.ago > 0 and d.sku in ('I-ESPRESSO', 'I-FILTER')
  union all
  select d.id, d.ago, 'waste', -1 - floor(3 * pg_temp.draw(d.digits, 1))::integer, 'past its date',
         (d.day + time '17:30') at time zone d.time_zone
  from days d
  where d.weekday in (3, 6) and d.ago > 0 and d.sku in ('I-WHOLE', 'I-AVOCADO') and pg_temp.draw(d.digits, 2) < 0.7
),
used as (
  select u.inventory_id, u.ago, sum(u.quantity) as sold,
         sum(u.quantity) filter (where u.cancelled_at is not null) as returned
  from coffee_uses u
  group by u.inventory_id, u.ago
),
-- Fresh things: trays enough for the day, and what is left at closing time goes to the night shelter. This morning the
-- pains au chocolat for the Station did not come, and the banana bread for Old Town was short.
baked as (
  select d.*, coalesce(u.sold, 0) as sold, coalesce(u.returned, 0) as returned,
         case
           when d.ago > 0 then d.pack * ceil((coalesce(u.sold, 0) + floor(3 * pg_temp.draw(d.digits, 0))) / d.pack)
           when d.code = 'STATION' and d.sku = 'PAINCHOC' then coalesce(u.sold, 0)
           when d.code = 'OLDTOWN' and d.sku = 'BANANA' then coalesce(u.sold, 0) + 2
           else d.pack * ceil((coalesce(u.sold, 0) + 7.0) / d.pack)
         end::integer as delivered
  from days d
  left join used u on u.inventory_id = d.id and u.ago = d.ago
  where d.is_fresh
),
deliveries as (
  select d.*, v.at_time,
         d.pack * (
           floor(
             sum(coalesce(u.sold, 0) + coalesce(l.lost, 0)) over (
               before rows between unbounded preceding and 1 preceding
             ) / d.pack
           )
         ) as needed
  from days d
  left join used u on u.inventory_id = d.id and u.ago = d.ago
  left join (select x.id, x.ago, -sum(x.quantity) as lost from losses x group by x.id, x.ago) l
    on l.id = d.id and l.ago = d.ago
  left join (values
    ('Hollis Dairy', array[1, 3, 5, 6], time '06:10'), ('Northside Wholesale', array[2, 5], time '10:30'),
    ('Riverbend Roasters', array[1, 4], time '09:00'), ('Cone & Co.', array[3], time '14:00'),
    ('Ferry Street Market', array[1, 2, 3, 4, 5, 6], time '06:00'),
    ('the Miller''s Daughter', array[1, 2, 3, 4, 5, 6, 7], time '05:40')
  ) as v (supplier, weekdays, at_time) on v.supplier = d.supplier and d.weekday = any (v.weekdays)
  where not d.is_fresh
  window before as (partition by d.id order by d.ago desc)
),
moves as (
  select pg_temp.coffee('sale ' || u.item_id || ' ' || u.inventory_id) as id, u.inventory_id, 'sale' as kind,
         -u.quantity as quantity,
         u.item_id, null as reason, u.arrived_at as at, 2 as step
  from coffee_uses u
  union all
  select pg_temp.coffee('sale reversal ' || u.item_id || ' ' || u.inventory_id), u.inventory_id, 'sale_reversal',
         u.quantity, u.item_id,
         'order ' || n.order_number || ' cancelled', u.cancelled_at, 3
  from coffee_uses u
  join public.orders n on n.id = u.order_id
  where u.cancelled_at is not null
  union all
  select pg_temp.coffee('loss ' || l.id || ' ' || l.ago || l.kind), l.id, l.kind, l.quantity, null, l.reason, l.at,
         4 from losses l
  union all
  select pg_temp.coffee('baked ' || b.id || ' ' || b.ago), b.id, 'restock', b.delivered, null, 'from ' || b.supplier,
         (b.day + time '05:40') at time zone b.time_zone, 1
  from baked b
  where b.delivered > 0
  union all
  select pg_temp.coffee('left ' || b.id || ' ' || b.ago), b.id, 'waste', -w.left_over, null,
         'left at closing time, to the night shelter',
         (b.day + time '18:10') at time zone b.time_zone, 5
  from baked b
  cross join lateral (
    select (b.delivered - b.sold + b.returned + case b.ago when 30 then b.opening else 0 end)::integer
  ) as w (left_over)
  where b.ago > 0 and w.left_over > 0
  union all
  select pg_temp.coffee('delivery ' || d.id || ' ' || d.ago), d.id, 'restock', d.quantity, null, 'from ' || d.supplier,
         (d.day + d.at_time) at time zone d.time_zone, 1
  from (
    select d.*,
           (d.needed - lag(d.needed, 1, 0::numeric) over (partition by d.id order by d.ago desc))::integer as quantity
    from deliveries d
    where d.at_time is not null and d.needed is not null
  ) d
  where d.quantity > 0
)
select m.*, s.location_id, s.is_fresh, s.min_threshold, s.unit_cost,
       s.opening + sum(m.quantity) over (partition by m.inventory_id order by m.at, m.step, m.id) as balance
from moves m
join coffee_shelves s on s.id = m.inventory_id;

insert into public.stock_movements (
  id, seq, inventory_id, location_id, movement_type, quantity, balance_after, unit_cost, order_item_id, reason,
  occurred_at, created_at
)
select m.id, nextval('public.stock_movements_seq_seq'), m.inventory_id, m.location_id, m.kind, m.quantity, m.balance,
       case m.kind when 'restock' then m.unit_cost end, m.item_id, m.reason, m.at, m.at
from (select * from coffee_moves order by at, step, id) m;

update public.inventory i
set current_stock = m.balance_after, stock_seq = m.seq, last_restocked = r.at, updated_at = m.created_at
from (
  select distinct on (m.inventory_id) m.inventory_id, m.balance_after, m.seq, m.created_at
  from public.stock_movements m
  join coffee_shelves s on s.id = m.inventory_id
  order by m.inventory_id, m.seq desc
) m
left join (
  select c.inventory_id, max(c.at) as at from coffee_moves c where c.kind = 'restock' group by c.inventory_id
) r on r.inventory_id = m.inventory_id
where i.id = m.inventory_id and exists (select from coffee_orders);

---------------------------------------------------------------------------------------------------------- alerts
-- Opened and resolved as the levels went; of what is fresh, only what is so now.
insert into public.inventory_alerts (
  id, location_id, product_id, alert_type, message, acknowledged_at, resolved_at, created_at, updated_at
)
select pg_temp.coffee('alert ' || a.id), a.location_id, s.product_id, a.due,
       'Stock below minimum threshold: ' || coalesce(i.current_stock, a.balance) || ' remaining',
       case when a.resolved_at > a.at + interval '2 hours' then a.at + interval '25 minutes' end, a.resolved_at, a.at,
       coalesce(a.resolved_at, a.at)
from (
  select c.*, lead(c.at) over (partition by c.inventory_id order by c.at, c.step, c.id) as resolved_at
  from (
    select m.*, d.due, lag(d.due) over (partition by m.inventory_id order by m.at, m.step, m.id) as before
    from coffee_moves m
    cross join lateral (
      select case when m.balance = 0 then 'out_of_stock' when m.balance <= m.min_threshold then 'low_stock' end
    ) as d (due)
  ) c
  where c.due is distinct from c.before
) a
join coffee_shelves s on s.id = a.inventory_id
-- One that is open says what is left now.
left join public.inventory i on i.id = a.inventory_id and a.resolved_at is null
where a.due is not null and (a.resolved_at is null or not a.is_fresh);

insert into public.notifications (
  id, organization_id, location_id, user_id, kind, title, body, payload, dedupe_key, read_at, sent_at, created_at,
  updated_at
)
select pg_temp.coffee('notification ' || a.id), p.organization_id, a.location_id, null, a.alert_type,
       p.name || ' ' || replace(a.alert_type, '_', ' '), a.message,
       jsonb_build_object('alert_id', a.id, 'product_id', a.product_id),
       'stock alert ' || a.id, null, a.created_at + interval '2 seconds', a.created_at,
       a.created_at + interval '2 seconds'
from public.inventory_alerts a
join public.products p on p.id = a.product_id
where p.organization_id = pg_temp.coffee('organization') and exists (select from coffee_orders)
union all
select pg_temp.coffee('notification ' || o.id), pg_temp.coffee('organization'), o.location_id, o.user_id, 'order_ready',
       'Your order is ready', null,
       jsonb_build_object('order_id', o.id, 'order_number', n.order_number), 'order ready ' || o.id,
       case when o.completed_at is not null then o.ready_at + interval '30 seconds' end,
       o.ready_at + interval '2 seconds', o.ready_at,
       o.ready_at + case when o.completed_at is null then interval '2 seconds' else interval '30 seconds' end
from coffee_orders o
join public.orders n on n.id = o.id
where o.user_id is not null and o.ready_at is not null and o.ago < 10;
