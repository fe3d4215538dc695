-- The view and the statistics as they were.
create or replace view public.sales_trend_weekly with (security_invoker = true) as
  with days as (
    select s.location_id, s.business_date, s.order_count::bigint as order_count, s.gross_sales - s.discounts as net_sales
    from public.sales_daily s
    where s.product_id is null
    union all
    select o.location_id, o.business_date, count(*), sum(o.subtotal - o.discount_amount)
    from public.locations l
    cross join lateral (
      select coalesce(max(s.business_date), '-infinity') as day
      from public.sales_daily s where s.location_id = l.id
    ) added_up
    join public.orders o on o.location_id = l.id and o.business_date > added_up.day and o.status = 'completed'
    group by o.location_id, o.business_date
  ),
  weeks as (
    select d.location_id, date_trunc('week', d.business_date)::date as week, sum(d.order_count) as order_count,
           sum(d.net_sales) as net_sales
    from days d
    group by d.location_id, 2
  )
  select w.location_id, w.week, w.order_count, w.net_sales,
         round(
           100 * (w.net_sales / nullif(lag(w.net_sales) over by_week, 0) - 1), 1
         ) as change_percent,
         round(avg(w.net_sales) over (by_week rows between 3 preceding and current row), 2) as four_week_average
  from weeks w
  window by_week as (partition by w.location_id order by w.week);

alter table public.loyalty_transactions alter column organization_id reset (n_distinct);
alter table public.payments alter column location_id reset (n_distinct), alter column location_id set statistics -1;
alter table public.order_items alter column location_id reset (n_distinct), alter column location_id set statistics -1;
alter table public.orders alter column location_id reset (n_distinct), alter column location_id set statistics -1;
