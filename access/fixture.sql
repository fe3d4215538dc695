-- What `migrate access` tries on: two organizations, the first with two locations, and in each table rows of several people.
-- It is rolled back. People who are identities in migrate.toml have the ids written there.

create function pg_temp.id(label text) returns uuid language sql immutable as $$ select md5(label)::uuid $$;
create function pg_temp.person(label text) returns uuid language sql immutable as $$
  select case label
    when 'ann' then '00000000-0000-4000-8000-0000000000a1'::uuid -- customer
    when 'mia' then '00000000-0000-4000-8000-0000000000b1'::uuid -- member
    when 'ines' then '00000000-0000-4000-8000-0000000000c1'::uuid -- instructor
    when 'bo' then '00000000-0000-4000-8000-0000000000d1'::uuid -- barista at Main
    when 'sam' then '00000000-0000-4000-8000-0000000000d2'::uuid -- staff at Main
    when 'ada' then '00000000-0000-4000-8000-0000000000d3'::uuid -- admin of the organization
    when 'otto' then '00000000-0000-4000-8000-0000000000d4'::uuid -- admin of the other organization
    else md5('user ' || label)::uuid
  end
$$;

----------------------------------------------------------------------------------------------------- people and places
insert into auth.users (id, email, email_confirmed_at)
select pg_temp.person(name), name || '@example.com', now()
from unnest(array['ann', 'bea', 'cleo', 'dee', 'mia', 'nora', 'oda', 'ines', 'ivo', 'olga', 'bo', 'sam', 'ada', 'otto', 'uma']) name;

insert into organizations (id, name, slug) values (pg_temp.id('other'), 'Other', 'other');
insert into locations (id, organization_id, name, code) values
  (pg_temp.id('uptown'), '00000000-0000-4000-8000-000000000001', 'Uptown', 'UP'),
  (pg_temp.id('elsewhere'), pg_temp.id('other'), 'Elsewhere', 'ELSE');
-- The first three of every table: Main and Uptown of the default organization, Elsewhere of the other one.
create temporary table place on commit drop as
select * from (values
  (1, 'main', '00000000-0000-4000-8000-000000000002'::uuid, '00000000-0000-4000-8000-000000000001'::uuid),
  (2, 'uptown', pg_temp.id('uptown'), '00000000-0000-4000-8000-000000000001'::uuid),
  (3, 'elsewhere', pg_temp.id('elsewhere'), pg_temp.id('other'))
) as p (n, name, location_id, organization_id);

insert into user_roles (user_id, role, organization_id, location_id)
select pg_temp.person(r.name), r.role, p.organization_id, case when r.everywhere then null else p.location_id end
from (values
  ('bo', 'barista', 'main', false), ('sam', 'staff', 'main', false), ('ada', 'admin', 'main', true),
  ('ines', 'instructor', 'main', false), ('uma', 'staff', 'uptown', false), ('otto', 'admin', 'elsewhere', true)
) as r (name, role, place, everywhere)
join place p on p.name = r.place;
insert into notifications (organization_id, location_id, user_id, kind, title)
select organization_id, location_id, null, 'stock', 'For those who work here' from place
union all
select organization_id, location_id, pg_temp.person(reader), 'order', 'For you'
from place, unnest(array['ann', 'mia']) reader where n = 1;

------------------------------------------------------------------------------------------------------------- catalogue
insert into categories (id, organization_id, name, is_active)
select pg_temp.id('category ' || name), organization_id, 'Drinks', true from place where n <> 2
union all
select pg_temp.id('category past ' || name), organization_id, 'Past', false from place where n <> 2;
insert into products (id, organization_id, category_id, name, base_price, is_active)
select pg_temp.id(thing || ' ' || name), organization_id, pg_temp.id('category ' || name), thing, 4, true
from place, unnest(array['latte', 'beans']) thing where n <> 2
union all
select pg_temp.id('latte past ' || name), organization_id, pg_temp.id('category past ' || name), 'Past', 4, false from place where n <> 2;
insert into product_variants (id, product_id, variant_type, variant_value)
select pg_temp.id('variant ' || name), pg_temp.id('latte ' || name), 'size', 'large' from place where n <> 2;
insert into modifier_groups (id, organization_id, name)
select pg_temp.id('milk ' || name), organization_id, 'Milk' from place where n <> 2;
insert into modifiers (id, modifier_group_id, name)
select pg_temp.id('oat ' || name), pg_temp.id('milk ' || name), 'Oat' from place where n <> 2;
insert into product_modifier_groups (product_id, modifier_group_id)
select pg_temp.id('latte ' || name), pg_temp.id('milk ' || name) from place where n <> 2;
insert into product_components (product_id, component_product_id, quantity)
select pg_temp.id('latte ' || name), pg_temp.id('beans ' || name), 18 from place where n <> 2;
insert into product_location_overrides (location_id, product_id, base_price)
select location_id, pg_temp.id('beans ' || case n when 3 then 'elsewhere' else 'main' end), 5 from place;
insert into tax_rates (location_id, name, rate) select location_id, 'Sales tax', 0.08 from place;
insert into inventory (id, location_id, product_id, current_stock, min_threshold)
select pg_temp.id('stock ' || name), location_id, pg_temp.id('beans ' || case n when 3 then 'elsewhere' else 'main' end),
       10000, 20000
