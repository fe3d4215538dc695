-- Undoes 023. What was added up can be added up again.
drop view public.my_orders;
drop view public.preparation_times;
drop view public.inventory_status;
drop view public.customer_loyalty_summary;
drop view public.popular_options;
drop view public.sales_trend_weekly;
drop view public.sales_by_category;
drop view public.sales_by_product;
drop view public.sales_by_hour;
drop view public.sales_by_day;
drop function public.refresh_sales_daily(date, date);
drop table public.sales_daily;
