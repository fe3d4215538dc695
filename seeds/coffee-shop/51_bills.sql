-- What was chosen for each item of the month in 50, what that came to, and how each order went on: discounts, tax,
-- tips, payments, refunds, and the minutes behind the bar. The rules are those of the functions for live orders.
set local client_min_messages = warning;
set local jit = off;
do $$
begin
  if to_regclass('pg_temp.coffee_items') is null then
    raise exception 'the month of orders is written as a whole, once' using hint = 'migrate seed coffee-shop --reset';
  end if;
end
$$;

---------------------------------------------------------------------------------------------------------- choices
-- Sizes and milks as most people take them. Whoever has a habit keeps to it.
create temporary table coffee_habits (variant_type, variant_value, share_from, share_to) on commit drop as
values
  ('size', 'small', 0.0::double precision, 0.2::double precision), ('size', 'medium', 0.2, 0.71),
  ('size', 'large', 0.71, 1.0),
  ('milk', 'whole', 0.0, 0.46), ('milk', 'oat', 0.46, 0.73), ('milk', 'skim', 0.73, 0.83),
  ('milk', 'almond', 0.83, 0.92),
  ('milk', 'soy', 0.92, 1.0);

create temporary table coffee_options on commit drop as
with
-- A value that is no longer on the menu falls back on the default.
variants as (
  select distinct on (i.id, v.variant_type) i.id as item_id, v.id as variant_id, v.variant_type as name,
         v.variant_value as value,
         v.price_modifier as price_delta
  from coffee_items i
  join public.product_variants v on v.product_id = i.product_id and v.is_active
  join coffee_habits h on h.variant_type = v.variant_type
    and case h.variant_type when 'size' then i.whim else i.hunger end >= h.share_from
    and case h.variant_type when 'size' then i.whim else i.hunger end < h.share_to
  cross join lateral (
    select v.variant_value = coalesce(i.preferences ->> v.variant_type, h.variant_value)
  ) as w (is_wanted)
  where not i.is_kiosk and (w.is_wanted or v.is_default)
  order by i.id, v.variant_type, w.is_wanted desc, v.is_default desc
),
offered as materialized (
  select i.id as item_id, g.id as group_id, g.name, pg_temp.draw(d.digits, 0) as appetite,
         pg_temp.draw(d.digits, 1) as choice,
         pg_temp.draw(d.digits, 2) as sweetness,
         coalesce(o.min_selected, g.min_selected) as at_least, coalesce(o.max_selected, g.max_selected, 9) as at_most
  from coffee_items i
  join public.product_modifier_groups o on o.product_id = i.product_id and o.is_active
  join public.modifier_groups g on g.id = o.modifier_group_id and g.is_active
  cross join lateral (select md5('coffee choice ' || i.id || g.name)) as d (digits)
  where not i.is_kiosk
),
menu as (
  select m.*, row_number() over of_group - 1 as place, count(*) over (partition by m.modifier_group_id) as number
  from public.modifiers m
  where m.is_active and m.is_available
  window of_group as (partition by m.modifier_group_id order by m.sort_order, m.id)
),
modifiers as (
  select o.item_id, m.id as modifier_id, o.name, m.name as value, m.price_delta,
         case
           when o.at_least = 0 and m.max_quantity > 1 and o.at_most > 1 and o.sweetness < 0.2 then 2
           else 1
         end as quantity
  from offered o
  join menu m on m.modifier_group_id = o.group_id
    and (m.place - floor(m.number * o.choice)::integer + m.number) % m.number < greatest(o.at_least, 1)
  where o.at_least > 0 or o.appetite < 0.16
)
select pg_temp.coffee('option ' || v.item_id || ' ' || v.name) as id, v.item_id, v.variant_id,
       null::uuid as modifier_id,
       v.name, v.value, 1 as quantity, v.price_delta
from variants v
union all
select pg_temp.coffee('option ' || m.item_id || ' ' || m.modifier_id), m.item_id, null, m.modifier_id, m.name, m.value,
       m.quantity,
       m.price_delta
