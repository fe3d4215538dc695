-- bench: title the weekly trend of a shop, three years
-- bench: as admin@chain.coffee.example
-- bench: let shop = select md5('volume coffee location 1')::uuid
select * from sales_trend_weekly where location_id = :shop