from place;

---------------------------------------------------------------------------------------------------------------- orders
insert into customers (id, organization_id, user_id, first_name, last_name, email)
select pg_temp.id('customer ' || c.name), p.organization_id, pg_temp.person(c.name), c.name, 'Customer', c.name || '@example.com'
from (values ('ann', 1), ('bea', 1), ('cleo', 3), ('dee', 2)) as c (name, n) join place p using (n);
insert into pos_sessions (id, location_id) select pg_temp.id('till ' || name), location_id from place;
insert into cash_movements (pos_session_id, location_id, movement_type, amount, reason)
select pg_temp.id('till ' || name), location_id, 'paid_in', 10, 'change' from place;
insert into orders (id, location_id, customer_id, order_type)
select pg_temp.id(o.label), p.location_id, pg_temp.id('customer ' || o.customer), 'takeaway'
from (values ('order ann', 'ann', 1), ('order bea', 'bea', 1), ('order bea uptown', 'bea', 2), ('order cleo', 'cleo', 3),
             ('order dee', 'dee', 2))
  as o (label, customer, n)
join place p using (n);
insert into orders (id, location_id, customer_id, order_type)
select pg_temp.id('done ' || name), location_id, pg_temp.id('customer ' || case n when 1 then 'ann' when 2 then 'bea' else 'cleo' end),
       'takeaway'
from place;
select private.place_guests(); -- whose staff see them: commits do it, and nothing is committed here
insert into order_items (id, order_id, product_id)
select pg_temp.id('item ' || o.id::text), o.id, pg_temp.id('latte ' || case p.n when 3 then 'elsewhere' else 'main' end)
from orders o join place p using (location_id);
insert into order_item_options (order_item_id, modifier_id, name, value, price_delta)
select i.id, pg_temp.id('oat ' || case p.n when 3 then 'elsewhere' else 'main' end), 'Milk', 'Oat', 0
from order_items i join place p using (location_id);
insert into payments (id, location_id, order_id, customer_id, amount, method)
select pg_temp.id('payment ' || o.id::text), o.location_id, o.id, o.customer_id, o.total_amount, 'card' from orders o
where o.id in (pg_temp.id('order bea'), pg_temp.id('done main'), pg_temp.id('done uptown'), pg_temp.id('done elsewhere'));
insert into refunds (payment_id, location_id, customer_id, amount)
select p.id, p.location_id, p.customer_id, 1 from payments p;

insert into loyalty_programs (id, organization_id, name)
select pg_temp.id('program ' || name), organization_id, 'Club' from place where n <> 2;
insert into loyalty_rewards (id, loyalty_program_id, name, points_cost, reward_type, reward_value)
select pg_temp.id('reward ' || name), pg_temp.id('program ' || name), 'A dollar', 10, 'amount', 1 from place where n <> 2;
insert into loyalty_transactions (organization_id, customer_id, transaction_type, points, balance_after)
select c.organization_id, c.id, 'bonus', 50, 50 from customers c;
insert into promotions (id, organization_id, code, name, discount_type, discount_value)
select pg_temp.id('promotion ' || name), organization_id, 'WELCOME', 'Welcome', 'percent', 10 from place where n <> 2;
insert into order_discounts (order_id, location_id, label, amount) select o.id, o.location_id, 'Sorry', 0 from orders o;
insert into pos_integrations (id, location_id, provider, external_location_id)
select pg_temp.id('pos ' || name), location_id, 'square', name from place;
insert into pos_webhook_events (pos_integration_id, location_id, external_event_id, event_type, payload)
select pg_temp.id('pos ' || name), location_id, 'event', 'order.created', '{}' from place;
insert into pos_transactions (pos_integration_id, location_id, external_id, occurred_at, business_date)
select pg_temp.id('pos ' || name), location_id, 'sale', now(), current_date from place;
insert into pos_reconciliations
  (pos_integration_id, location_id, business_date, pos_count, order_count, pos_total, order_total, disagreements, status)
