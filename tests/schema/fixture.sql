-- A few people, and what they need to do business. {kind name} stands for an id.
set timezone = 'UTC';
insert into auth.users (id, email) values
  ({user admin}, 'admin@example.com'), ({user staff}, 'staff@example.com'), ({user barista}, 'barista@example.com'),
  ({user ann}, 'ann@example.com'), ({user ben}, 'ben@example.com'), ({user stranger}, 'stranger@example.com'),
  ({user teacher}, 'teacher@example.com'), ({user substitute}, 'substitute@example.com');
insert into public.user_roles (user_id, role, created_by) values
  ({user admin}, 'admin', null), ({user staff}, 'staff', {user admin}), ({user barista}, 'barista', {user admin});

insert into public.customers (id, user_id, first_name, last_name, email) values
  ({customer ann}, {user ann}, 'Ann', 'Archer', 'ann@example.com'),
  ({customer ben}, {user ben}, 'Ben', 'Baker', 'ben@example.com');
insert into public.categories (id, name) values ({category drinks}, 'Drinks'), ({category food}, 'Food');
insert into public.categories (id, name, is_active) values ({category past}, 'Past', false);
insert into public.products (id, name, base_price, category_id, is_active) values
  ({product latte}, 'Latte', 4.50, {category drinks}, true),
  ({product muffin}, 'Muffin', 3.00, {category food}, true),
  ({product old}, 'Old', 1.00, {category food}, false);
insert into public.product_variants (product_id, variant_type, variant_value, price_modifier, is_active) values
  ({product latte}, 'milk', 'oat', 0.50, true),
  ({product latte}, 'size', 'large', 1.00, true),
  ({product latte}, 'milk', 'soy', 0.10, false);
insert into public.inventory (id, product_id, current_stock, min_threshold) values
  ({inventory muffin}, {product muffin}, 20, 10);
insert into public.orders (id, customer_id, order_type) values
  ({order ann}, {customer ann}, 'takeaway'), ({order ben}, {customer ben}, 'dine_in');
insert into public.order_items (id, order_id, product_id, quantity) values
  ({item ann}, {order ann}, {product latte}, 2), ({item ben}, {order ben}, {product latte}, 1);

insert into public.instructors (id, user_id, first_name, last_name, email, phone, hourly_rate) values
  ({instructor teacher}, {user teacher}, 'Tea', 'Cher', 'teacher@example.com', '1', 40),
  ({instructor substitute}, {user substitute}, 'Sub', 'Stitute', 'substitute@example.com', '2', 30);
insert into public.class_types (id, name, duration, max_participants, price) values
  ({type vinyasa}, 'Vinyasa', 60, 10, 15);
-- One with a single seat, one with room for all.
insert into public.class_schedules
  (id, class_type_id, instructor_id, substitute_instructor_id, room_name, scheduled_date, start_time, end_time,
   max_participants)
values
  ({class single}, {type vinyasa}, {instructor teacher}, null, 'North', current_date + 2, '09:00', '10:00', 1),
  ({class open}, {type vinyasa}, {instructor teacher}, {instructor substitute}, 'North', current_date + 3, '09:00',
   '10:00', 10);
insert into public.members (id, user_id, first_name, last_name, email, classes_remaining) values
  ({member ann}, {user ann}, 'Ann', 'Archer', 'ann@example.com', 2),
  ({member ben}, {user ben}, 'Ben', 'Baker', 'ben@example.com', 0);
insert into public.bookings (id, member_id, class_schedule_id) values ({booking ben}, {member ben}, {class open});
insert into public.membership_packages (id, name, price, is_active) values
  ({package ten}, 'Ten classes', 120, true), ({package old}, 'Old', 1, false);
