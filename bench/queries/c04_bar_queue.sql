-- bench: title the bar's queue
-- bench: as barista@chain.coffee.example
-- bench: let shop = select md5('volume coffee location 1')::uuid
select o.id, o.order_number, o.status, o.created_at
from orders o
where o.status in ('pending', 'preparing') and o.location_id = :shop
order by o.created_at
