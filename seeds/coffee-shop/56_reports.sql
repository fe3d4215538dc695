-- migrate: without-triggers public.audit_log
-- The days added up, as refresh_sales_daily() would every night, and what the log has of the last months.
set local client_min_messages = warning;
set local jit = off;
do $$
begin
  if to_regclass('pg_temp.coffee_orders') is null then
    raise exception 'the month of orders is written as a whole, once' using hint = 'migrate seed coffee-shop --reset';
  end if;
end
$$;

insert into public.sales_daily (
  id, location_id, business_date, product_id, order_count, item_count, gross_sales, discounts, tax, tips, refunds,
  refreshed_at
)
select pg_temp.coffee('day ' || o.code || ' ' || o.ago), o.location_id, o.day, null, count(*), sum(o.item_count),
       sum(o.gross), sum(o.discount),
       sum(o.tax), sum(o.tip), sum(o.refunded), t.night
from coffee_orders o
cross join (select (current_setting('seed.today')::date + time '07:00') at time zone 'UTC') as t (night)
where o.status = 'completed' and o.ago > 0
group by o.code, o.ago, o.location_id, o.day, t.night
union all
select pg_temp.coffee('day ' || o.code || ' ' || o.ago || ' ' || l.product_id), o.location_id, o.day, l.product_id,
       count(distinct o.id), sum(l.quantity),
       sum(l.item_total), 0, sum(l.tax), 0, 0, t.night
from coffee_orders o
join coffee_lines l on l.order_id = o.id
cross join (select (current_setting('seed.today')::date + time '07:00') at time zone 'UTC') as t (night)
where o.status = 'completed' and o.ago > 0
group by o.code, o.ago, o.location_id, o.day, l.product_id, t.night;

insert into public.audit_log (
  id, organization_id, table_name, row_id, action, changed, actor_role, created_at, created_by
)
select pg_temp.coffee('log ' || e.number), pg_temp.coffee('organization'), e.table_name, pg_temp.coffee(e.thing),
       e.action, e.changed, 'authenticated',
       (current_setting('seed.today')::date - e.ago + e.at) at time zone 'America/New_York',
       md5('coffee user ' || e.who)::uuid
from (values
  (1, 'user_roles', 'role manager oldtown', 'INSERT', '{"role": "staff"}'::jsonb, 88, time '10:02', 'admin'),
  (2, 'user_roles', 'role manager station', 'INSERT', '{"role": "staff"}', 88, time '10:02:30', 'admin'),
  (3, 'user_roles', 'role barista', 'INSERT', '{"role": "barista"}', 80, time '09:15', 'admin'),
  (4, 'user_roles', 'role station', 'INSERT', '{"role": "barista"}', 80, time '09:16', 'admin'),
  (5, 'products', 'product latte', 'UPDATE', '{"base_price": [4.50, 4.70]}', 33, time '19:20', 'admin'),
  (6, 'products', 'product matcha', 'UPDATE', '{"base_price": [5.20, 5.40]}', 33, time '19:21', 'admin'),
  (7, 'promotions', 'promotion market', 'INSERT', '{"code": "MARKET20"}', 28, time '16:40', 'manager'),
  (8, 'locations', 'location station', 'UPDATE', '{"phone": [null, "+1 555 0101"]}', 21, time '11:30', 'admin'),
  (9, 'promotions', 'promotion market', 'UPDATE', '{"max_redemptions": [30, 12]}', 15, time '17:05', 'manager'),
  (10, 'promotions', 'promotion welcome', 'UPDATE', '{"discount_value": [15.00, 10.00]}', 12, time '08:50', 'manager')
) as e (number, table_name, thing, action, changed, ago, at, who)
where exists (select from coffee_orders)
order by e.ago desc, e.number;