select pg_temp.id('pos ' || name), location_id, current_date, 1, 0, 4, 0, 1, 'unbalanced' from place;
insert into sales_daily (location_id, business_date, order_count, item_count, gross_sales)
select location_id, current_date, 1, 1, 4 from place;

update orders set status = 'completed' where id in (select pg_temp.id('done ' || name) from place);

---------------------------------------------------------------------------------------------------------------- studio
insert into instructors (id, organization_id, user_id, first_name, last_name, email, hourly_rate)
select pg_temp.id('instructor ' || i.name), p.organization_id, pg_temp.person(i.name), i.name, 'Teacher', i.name || '@example.com', 40
from (values ('ines', 1), ('ivo', 1), ('olga', 3)) as i (name, n) join place p using (n);
insert into class_types (id, organization_id, name, duration, max_participants, price, is_active)
select pg_temp.id('yoga ' || name), organization_id, 'Yoga', 60, 10, 15, true from place where n <> 2
union all
select pg_temp.id('yoga past ' || name), organization_id, 'Past', 60, 10, 15, false from place where n <> 2;
insert into instructor_class_types (instructor_id, class_type_id)
select pg_temp.id('instructor ' || i.name), pg_temp.id('yoga ' || i.place)
from (values ('ines', 'main'), ('ivo', 'main'), ('olga', 'elsewhere')) as i (name, place);
insert into instructor_availability (instructor_id, day_of_week, start_time, end_time)
select pg_temp.id('instructor ' || name), day, '06:00', '22:00'
from unnest(array['ines', 'ivo', 'olga']) name, generate_series(1, 2) day;
insert into instructor_time_off (instructor_id, starts_at, ends_at)
select pg_temp.id('instructor ' || name), now() + interval '90 days', now() + interval '91 days'
from unnest(array['ines', 'ivo', 'olga']) name;
insert into rooms (id, location_id, name, capacity) select pg_temp.id('room ' || name), location_id, 'Hall', 20 from place;
insert into location_closures (location_id, starts_on, ends_on, reason)
select location_id, current_date + 200, current_date + 201, 'Painting' from place;

create temporary table teaching on commit drop as
select t.class, t.teacher, p.location_id, p.name as place, t.hour, case p.n when 3 then 'elsewhere' else 'main' end as kind
from (values
  ('class ines', 'ines', 1, 8), ('class ivo', 'ivo', 1, 11), ('class uptown', 'ivo', 2, 14), ('class olga', 'olga', 3, 8)
) as t (class, teacher, n, hour)
join place p using (n);
insert into class_series (id, location_id, class_type_id, instructor_id, rrule, dtstart, start_time, end_time)
select pg_temp.id('series ' || class), location_id, pg_temp.id('yoga ' || kind), pg_temp.id('instructor ' || teacher),
       'FREQ=WEEKLY', current_date + 30, make_time(hour, 0, 0), make_time(hour + 1, 0, 0)
from teaching;
insert into class_series_exceptions (class_series_id, occurrence_date, exception_type)
select pg_temp.id('series ' || class), current_date + 37, 'cancelled' from teaching;
insert into class_schedules
  (id, location_id, class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants)
select pg_temp.id(class), location_id, pg_temp.id('yoga ' || kind), pg_temp.id('instructor ' || teacher), current_date + 3,
       make_time(hour, 0, 0), make_time(hour + 1, 0, 0), 10
from teaching;
insert into class_schedules
  (id, location_id, class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants, created_at)
select pg_temp.id('past ' || class), location_id, pg_temp.id('yoga ' || kind), pg_temp.id('instructor ' || teacher),
       current_date - 3, make_time(hour, 0, 0), make_time(hour + 1, 0, 0), 10, now() - interval '10 days'
from teaching;
insert into class_schedules
  (id, location_id, class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants, status)
select pg_temp.id('cancelled'), location_id, pg_temp.id('yoga ' || kind), pg_temp.id('instructor ' || teacher),
       current_date + 4, '08:00', '09:00', 10, 'cancelled'
