-- A month at both shops, who came when and what they had: 30 days that end yesterday, and this morning's first hours.
-- Nothing is random: what looks so is the MD5 of a label. Files 50 and 51 decide, 52 to 55 write it down. It is written
-- once, into shops without orders; for another month: migrate seed coffee-shop --reset.
set local client_min_messages = warning;
set local jit = off;

-- The same label gives the same 30 hexadecimal digits everywhere: five draws of 24 bits, each from 0 up to 1.
create or replace function pg_temp.draw(digits text, place integer) returns double precision
language sql immutable as $$
  select ('x' || substr(digits, 1 + 6 * place, 6))::bit(24)::integer / 16777216.0::double precision
$$;
create or replace function pg_temp.coffee(label text) returns uuid language sql immutable as $$
  select md5('coffee ' || label)::uuid
$$;

-------------------------------------------------------------------------------------------------------- the days
-- Market day is the Saturday of the week before last, and it poured on the Wednesday after it.
create temporary table coffee_days on commit drop as
select l.id as location_id, l.code, l.time_zone, l.currency, d.ago, t.today - d.ago as day, w.weekday > 5 as is_weekend,
       l.code = 'OLDTOWN' and w.weekday = 6 and d.ago between 8 and 14 as is_market,
       w.weekday = 3 and d.ago between 6 and 12 as is_rainy,
       round(
         case
           when d.ago = 0 then case l.code when 'OLDTOWN' then 16 else 9 end
           else
             case l.code
               when 'OLDTOWN' then 11 * (array[0.85, 0.9, 1, 1, 1.15, 1.4, 1.2])[w.weekday]
               else 8 * (array[1.2, 1.2, 1.15, 1.2, 1.15, 0.55, 0.35])[w.weekday]
             end
             * (0.9 + 0.2 * pg_temp.draw(md5('coffee day ' || l.code || d.ago), 0))
             * case
                 when l.code = 'OLDTOWN' and w.weekday = 6 and d.ago between 8 and 14 then 1.5
                 when w.weekday = 3 and d.ago between 6 and 12 then 0.7
                 else 1
               end
         end
       )::integer as visits
from (select current_setting('seed.today')::date) as t (today)
cross join generate_series(30, 0, -1) as d (ago)
cross join lateral (select extract(isodow from t.today - d.ago)::integer) as w (weekday)
join public.locations l on l.id in (pg_temp.coffee('location oldtown'), pg_temp.coffee('location station'))
where not exists (
  select
  from public.orders o
  where o.location_id in (pg_temp.coffee('location oldtown'), pg_temp.coffee('location station'))
);

------------------------------------------------------------------------------------------------------- the visits
-- When people come: up to this share of them between these minutes of the day. Commuters are half an hour earlier.
create temporary table coffee_hours (is_weekend, share_from, share_to, minute_from, minute_to) on commit drop as
values
  (false, 0.00::float, 0.12::float, 390, 450), (false, 0.12, 0.50, 450, 540), (false, 0.50, 0.70, 540, 690),
  (false, 0.70, 0.88, 690, 810), (false, 0.88, 1.00, 810, 1080),
  (true, 0.00, 0.12, 420, 540), (true, 0.12, 0.60, 540, 720), (true, 0.60, 0.84, 720, 840),
  (true, 0.84, 1.00, 840, 1080);

