-- bench: title sales by hour, 7 days of a shop
-- bench: as barista@chain.coffee.example
-- bench: let shop = select md5('volume coffee location 1')::uuid
select hour, sum(order_count), sum(net_sales)
from sales_by_hour
where location_id = :shop and business_date >= current_date - 7
group by hour
order by hour
