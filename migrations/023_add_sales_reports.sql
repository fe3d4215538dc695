-- What was sold, and where it is going. Views run as whoever reads them: a barista's policies show his location, an
-- admin's the whole chain, a customer's nothing but himself.

create table public.sales_daily (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null references public.locations (id) on delete cascade,
  business_date date not null,
  product_id uuid references public.products (id) on delete cascade, -- none: the whole day
  order_count integer not null,
  item_count integer not null,
  gross_sales decimal(12,2) not null,
  discounts decimal(12,2) not null default 0,
  tax decimal(12,2) not null default 0,
  tips decimal(12,2) not null default 0,
  refunds decimal(12,2) not null default 0,
  refreshed_at timestamp with time zone not null default now(),
  constraint sales_daily_once unique nulls not distinct (location_id, business_date, product_id)
);
comment on table public.sales_daily is
  'Days added up, so that years need not be: one row a day, and one a day and product. Can be built again at any time.';
create index idx_sales_daily_product on public.sales_daily (product_id);

alter table public.sales_daily enable row level security;
revoke all on public.sales_daily from anon, authenticated, service_role;
grant select on public.sales_daily to service_role;

create function public.refresh_sales_daily(first_day date, last_day date) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  number integer;
begin
  -- Two servers at once would each insert the same day.
  perform pg_advisory_xact_lock(hashtextextended('sales_daily', 0));
  delete from public.sales_daily s where s.business_date between first_day and last_day;
  insert into public.sales_daily (
    location_id, business_date, product_id, order_count, item_count, gross_sales, discounts, tax, tips, refunds
  )
  select o.location_id, o.business_date, null, count(*), sum(i.items), sum(o.subtotal), sum(o.discount_amount),
         sum(o.tax_amount), sum(o.tip_amount), sum(o.refunded_amount)
  from public.orders o
  cross join lateral (
    select coalesce(sum(i.quantity), 0) as items from public.order_items i where i.order_id = o.id
  ) i
  where o.business_date between first_day and last_day and o.status = 'completed'
  group by o.location_id, o.business_date
  union all
  select o.location_id, o.business_date, i.product_id, count(distinct o.id), sum(i.quantity), sum(i.item_total), 0,
         sum(i.tax_amount), 0, 0
  from public.orders o
  join public.order_items i on i.order_id = o.id
  where o.business_date between first_day and last_day and o.status = 'completed'
  group by o.location_id, o.business_date, i.product_id;
  get diagnostics number = row_count;
  return number;
end
$$;
comment on function public.refresh_sales_daily(date, date) is
  'For a server, every night: adds up these days again. Take a few weeks, since what was sold can still be refunded.';
revoke all on function public.refresh_sales_daily(date, date) from public, anon, authenticated;
grant execute on function public.refresh_sales_daily(date, date) to service_role;

create view public.sales_by_day with (security_invoker = true) as
  select o.location_id, o.business_date, count(*) as order_count, count(distinct o.customer_id) as known_customers,
         sum(o.subtotal) as gross_sales, sum(o.discount_amount) as discounts,
         sum(o.subtotal - o.discount_amount) as net_sales, sum(o.tax_amount) as tax, sum(o.tip_amount) as tips,
         sum(o.refunded_amount) as refunds, round(avg(o.total_amount), 2) as average_ticket
  from public.orders o
  where o.status = 'completed'
  group by o.location_id, o.business_date;
comment on view public.sales_by_day is 'Sales of each location and business day.';

create view public.sales_by_hour with (security_invoker = true) as
  select o.location_id, o.business_date,
         extract(hour from o.created_at at time zone l.time_zone)::integer as hour, count(*) as order_count,
         sum(o.subtotal - o.discount_amount) as net_sales
  from public.orders o
  join public.locations l on l.id = o.location_id
  where o.status = 'completed'
  group by o.location_id, o.business_date, 3;
comment on view public.sales_by_hour is 'Sales of each hour, by the clock of the location.';