create temporary table coffee_visits on commit drop as
with drawn as materialized (
  select d.*, k.key, m.guest, m.bill, pg_temp.draw(m.digits, 0) as moment, pg_temp.draw(m.digits, 1) as minute,
         pg_temp.draw(m.guest, 0) as luck, pg_temp.draw(m.guest, 1) as loyalty, pg_temp.draw(m.guest, 2) as seniority
  from coffee_days d
  cross join generate_series(1, d.visits) as n (number)
  cross join lateral (select lower(d.code) || ' ' || d.ago || ' ' || n.number) as k (key)
  cross join lateral (
    select md5('coffee order ' || k.key), md5('coffee guest ' || k.key), md5('coffee bill ' || k.key)
  ) as m (digits, guest, bill)
),
arrivals as materialized (
  select d.*, pg_temp.coffee('order ' || d.key) as id,
         (
           d.day::timestamp
           + make_interval(secs => floor(60 * case
               when d.ago = 0 then 385 + 115 * power(d.minute, 0.35)
               else h.minute_from - case d.code when 'STATION' then 30 else 0 end
                 + (h.minute_to - h.minute_from) * d.minute
             end))
         ) at time zone d.time_zone as arrived_at,
         case
           when d.luck >= 0.68 then null
           when d.loyalty < 0.93 then d.code
           else case d.code when 'OLDTOWN' then 'STATION' else 'OLDTOWN' end
         end as shop
  from drawn d
  join coffee_hours h on h.is_weekend = d.is_weekend and d.moment >= h.share_from and d.moment < h.share_to
),
ranked as (
  select a.*,
         case a.ago
           when 0 then row_number() over (partition by a.location_id, a.ago order by a.arrived_at desc, a.id)
         end as from_last
  from arrivals a
),
-- Old friends come more often than new ones, mostly to their own shop.
guests as (
  select c.id, c.created_at, c.preferences ->> 'shop' as shop,
         row_number() over (partition by c.preferences ->> 'shop' order by c.created_at, c.id) - 1 as place
  from public.customers c
  where c.organization_id = pg_temp.coffee('organization') and c.is_active
),
met as (
  select r.*, g.id as guest_id, row_number() over (partition by g.id, r.ago order by r.arrived_at, r.id) as visit_of_day
  from ranked r
  left join (select g.shop, count(*) as number from guests g group by g.shop) p on p.shop = r.shop
  left join guests g on g.shop = r.shop and g.place = floor(p.number * power(r.seniority, 1.5))::bigint
    and g.created_at <= r.arrived_at
)
select m.id, m.key, m.location_id, m.code, m.currency, m.ago, m.day, m.is_market, m.is_rainy, m.arrived_at,
       m.from_last, m.guest, m.bill, extract(hour from m.arrived_at at time zone m.time_zone)::integer as hour,
       c.id as customer_id, c.user_id, coalesce(c.preferences, '{}') as preferences,
       case
         when c.user_id is not null and (pg_temp.draw(m.guest, 3) < 0.7 or m.from_last = 1)
           then case when pg_temp.draw(m.guest, 4) < 0.8 then 'app' else 'web' end
         else 'pos'
       end as source,
       -- The kiosk on the platform has a till of its own.
       m.code = 'STATION' and c.id is null and m.ago between 1 and 14 and pg_temp.draw(m.guest, 4) < 0.3 as is_kiosk
from met m
-- Nobody is counted twice a day. The last one in the queue at Old Town is who signs in as customer@coffee.example.
left join public.customers c on c.id = case
  when m.from_last = 1 and m.code = 'OLDTOWN' then pg_temp.coffee('customer ines')
  when m.visit_of_day > 1 or (m.ago = 0 and m.guest_id = pg_temp.coffee('customer ines')) then null
  else m.guest_id
end;

------------------------------------------------------------------------------------------------ what they ordered
-- How much each is liked in the morning, at noon and in the afternoon, among the things of its course.
create temporary table coffee_tastes (sku, course, morning, noon, afternoon) on commit drop as
values
  ('LATTE', 'drink', 24, 16, 14), ('FLATWHITE', 'drink', 14, 8, 6), ('CAPPUCCINO', 'drink', 13, 7, 5),
  ('DRIP', 'drink', 20, 10, 6), ('AMERICANO', 'drink', 9, 8, 6), ('ESPRESSO', 'drink', 5, 6, 5),
  ('MACCHIATO', 'drink', 2, 3, 3), ('CORTADO', 'drink', 5, 4, 3), ('MOCHA', 'drink', 4, 4, 6),
  ('POUROVER', 'drink', 2, 3, 3), ('COLDBREW', 'drink', 3, 8, 9), ('ICEDLATTE', 'drink', 3, 9, 10),
  ('TEA', 'drink', 3, 5, 9), ('CHAI', 'drink', 4, 4, 8), ('MATCHA', 'drink', 3, 5, 6), ('HOTCHOC', 'drink', 1, 2, 6),
  ('CROISSANT', 'food', 26, 5, 3), ('PAINCHOC', 'food', 14, 4, 4), ('KNOT', 'food', 12, 6, 9),
  ('BANANA', 'food', 8, 8, 10), ('COOKIE', 'food', 3, 12, 18), ('AVOTOAST', 'food', 7, 14, 3),
  ('BAGEL', 'food', 12, 12, 2), ('OATS', 'food', 7, 4, 1), ('BEANS250', 'shelf', 3, 3, 4), ('FILTERS', 'shelf', 1, 1, 1);

