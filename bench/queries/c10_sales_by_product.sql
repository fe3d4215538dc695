-- bench: title sales by product, 7 days of a shop
-- bench: as barista@chain.coffee.example
-- bench: let shop = select md5('volume coffee location 1')::uuid
select product_name, sum(item_count), sum(gross_sales)
from sales_by_product
where location_id = :shop and business_date >= current_date - 7
group by product_name
order by 3 desc
