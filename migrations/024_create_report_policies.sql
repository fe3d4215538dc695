-- Who reads reports: the rows are those of the tables below the views.

create policy "Staff can read daily sales" on public.sales_daily
  for select to authenticated
  using (location_id = any ((select private.role_locations('admin', 'staff'))::uuid[]));

grant select on
  public.sales_daily, public.sales_by_day, public.sales_by_hour, public.sales_by_product, public.sales_by_category,
  public.sales_trend_weekly, public.popular_options, public.customer_loyalty_summary, public.inventory_status,
  public.preparation_times, public.my_orders
  to authenticated;
grant select on
  public.sales_by_day, public.sales_by_hour, public.sales_by_product, public.sales_by_category,
  public.sales_trend_weekly, public.popular_options, public.customer_loyalty_summary, public.inventory_status,
  public.preparation_times
  to service_role;