from teaching where class = 'class ivo';
insert into substitute_requests (id, class_schedule_id, location_id, requested_by_instructor_id)
select pg_temp.id('request ' || class), pg_temp.id(class), location_id, pg_temp.id('instructor ' || teacher) from teaching;

--------------------------------------------------------------------------------------------------- members and bookings
insert into members (id, organization_id, home_location_id, user_id, first_name, last_name, email, medical_conditions)
select pg_temp.id('member ' || m.name), p.organization_id, p.location_id, pg_temp.person(m.name), m.name, 'Member', m.name || '@example.com', 'knee'
from (values ('mia', 1), ('nora', 1), ('oda', 3)) as m (name, n) join place p using (n);
create temporary table practising on commit drop as
select m.name, p.location_id, m.class, case p.n when 3 then 'elsewhere' else 'main' end as kind
from (values ('mia', 1, 'class ines'), ('nora', 1, 'class ivo'), ('nora', 2, 'class uptown'), ('oda', 3, 'class olga'))
  as m (name, n, class)
join place p using (n);
insert into membership_packages (id, organization_id, name, price, billing_cycle, classes_included, can_freeze, max_freeze_days, is_active)
select pg_temp.id('package ' || name), organization_id, 'Ten', 100, 'one_time', 10, true, 30, true from place where n <> 2
union all
select pg_temp.id('package past ' || name), organization_id, 'Past', 100, 'one_time', 10, true, 30, false from place where n <> 2;
insert into member_packages
  (id, member_id, membership_package_id, location_id, status, price, billing_cycle, classes_per_period, starts_on, billing_anchor)
select pg_temp.id('bought ' || class), pg_temp.id('member ' || name), pg_temp.id('package ' || kind), location_id, 'active',
       100, 'one_time', 10, current_date, current_date
from practising;
insert into class_credit_transactions (member_id, member_package_id, transaction_type, credits, balance_after)
select pg_temp.id('member ' || name), pg_temp.id('bought ' || class), 'grant', 5, 0 from practising;
insert into member_package_freezes (member_package_id, starts_on, ends_on)
select pg_temp.id('bought ' || class), current_date + 100, current_date + 107 from practising;
insert into bookings (id, member_id, class_schedule_id)
select pg_temp.id('booking ' || class), pg_temp.id('member ' || name), pg_temp.id(class) from practising;
insert into bookings (id, member_id, class_schedule_id, status, created_at)
select pg_temp.id('attended ' || class), pg_temp.id('member ' || name), pg_temp.id('past ' || class), 'attended',
       now() - interval '9 days'
from practising;
-- Two classes of one seat, each taken by the one and waited for by the other.
insert into class_schedules
  (id, location_id, class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants)
select pg_temp.id('full ' || full_hour), location_id, pg_temp.id('yoga ' || kind), pg_temp.id('instructor ' || teacher),
       current_date + 5, make_time(full_hour, 0, 0), make_time(full_hour + 1, 0, 0), 1
from teaching, unnest(array[8, 10]) full_hour where class = 'class ivo';
insert into bookings (member_id, class_schedule_id) values
  (pg_temp.id('member mia'), pg_temp.id('full 8')), (pg_temp.id('member nora'), pg_temp.id('full 10'));
insert into bookings (member_id, class_schedule_id, booking_type) values
  (pg_temp.id('member nora'), pg_temp.id('full 8'), 'waitlist'), (pg_temp.id('member mia'), pg_temp.id('full 10'), 'waitlist');
insert into class_feedback (booking_id, rating) select pg_temp.id('attended ' || class), 5 from practising;
insert into member_goals (id, member_id, goal_type, title, target_value)
select pg_temp.id('goal ' || name), pg_temp.id('member ' || name), 'custom', 'Handstand', 10
from unnest(array['mia', 'nora', 'oda']) name;
insert into member_goal_entries (member_goal_id, value)
select pg_temp.id('goal ' || name), 1 from unnest(array['mia', 'nora', 'oda']) name;
insert into invoices (id, location_id, member_id, billing_reason, subtotal)
select pg_temp.id('invoice ' || class), location_id, pg_temp.id('member ' || name), 'purchase', 100 from practising;
insert into payments (id, location_id, invoice_id, member_id, amount, method)
select pg_temp.id('payment ' || class), location_id, pg_temp.id('invoice ' || class), pg_temp.id('member ' || name), 100, 'card'
from practising;
insert into refunds (payment_id, location_id, member_id, amount)
select pg_temp.id('payment ' || class), location_id, pg_temp.id('member ' || name), 1 from practising;