create view public.sales_by_product with (security_invoker = true) as
  select o.location_id, o.business_date, i.product_id, i.product_name, sum(i.quantity) as item_count,
         count(distinct o.id) as order_count, sum(i.item_total) as gross_sales
  from public.orders o
  join public.order_items i on i.order_id = o.id
  where o.status = 'completed'
  group by o.location_id, o.business_date, i.product_id, i.product_name;
comment on view public.sales_by_product is 'Sales of each product, under the name it was sold by.';

create view public.sales_by_category with (security_invoker = true) as
  select o.location_id, o.business_date, c.id as category_id, c.name as category_name, c.parent_id,
         sum(i.quantity) as item_count, sum(i.item_total) as gross_sales
  from public.orders o
  join public.order_items i on i.order_id = o.id
  join public.products p on p.id = i.product_id
  join public.categories c on c.id = p.category_id
  where o.status = 'completed'
  group by o.location_id, o.business_date, c.id;
comment on view public.sales_by_category is 'Sales of each category that products hang in.';

-- Days that are added up come from sales_daily, later ones from the orders themselves.
create view public.sales_trend_weekly with (security_invoker = true) as
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
comment on view public.sales_trend_weekly is 'Sales of each week, against the week before and the average of four.';

create view public.popular_options with (security_invoker = true) as
  select o.location_id, o.business_date, c.name, c.value, sum(c.quantity * i.quantity) as chosen,
         sum(c.price_delta * c.quantity * i.quantity) as extra_sales
  from public.orders o
  join public.order_items i on i.order_id = o.id
  join public.order_item_options c on c.order_item_id = i.id
  where o.status = 'completed'
  group by o.location_id, o.business_date, c.name, c.value;
comment on view public.popular_options is 'Which variants and modifiers are chosen, and what they bring.';

create view public.customer_loyalty_summary with (security_invoker = true) as
  select c.id, c.organization_id, c.first_name, c.last_name, c.loyalty_points, c.total_spent,
         c.visit_count as total_orders, c.last_visit as last_order_date
  from public.customers c
  where c.is_active and c.visit_count > 0;
comment on view public.customer_loyalty_summary is 'Customers and what they spent, without adding up their orders.';

create view public.inventory_status with (security_invoker = true) as
  select i.id as inventory_id, i.location_id, i.product_id, p.name as product_name, i.current_stock, i.unit_of_measure,
         i.min_threshold, used.a_day, round(i.current_stock / nullif(used.a_day, 0), 1) as days_left,
         i.current_stock * i.cost_per_unit as stock_value,
         case
           when i.current_stock = 0 then 'out'
           when i.current_stock <= i.min_threshold then 'low'
           when i.current_stock > i.max_capacity then 'over'
           else 'ok'
         end as state
  from public.inventory i
  join public.products p on p.id = i.product_id
  cross join lateral (
    select round(coalesce(-sum(m.quantity), 0) / 14.0, 2) as a_day
    from public.stock_movements m
    where m.inventory_id = i.id and m.movement_type in ('sale', 'sale_reversal')
      and m.created_at > now() - interval '14 days'
  ) used
  where i.is_active;
comment on view public.inventory_status is 'Stock, what goes in a day, and how long it lasts.';

create view public.preparation_times with (security_invoker = true) as
  select o.location_id, o.business_date, count(*) as order_count,
         percentile_cont(0.5) within group (order by o.completed_at - o.created_at) as half_within,
         percentile_cont(0.95) within group (order by o.completed_at - o.created_at) as nearly_all_within
  from public.orders o
  where o.status = 'completed' and o.external_source is null
  group by o.location_id, o.business_date;
comment on view public.preparation_times is 'How long guests wait, from the order until it is handed over.';

-- The filter that policies alone cannot give: the planner starts from the caller's own orders.
create view public.my_orders with (security_invoker = true) as
  select o.* from public.orders o where o.customer_id = any ((select private.customer_ids())::uuid[]);
comment on view public.my_orders is 'The caller''s own orders, by the index of the customer.';

revoke all on
  public.sales_by_day, public.sales_by_hour, public.sales_by_product, public.sales_by_category,
  public.sales_trend_weekly, public.popular_options, public.customer_loyalty_summary, public.inventory_status,
  public.preparation_times, public.my_orders
  from anon, authenticated, service_role;
