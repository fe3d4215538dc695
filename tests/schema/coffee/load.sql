-- Fifty customers with accounts and points, things to sell that run out, and no limit to the code.
insert into auth.users (id, email)
select md5('user c' || n)::uuid, 'c' || n || '@example.com' from generate_series(1, 50) n;
insert into customers (id, user_id, first_name, last_name, email, loyalty_points)
select md5('customer c' || n)::uuid, md5('user c' || n)::uuid, 'C', n::text, 'c' || n || '@example.com', 60
from generate_series(1, 50) n;
insert into products (id, name, base_price, category_id, sku)
select md5('product p' || n)::uuid, 'P' || n, n, {category food}, 'P' || n from generate_series(1, 6) n;
insert into inventory (id, product_id, current_stock, min_threshold)
select md5('inventory p' || n)::uuid, md5('product p' || n)::uuid, 200, 50 from generate_series(1, 6) n;
insert into product_components (product_id, component_product_id, quantity) values
  (md5('product p1')::uuid, md5('product p5')::uuid, 2), (md5('product p2')::uuid, md5('product p4')::uuid, 1);
update promotions set max_redemptions = null, max_per_customer = null;
