-- bench: title my last 20 orders, with my id in the query
-- bench: as customer@chain.coffee.example
-- bench: let me = select c.id from customers c join auth.users u on u.id = c.user_id where u.email = 'customer@chain.coffee.example'
select * from orders where customer_id = :me order by created_at desc limit 20
