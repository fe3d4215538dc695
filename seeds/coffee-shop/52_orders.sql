-- migrate: without-triggers public.orders, public.order_items, public.order_item_options, public.order_status_history, public.payments, public.refunds, public.pos_sessions, public.cash_movements
-- Writes down the month that 50 and 51 have decided: tills, orders, items, what was chosen, where each order went and
-- when, payments and refunds. The rows are finished; the triggers would compute the same once more, one by one.
set local client_min_messages = warning;
set local jit = off;
do $$
begin
  if to_regclass('pg_temp.coffee_orders') is null then
    raise exception 'the month of orders is written as a whole, once' using hint = 'migrate seed coffee-shop --reset';
  end if;
end
$$;

----------------------------------------------------------------------------------------------------------- tills
-- One till a shop, opened before the first guest and counted after the last; this morning's are open.
create temporary table coffee_tills on commit drop as
select pg_temp.coffee('till ' || d.code || ' ' || d.ago) as id, d.location_id, d.code, d.ago, t.digits,
       (d.day + time '05:50') at time zone d.time_zone as opened_at,
       case when d.ago > 0 then (d.day + time '18:20') at time zone d.time_zone end as closed_at,
       s.people[1 + d.ago % cardinality(s.people)] as opened_by,
       s.people[1 + (d.ago + 1) % cardinality(s.people)] as closed_by
from coffee_days d
join (
  select r.location_id, array_agg(r.user_id order by u.email) as people
  from public.user_roles r
  join auth.users u on u.id = r.user_id
  where r.organization_id = pg_temp.coffee('organization') and r.role = 'barista' and r.is_active
  group by r.location_id
) s on s.location_id = d.location_id
cross join lateral (select md5('coffee till ' || d.code || d.ago)) as t (digits);

create temporary table coffee_cash on commit drop as
select pg_temp.coffee('cash ' || t.id || ' ' || m.reason) as id, t.id as till_id, t.location_id, m.kind, m.amount,
       m.reason,
       t.opened_at + m.after as moved_at, t.opened_by
from coffee_tills t
join (values
  ('paid_in', 40.00, 'rolls of quarters from the bank', interval '3 hours 40 minutes', 0.00, 0.16),
  ('paid_out', 12.60, 'mint and lemons from the market', interval '2 hours 10 minutes', 0.16, 0.30),
  ('paid_out', 18.00, 'window cleaner', interval '5 hours', 0.30, 0.36),
  ('paid_out', 7.45, 'milk from the corner shop, the delivery was late', interval '1 hour', 0.36, 0.42)
) as m (kind, amount, reason, after, share_from, share_to)
  on pg_temp.draw(t.digits, 0) >= m.share_from and pg_temp.draw(t.digits, 0) < m.share_to
where t.ago > 0;

insert into public.pos_sessions (
  id, location_id, register_name, opening_float, closed_at, closed_by, expected_cash, counted_cash, notes, created_at,
  updated_at, created_by
)
select t.id, t.location_id, 'register-1', 150, t.closed_at, case when t.ago > 0 then t.closed_by end,
       case when t.ago > 0 then e.cash end, case when t.ago > 0 then e.cash + n.difference end,
       case n.difference when -10 then 'Ten short; counted twice. June found it under the drawer.' end,
       t.opened_at, coalesce(t.closed_at, t.opened_at), t.opened_by
from coffee_tills t
left join (
  select o.location_id, o.ago, sum(o.paid - o.refunded) as taken
  from coffee_orders o
  where o.source = 'pos' and not o.is_kiosk and o.method = 'cash'
  group by o.location_id, o.ago
) o on o.location_id = t.location_id and o.ago = t.ago
left join (
  select c.till_id,
         sum(case c.kind when 'paid_in' then c.amount else -c.amount end) as moved from coffee_cash c group by c.till_id
) c on c.till_id = t.id
cross join lateral (select 150 + coalesce(o.taken, 0) + coalesce(c.moved, 0)) as e (cash)
cross join lateral (
  select case
    when t.code = 'OLDTOWN' and t.ago = 17 then -10
    when pg_temp.draw(t.digits, 1) < 0.7 then 0
    else round((pg_temp.draw(t.digits, 2) * 12)::numeric - 6) / 20
  end
) as n (difference);
insert into public.cash_movements (
  id, pos_session_id, location_id, movement_type, amount, reason, created_at, created_by
)
select c.id, c.till_id, c.location_id, c.kind, c.amount, c.reason, c.moved_at, c.opened_by
from coffee_cash c;

