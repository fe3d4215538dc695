-- bench: title my last 20 orders, by policy alone
-- bench: as customer@chain.coffee.example
select * from orders order by created_at desc limit 20