from modifiers m;

create temporary table coffee_prices on commit drop as
select i.*, t.unit_price, t.unit_price * i.quantity as item_total, o.customizations,
       case when o.item_id is not null and i.hunger > 0.96 then
         (array['extra hot', 'not too full, please', 'in my own cup', 'no lid'])[1 + floor(4 * i.whim)]
       end as special_instructions
from coffee_items i
left join (
  select o.item_id, sum(o.price_delta * o.quantity) as extras,
         coalesce(jsonb_object_agg(o.name, o.value) filter (where o.variant_id is not null), '{}')
           || case when count(o.modifier_id) = 0 then '{}' else jsonb_build_object(
                'modifiers', jsonb_object_agg(o.modifier_id, o.quantity) filter (where o.modifier_id is not null)
              ) end as customizations
  from coffee_options o
  group by o.item_id
) o on o.item_id = i.id
cross join lateral (select i.base_price + coalesce(o.extras, 0)) as t (unit_price);

-------------------------------------------------------------------------------------------------- what became of it
-- status: 'completed' for all of the month but those that were cancelled; this morning's last ones are still under way.
create temporary table coffee_bills on commit drop as
with sums as (
  select l.order_id, sum(l.quantity) as item_count, sum(l.item_total) as gross, max(l.preparation_time) as minutes,
         max(l.unit_price) as dearest,
         max(l.unit_price) filter (where l.product_id = pg_temp.coffee('product drip')) as drip,
         max(l.unit_price) filter (where l.product_id = pg_temp.coffee('product croissant')) as croissant
  from coffee_prices l
  group by l.order_id
),
courses as (
  select v.*, s.item_count, s.gross, s.minutes, s.dearest, s.drip, s.croissant, f.fate,
         case
           when v.from_last <= case v.code when 'OLDTOWN' then 3 else 1 end then 'pending'
           when v.from_last <= case v.code when 'OLDTOWN' then 6 else 2 end then 'preparing'
           when v.from_last <= case v.code when 'OLDTOWN' then 8 else 3 end then 'ready'
           when f.fate < 0.02 then 'cancelled'
           else 'completed'
         end as status,
         case
           when v.ago = 0 or v.is_kiosk or f.fate < 0.02 then 'none'
           when f.fate < 0.028 then 'all'
           when f.fate < 0.037 then 'some'
           else 'none'
         end as refund,
         case
           when v.is_kiosk or pg_temp.draw(v.bill, 2) < case v.code when 'STATION' then 0.9 else 0.55 end
             then 'takeaway'
           when v.source <> 'pos' and pg_temp.draw(v.bill, 2) > 0.95 then 'delivery'
           else 'dine_in'
         end as order_type
  from coffee_visits v
  join sums s on s.order_id = v.id
  cross join lateral (select case when v.ago > 0 and not v.is_kiosk then pg_temp.draw(v.bill, 1) else 1 end) as f (fate)
),
-- One code for an order. The welcome is for the first order of those who joined in this month.
codes as (
  select c.*,
         case
           when c.is_kiosk or c.ago = 0 or c.status = 'cancelled' then null
           when u.created_at > current_setting('seed.today')::date - 30
             and row_number() over (partition by c.customer_id order by c.arrived_at) = 1 then 'WELCOME10'
           when c.is_market and c.gross >= 8
             and row_number() over (
               partition by c.is_market, c.gross >= 8, c.status <> 'cancelled' order by c.arrived_at, c.id
             ) <= 12
             then 'MARKET20'
           when c.is_rainy and c.gross >= 8 and pg_temp.draw(c.bill, 3) < 0.6 then 'RAINYDAY'
           when c.code = 'STATION' and c.hour < 7 and pg_temp.draw(c.bill, 3) < 0.4 then 'EARLYTRAIN'
         end as promotion_code
  from courses c
  left join public.customers u on u.id = c.customer_id
),
worth as (
  select c.*, p.id as promotion_id,
         case
           when p.id is null then 0
           when p.discount_type = 'percent' then round(c.gross * p.discount_value / 100, 2)
           else least(p.discount_value, c.gross)
         end as promotion_amount,
         -- Now and then the house pays, since somebody mixed something up.
         case when p.id is null and c.status = 'completed' and c.source = 'pos' and not c.is_kiosk and c.ago > 0
           and pg_temp.draw(c.bill, 4) < 0.012 then c.dearest else 0 end as apology
  from codes c
  left join public.promotions p on p.organization_id = pg_temp.coffee('organization') and p.code = c.promotion_code
),
-- Points before each order decide what is paid with them. A reward takes a little more from this account than it costs,
-- since its order earns less: the ledger in 53 is never short of it.
accounts as (
  select w.id, w.customer_id, w.arrived_at, r.reward, r.amount,
         c.points_cost + ceil(8 * p.points_per_currency_unit) as takes,
         w.status = 'completed' and w.refund = 'none' and w.promotion_id is null and w.apology = 0
           and r.amount > 0 as is_eligible,
         coalesce(o.points, 0) + coalesce(
           sum(
             case
               when w.status = 'completed' and w.refund = 'none'
                 then floor((w.gross - w.promotion_amount - w.apology) * p.points_per_currency_unit)
               else 0
             end
           ) over (
             partition by w.customer_id order by w.arrived_at, w.id rows between unbounded preceding and 1 preceding
           ), 0
         ) as points
  from worth w
  join public.loyalty_programs p on p.organization_id = pg_temp.coffee('organization') and p.is_active
  left join public.loyalty_transactions o on o.customer_id = w.customer_id and o.transaction_type = 'opening'
    and o.expires_at > current_setting('seed.today')::date
  cross join lateral (
    select *
    from (values ('drip', w.drip), ('croissant', w.croissant), ('five', least(5, w.gross))) as v (reward, amount)
    where v.reward = case
      when w.preferences ->> 'usual' = 'DRIP' then 'drip'
      when w.preferences ->> 'shop' = 'STATION' then 'croissant'
      else 'five'
    end
  ) as r
  join public.loyalty_rewards c on c.id = pg_temp.coffee('reward ' || r.reward) and c.is_active
  -- Who signs in as customer@coffee.example has been saving up lately, so that there is something to try.
  where w.customer_id is not null
    and w.ago > case w.customer_id when pg_temp.coffee('customer ines') then 14 else 0 end
),
rewards as (
  select e.id, e.reward, e.amount
  from (
    select a.*,
           lag(floor(a.points / a.takes), 1, 0::numeric) over (
             partition by a.customer_id order by a.arrived_at, a.id
           ) as had
    from accounts a
    where a.is_eligible
  ) e
  where floor(e.points / e.takes) > e.had
)
select w.*, r.reward, coalesce(r.amount, 0) as reward_amount,
       least(w.promotion_amount + w.apology + coalesce(r.amount, 0), w.gross) as discount,
       case
         when w.source <> 'pos' then case when t.mood < 0.7 then 'card' else 'wallet' end
         when t.mood < 0.62 or w.is_kiosk then 'card'
         when t.mood < 0.9 then 'cash'
         else 'wallet'
       end as method,
       t.digits as minute_digits, t.generosity