---------------------------------------------------------------------------------------------------------- orders
-- Numbered as they came; the kiosk has numbers of its own.
insert into public.orders (
  id, location_id, customer_id, order_number, status, order_type, subtotal, tax_amount, tip_amount, discount_amount,
  total_amount, paid_amount, refunded_amount, payment_method, payment_status, special_instructions,
  estimated_ready_time, completed_at, cancelled_at, cancellation_reason, business_date, currency, source,
  external_source, external_id, idempotency_key, created_at, updated_at, created_by
)
select o.id, o.location_id, o.customer_id,
       case when o.is_kiosk then 'SQUARE-K' || o.kiosk_number else nextval('public.order_number_seq')::text end,
       o.status, o.order_type, o.gross, o.tax, o.tip, o.discount, o.total, o.paid, o.refunded,
       case when o.is_paid then o.method end,
       case
         when o.refunded > 0 and o.refunded = o.paid then 'refunded'
         when o.is_paid or (o.status = 'completed' and o.total = 0) then 'paid'
         else 'pending'
       end,
       case when o.order_type = 'delivery' then 'Ring twice, second floor' end,
       case when not o.is_kiosk then o.arrived_at + make_interval(mins => o.minutes) end,
       o.completed_at, o.cancelled_at, o.cancellation_reason, o.day, o.currency, o.source,
       case when o.is_kiosk then 'square' end, case when o.is_kiosk then 'K' || o.kiosk_number end,
       case when o.source <> 'pos' then 'demo-' || md5(o.key) end, o.arrived_at,
       greatest(
         o.arrived_at, o.started_at, o.ready_at, o.completed_at, o.cancelled_at, o.paid_at,
         case when o.refunded > 0 then o.refund_at end
       ),
       case when o.is_kiosk then null when o.source <> 'pos' then o.user_id else o.staff_id end
from (select * from coffee_orders order by arrived_at, id) o;

insert into public.order_items (
  id, order_id, location_id, product_id, product_name, quantity, base_price, unit_price, customizations, item_total,
  tax_rate, tax_amount, special_instructions, created_at
)
select l.id, l.order_id, l.location_id, l.product_id, l.product_name, l.quantity, l.base_price, l.unit_price,
       l.customizations,
       l.item_total, case when l.is_kiosk then 0 else l.rate end, l.tax, l.special_instructions, l.arrived_at
from coffee_lines l;

insert into public.order_item_options (
  id, order_item_id, variant_id, modifier_id, name, value, quantity, price_delta, created_at
)
select c.id, c.item_id, c.variant_id, c.modifier_id, c.name, c.value, c.quantity, c.price_delta, l.arrived_at
from coffee_options c
join coffee_lines l on l.id = c.item_id;

insert into public.order_status_history (id, order_id, location_id, from_status, to_status, created_at, created_by)
select pg_temp.coffee('status ' || o.id || ' ' || s.went_to), o.id, o.location_id, s.came_from, s.went_to, s.at, s.who
from coffee_orders o
cross join lateral (
  values
    (null, case when o.is_kiosk then 'completed' else 'pending' end, o.arrived_at,
     case when o.is_kiosk then null when o.source <> 'pos' then o.user_id else o.staff_id end),
    ('pending', 'preparing', o.started_at, o.staff_id),
    ('preparing', 'ready', o.ready_at, o.staff_id),
    (case when o.ready_at is not null then 'ready' when o.started_at is not null then 'preparing' else 'pending' end,
     'completed', o.completed_at, o.staff_id),
    ('pending', 'cancelled', o.cancelled_at, case when o.source <> 'pos' then o.user_id else o.staff_id end)
) as s (came_from, went_to, at, who)
where s.at is not null and (not o.is_kiosk or s.came_from is null);

----------------------------------------------------------------------------------------------------------- money
insert into public.payments (
  id, location_id, order_id, customer_id, amount, currency, method, status, provider, external_id, refunded_amount,
  captured_at, pos_session_id, created_at, updated_at, created_by
)
select pg_temp.coffee('payment ' || o.id), o.location_id, o.id, o.customer_id, o.paid, o.currency, o.method, 'captured',
       case when o.is_kiosk then 'square' when o.source <> 'pos' then 'stripe' end,
       case
         when o.is_kiosk then 'K' || o.kiosk_number
         when o.source <> 'pos' then 'pi_demo_' || substr(md5(o.key), 1, 16)
       end,
       o.refunded, o.paid_at, case when o.source = 'pos' and not o.is_kiosk then t.id end,
       o.paid_at, case when o.refunded > 0 then o.refund_at else o.paid_at end,
       case when o.source = 'pos' and not o.is_kiosk then o.staff_id end
from coffee_orders o
join coffee_tills t on t.location_id = o.location_id and t.ago = o.ago
where o.is_paid;

insert into public.refunds (
  id, payment_id, location_id, customer_id, amount, reason, provider, external_id, created_at, created_by
)
select pg_temp.coffee('refund ' || o.id), pg_temp.coffee('payment ' || o.id), o.location_id, o.customer_id, o.refunded,
       case
         when o.status = 'cancelled' then 'order cancelled'
         when o.refund = 'all' then 'wrong order, guest left with nothing'
         else 'one item was sold out after all'
       end,
       case when o.source <> 'pos' then 'stripe' end,
       case when o.source <> 'pos' then 're_demo_' || substr(md5(o.key), 1, 16) end,
       o.refund_at, md5('coffee user manager')::uuid
from coffee_orders o
where o.refunded > 0;
