-- bench: title the source's loyalty query, text unchanged, as a barista
-- bench: as barista@chain.coffee.example
select
  c.id,
  c.first_name,
  c.last_name,
  c.loyalty_points,
  c.total_spent,
  count(o.id) as total_orders,
  max(o.created_at) as last_order_date
from customers c
left join orders o on c.id = o.customer_id and o.status = 'completed'
where c.is_active = true
group by c.id, c.first_name, c.last_name, c.loyalty_points, c.total_spent
having count(o.id) > 0
order by c.total_spent desc
