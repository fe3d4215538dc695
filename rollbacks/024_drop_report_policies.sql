-- Undoes 024: closed again before the policy goes.
revoke all on
  public.sales_by_day, public.sales_by_hour, public.sales_by_product, public.sales_by_category,
  public.sales_trend_weekly, public.popular_options, public.customer_loyalty_summary, public.inventory_status,
  public.preparation_times, public.my_orders
  from authenticated, service_role;
revoke all on public.sales_daily from authenticated;

drop policy "Staff can read daily sales" on public.sales_daily;
