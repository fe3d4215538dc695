-- migrate: without-triggers public.loyalty_transactions, public.order_discounts, public.customers, public.promotions
-- The month's points and discounts, and what is kept of them with guests and codes. The accounts begin with what was on
-- the paper stamp cards (43).
set local client_min_messages = warning;
set local jit = off;
do $$
begin
  if to_regclass('pg_temp.coffee_orders') is null then
    raise exception 'the month of orders is written as a whole, once' using hint = 'migrate seed coffee-shop --reset';
  end if;
end
$$;

---------------------------------------------------------------------------------------------------------- points
create temporary table coffee_points on commit drop as
with program as (
  select p.* from public.loyalty_programs p where p.organization_id = pg_temp.coffee('organization') and p.is_active
),
earned as (
  select o.*, e.points, make_interval(days => p.points_expire_after_days) as lasts
  from coffee_orders o
  cross join program p
  cross join lateral (
    select floor(greatest(o.gross - o.discount, 0) * p.points_per_currency_unit)::integer + p.points_per_visit
  ) as e (points)
  where o.customer_id is not null and o.status = 'completed' and o.gross - o.discount >= p.min_spend and e.points > 0
),
guests as (
  select c.*, y.birthday, (y.birthday + time '13:00') at time zone 'UTC' as birthday_at
  from public.customers c
  cross join (select current_setting('seed.today')::date) as t (today)
  -- The last one that is over: the 29th of February counts on the 28th.
  cross join lateral (
    select max(d.day)
    from (values (0), (1)) as y (years)
    cross join lateral (
      select (
        c.date_of_birth
        + make_interval(years => (extract(year from t.today) - extract(year from c.date_of_birth))::integer - y.years)
      )::date
    ) as d (day)
    where d.day < t.today
  ) as y (birthday)
  where c.organization_id = pg_temp.coffee('organization') and exists (select from coffee_orders)
),
moves as (
  select t.id, t.customer_id, 'opening' as kind, t.points, null::uuid as order_id, null::uuid as reward_id,
         t.expires_at,
         t.reason, t.created_at as at, null::uuid as who
  from public.loyalty_transactions t
  where t.organization_id = pg_temp.coffee('organization') and t.transaction_type = 'opening'
  union all
  select pg_temp.coffee('earn ' || e.id), e.customer_id, 'earn', e.points, e.id, null, e.completed_at + e.lasts,
         'order ' || n.order_number, e.completed_at, e.staff_id
  from earned e
  join public.orders n on n.id = e.id
  union all
  select pg_temp.coffee('earn reversal ' || e.id), e.customer_id, 'earn_reversal', -e.points, e.id, null, null,
         'order ' || n.order_number || ' refunded', e.refund_at, md5('coffee user manager')::uuid
  from earned e
  join public.orders n on n.id = e.id
  where e.refunded > 0 and e.refunded = e.paid
  union all
  select pg_temp.coffee('redeem ' || o.id), o.customer_id, 'redeem', -r.points_cost, o.id, r.id, null, r.name,
         o.arrived_at, o.staff_id
  from coffee_orders o
  join public.loyalty_rewards r on r.id = pg_temp.coffee('reward ' || o.reward)
  union all
  select pg_temp.coffee('welcome ' || g.id), g.id, 'bonus', 50, null, null, g.created_at + interval '1 year',
         'welcome to the River Club',
         g.created_at + interval '1 minute', null
  from guests g
  where g.created_at >= current_setting('seed.today')::date - 30
  union all
  select pg_temp.coffee('birthday ' || g.id), g.id, 'bonus', 100, null, null, g.birthday_at + interval '1 year',
         'happy birthday', g.birthday_at, null
  from guests g
  where g.birthday >= current_setting('seed.today')::date - 30
  union all
  select pg_temp.coffee('points fatou laptop'), g.id, 'adjust', 150, null, null, null, 'our mocha, her laptop',
         (current_setting('seed.today')::date - 9 + time '15:00') at time zone 'UTC', md5('coffee user manager')::uuid
  from guests g
  where g.id = pg_temp.coffee('customer fatou')
),
-- What has lapsed, less all that had left the account by then, as expire_loyalty_points() counts.
lapses as (
  select pg_temp.coffee('expire ' || o.customer_id) as id, o.customer_id, o.expires_at + interval '7 hours' as at,
         o.points + coalesce(
           (
             select sum(m.points)
             from moves m
             where m.customer_id = o.customer_id and m.points < 0 and m.at < o.expires_at + interval '7 hours'
           ), 0
         )::integer as points
  from moves o
  where o.kind = 'opening' and o.expires_at <= current_setting('seed.today')::date
    and exists (select from coffee_orders)
),
entries as (
  select m.* from moves m
  union all
  select l.id, l.customer_id, 'expire', -l.points, null, null, null, 'expired', l.at,
         null from lapses l where l.points > 0
)
select e.*, sum(e.points) over (partition by e.customer_id order by e.at, e.id)::integer as balance
from entries e;