create temporary table coffee_offers on commit drop as
select o.location_id, o.part, o.course, o.product_id,
       (sum(o.weight) over so_far - o.weight)::double precision / sum(o.weight) over them as share_from,
       (sum(o.weight) over so_far)::double precision / sum(o.weight) over them as share_to
from (
  select l.id as location_id, w.part, t.course, p.id as product_id, p.sku, w.weight
  from coffee_tastes t
  cross join lateral (values (1, t.morning), (2, t.noon), (3, t.afternoon)) as w (part, weight)
  join public.products p on p.organization_id = pg_temp.coffee('organization') and p.sku = t.sku
  cross join (select distinct d.location_id from coffee_days d) as l (id)
  where p.is_active and p.is_available and not exists (
    select from public.product_location_overrides n
    where n.product_id = p.id and n.location_id = l.id and n.is_active and not n.is_available
      and n.unavailable_until is null
  )
) o
window them as (partition by o.location_id, o.part, o.course), so_far as (them order by o.sku);

create temporary table coffee_items on commit drop as
with lines as materialized (
  select v.id as order_id, v.location_id, v.arrived_at, v.preferences, v.is_kiosk, n.number,
         case when v.hour < 11 then 1 when v.hour < 14 then 2 else 3 end as part,
         pg_temp.draw(w.digits, 0) as mood, pg_temp.draw(w.digits, 1) as taste, pg_temp.draw(w.digits, 2) as hunger,
         pg_temp.draw(w.digits, 3) as habit, pg_temp.draw(w.digits, 4) as whim
  from coffee_visits v
  cross join lateral generate_series(
    1, case when pg_temp.draw(v.bill, 0) < 0.5 then 1 when pg_temp.draw(v.bill, 0) < 0.88 then 2 else 3 end
  ) as n (number)
  cross join lateral (select md5('coffee item ' || v.key || ' ' || n.number)) as w (digits)
),
wishes as (
  select l.*,
         case
           when l.number = 1 then case when l.mood < 0.9 then 'drink' else 'food' end
           when l.mood < 0.62 then 'food'
           when l.mood < 0.95 then 'drink'
           else 'shelf'
         end as course
  from lines l
)
select pg_temp.coffee('line ' || w.order_id || ' ' || w.number) as id, w.order_id, w.location_id, w.number, w.hunger,
       w.habit, w.whim,
       w.arrived_at, w.preferences, w.is_kiosk, p.id as product_id, p.name as product_name, p.tax_category,
       p.preparation_time, coalesce(n.base_price, p.base_price) as base_price,
       case when w.hunger < 0.07 and w.course <> 'shelf' then 2 else 1 end as quantity
from wishes w
join coffee_offers o on o.location_id = w.location_id and o.part = w.part and o.course = w.course
  and w.taste >= o.share_from and w.taste < o.share_to
left join public.products u on w.number = 1 and u.organization_id = pg_temp.coffee('organization')
  and u.sku = w.preferences ->> 'usual' and w.habit < 0.8
join public.products p on p.id = coalesce(u.id, o.product_id)
left join public.product_location_overrides n on n.product_id = p.id and n.location_id = w.location_id and n.is_active;
