-- bench: title a year by week, all shops, from sales_daily
-- bench: as admin@chain.coffee.example
select location_id, date_trunc('week', business_date)::date as week, sum(gross_sales)
from sales_daily
where product_id is null and business_date >= current_date - 364
group by 1, 2
order by 1, 2
