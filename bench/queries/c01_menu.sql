-- bench: title the menu: products on offer, with their variants
-- bench: role anon
select p.id, p.name, p.base_price, c.name as category,
       (select json_agg(v) from product_variants v where v.product_id = p.id) as variants
from products p
join categories c on c.id = p.category_id
where p.is_active and p.is_available
order by c.sort_order, p.name