from worth w
left join rewards r on r.id = w.id
cross join lateral (
  select d.digits, pg_temp.draw(d.digits, 0),
         pg_temp.draw(d.digits, 1) from (select md5('coffee minutes ' || w.key)) as d (digits)
) as t (digits, mood, generosity);

-- Tax of each item at the rate of its goods, rounded half up, after the discount has been spread over the items.
create temporary table coffee_lines on commit drop as
select l.*, r.rate, round(l.item_total * (b.gross - b.discount) / greatest(b.gross, 0.01) * r.rate, 2) as tax
from coffee_prices l
join coffee_bills b on b.id = l.order_id
cross join lateral (
  select coalesce(
    (
      select t.rate
      from public.tax_rates t
      where t.location_id = l.location_id and t.tax_category = l.tax_category and t.is_active
        and (t.order_type is null or t.order_type = b.order_type)
      order by t.order_type nulls last
      limit 1
    ), 0
  )
) as r (rate);

create temporary table coffee_orders on commit drop as
with staff as (
  select r.location_id, array_agg(r.user_id order by u.email) as people
  from public.user_roles r
  join auth.users u on u.id = r.user_id
  where r.organization_id = pg_temp.coffee('organization') and r.role = 'barista' and r.is_active
  group by r.location_id
),
totals as (
  select b.*, x.tax, g.tip, b.gross + x.tax + g.tip - b.discount as total,
         s.people[1 + (b.ago + (b.hour >= 13)::integer) % cardinality(s.people)] as staff_id,
         b.arrived_at + make_interval(secs => round(20 + 160 * pg_temp.draw(b.minute_digits, 2))) as begun_at,
         make_interval(secs => round(60 * b.minutes * (0.7 + 0.7 * pg_temp.draw(b.minute_digits, 3)))) as takes,
         make_interval(
           secs => round(
             20 + 120 * pg_temp.draw(b.minute_digits, 4) + case b.order_type when 'delivery' then 1100 else 0 end
           )
         ) as waits
  from coffee_bills b
  join (select l.order_id, sum(l.tax) as tax from coffee_lines l group by l.order_id) x on x.order_id = b.id
  left join staff s on s.location_id = b.location_id
  cross join lateral (
    select case
      when b.is_kiosk or b.status = 'cancelled' then 0
      when b.source <> 'pos' and b.generosity < 0.4 then round((b.gross - b.discount) * 0.6) / 4
      when b.method = 'cash' and b.generosity < 0.15 then 0.5
      when b.method <> 'cash' and b.source = 'pos' and b.generosity < 0.22 then 1
      else 0
    end::numeric(10,2)
  ) as g (tip)
),
moments as (
  select t.*,
         -- At the counter a drink is handed over at once; who ordered ahead, or something from the kitchen, is called.
         case
           when t.status in ('preparing', 'ready') or (t.status = 'completed' and (t.source <> 'pos' or t.minutes > 3))
             then t.begun_at
         end as started_at,
         case
           when t.status = 'ready' or (t.status = 'completed' and (t.source <> 'pos' or t.minutes > 5))
             then t.begun_at + t.takes
         end as ready_at,
         case
           when t.status = 'completed'
             then case when t.minutes > 0 then t.begun_at + t.takes else t.arrived_at end + t.waits
         end as completed_at,
         case when t.status = 'cancelled' then t.begun_at + interval '1 minute' end as cancelled_at,
         -- Who orders ahead has paid; the last two in the queue have not.
         t.total > 0 and not (t.status = 'cancelled' and t.source = 'pos')
           and coalesce(t.from_last > 2 or t.code <> 'OLDTOWN', true) as is_paid
  from totals t
)
select m.*,
       case
         when m.is_kiosk then 2000 + row_number() over (partition by m.is_kiosk order by m.arrived_at, m.id)
       end as kiosk_number,
       case when m.is_paid then m.arrived_at + interval '20 seconds' end as paid_at,
       case when m.is_paid then m.total else 0 end as paid,
       case
         when not m.is_paid then 0
         when m.status = 'cancelled' or m.refund = 'all' then m.total
         when m.refund = 'some' then least(m.dearest, round(m.total / 2, 2))
         else 0
       end as refunded,
       case
         when m.status = 'cancelled' then m.cancelled_at + interval '1 minute'
         else m.completed_at + make_interval(mins => 4 + round(30 * m.generosity)::integer)
       end as refund_at,
       case m.status when 'cancelled' then
         (array['had to catch the train', 'wrong shop', 'the queue was too long'])[1 + floor(3 * m.generosity)]
       end as cancellation_reason
from moments m;
analyze coffee_orders (ago, status);
