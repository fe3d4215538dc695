-- bench: title an order by its number
-- bench: as barista@chain.coffee.example
-- bench: let number = select order_number from orders where location_id = md5('volume coffee location 1')::uuid order by created_at desc limit 5
select * from orders where order_number = :number
