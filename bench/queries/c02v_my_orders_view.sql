-- bench: title my last 20 orders, through my_orders
-- bench: as customer@chain.coffee.example
select * from my_orders order by created_at desc limit 20