insert into public.loyalty_transactions (
  id, seq, organization_id, customer_id, transaction_type, points, balance_after, order_id, loyalty_reward_id,
  expires_at, reason, created_at, created_by
)
select p.id, nextval('public.loyalty_transactions_seq_seq'), pg_temp.coffee('organization'), p.customer_id, p.kind,
       p.points, p.balance,
       p.order_id, p.reward_id, p.expires_at, p.reason, p.at, p.who
from (select * from coffee_points where kind <> 'opening' order by at, id) p;

------------------------------------------------------------------------------------------------------- discounts
insert into public.order_discounts (
  id, order_id, location_id, promotion_id, loyalty_transaction_id, label, amount, created_at, created_by
)
select pg_temp.coffee('discount ' || o.id), o.id, o.location_id, o.promotion_id,
       case when r.id is not null then pg_temp.coffee('redeem ' || o.id) end,
       coalesce(o.promotion_code, r.name, 'we mixed something up'), o.discount, o.arrived_at,
       case when o.promotion_id is null and r.id is null then md5('coffee user manager')::uuid else o.staff_id end
from coffee_orders o
left join public.loyalty_rewards r on r.id = pg_temp.coffee('reward ' || o.reward)
where o.discount > 0;

update public.promotions p
set redemption_count = u.number
from (select d.promotion_id, count(*) as number from public.order_discounts d group by d.promotion_id) u
where p.id = u.promotion_id and p.organization_id = pg_temp.coffee('organization')
  and exists (select from coffee_orders);

---------------------------------------------------------------------------------------------------------- guests
-- Orders are written with triggers off: whose staff see their guests, too.
select private.place_guests();

update public.customers c
set loyalty_points = coalesce(a.points, 0), points_seq = a.seq, total_spent = coalesce(v.spent, 0),
visit_count = coalesce(v.visits, 0),
    last_visit = v.last_visit, updated_at = greatest(c.created_at, a.at, v.last_visit)
from (select g.id from public.customers g where g.organization_id = pg_temp.coffee('organization')) g
left join (
  select distinct on (t.customer_id) t.customer_id, t.balance_after as points, t.seq, t.created_at as at
  from public.loyalty_transactions t
  where t.organization_id = pg_temp.coffee('organization')
  order by t.customer_id, t.seq desc
) a on a.customer_id = g.id
left join (
  select o.customer_id, count(*) filter (where o.paid = 0 or o.refunded < o.paid) as visits,
         sum(o.total - o.refunded) filter (where o.paid = 0 or o.refunded < o.paid) as spent,
         max(o.completed_at) as last_visit
  from coffee_orders o
  where o.status = 'completed'
  group by o.customer_id
) v on v.customer_id = g.id
where c.id = g.id and exists (select from coffee_orders);
