-- bench: title sales by day, 30 days of a shop
-- bench: as barista@chain.coffee.example
-- bench: let shop = select md5('volume coffee location 1')::uuid
select * from sales_by_day where location_id = :shop and business_date >= current_date - 30 order by business_date
