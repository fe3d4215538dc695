-- A longer menu for the fixture: tax, modifiers, a recipe, a club, a code, a till of somebody else's.
insert into tax_rates (name, rate) values ('Sales tax', 0.10);
insert into tax_rates (name, tax_category, order_type, rate) values ('Food to go', 'food', 'takeaway', 0);
insert into modifier_groups (id, name, min_selected, max_selected) values
  ({group syrups}, 'Syrups', 0, 3), ({group bread}, 'Bread', 1, 1);
insert into modifiers (id, modifier_group_id, name, price_delta, max_quantity) values
  ({modifier vanilla}, {group syrups}, 'Vanilla', 0.60, 2), ({modifier caramel}, {group syrups}, 'Caramel', 0.70, 2),
  ({modifier rye}, {group bread}, 'Rye', 0, 1), ({modifier wheat}, {group bread}, 'Wheat', 0.25, 1);
insert into products (id, name, base_price, category_id, sku, tax_category, product_type, preparation_time) values
  ({product toast}, 'Toast', 5.00, {category food}, 'TOAST', 'food', 'item', 7),
  ({product beans}, 'Beans', 0, {category drinks}, 'BEANS', 'standard', 'ingredient', 0),
  ({product oatmilk}, 'Oat milk', 0, {category drinks}, 'OAT', 'standard', 'ingredient', 0);
update products set sku = 'LATTE' where id = {product latte};
update products set sku = 'MUFFIN' where id = {product muffin};
insert into product_modifier_groups (product_id, modifier_group_id) values
  ({product latte}, {group syrups}), ({product toast}, {group bread});
insert into inventory (id, product_id, current_stock, min_threshold, unit_of_measure) values
  ({inventory beans}, {product beans}, 100, 20, 'g'), ({inventory oatmilk}, {product oatmilk}, 500, 50, 'ml');
insert into product_components (product_id, component_product_id, quantity) values
  ({product latte}, {product beans}, 9);
insert into product_components (variant_id, component_product_id, quantity)
select id, {product oatmilk}, 200 from product_variants where variant_value = 'oat';
insert into loyalty_programs (id, name, points_per_currency_unit, points_expire_after_days) values
  ({program club}, 'Club', 10, 100);
insert into loyalty_rewards (id, loyalty_program_id, name, points_cost, reward_type, reward_value, product_id) values
  ({reward off}, {program club}, 'Two off', 50, 'amount', 2, null),
  ({reward half}, {program club}, 'Half', 80, 'percent', 50, null),
  ({reward muffin}, {program club}, 'A muffin', 30, 'free_product', null, {product muffin});
insert into promotions (id, code, name, discount_type, discount_value, max_redemptions, max_per_customer) values
  ({promotion ten}, 'TEN', 'Ten percent', 'percent', 10, 2, 1);
insert into pos_integrations (id, provider, external_location_id) values ({pos square}, 'square', 'L1');
