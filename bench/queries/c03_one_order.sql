-- bench: title one order with its items
-- bench: as customer@chain.coffee.example
-- bench: let me = select c.id from customers c join auth.users u on u.id = c.user_id where u.email = 'customer@chain.coffee.example'
select o.*, (select json_agg(i) from order_items i where i.order_id = o.id) as items
from orders o
where o.id = (select id from orders where customer_id = :me order by created_at desc limit 1)
