-- The chain: its organization, locations, staff, and the demo's menu copied. {locations}, {months} and {today} are numbers
-- and a date. Runs with triggers off.
do $$
begin
  if not exists (select from public.organizations where id = md5('coffee organization')::uuid) then
    raise exception 'the demo rows of coffee-shop are not there' using hint = 'migrate seed coffee-shop';
  end if;
end
$$;

insert into public.organizations (id, name, slug, created_at, updated_at)
select md5('volume coffee organization')::uuid, 'Riverbend Coffee, the chain', 'riverbend-coffee-chain', d.day, d.day
from (select (date '{today}' - 1100)::timestamp at time zone 'UTC') d (day);

create temporary table chain_locations on commit drop as
select n as number, md5('volume coffee location ' || n)::uuid as id,
       (
         date '{today}' - ceil(({months} / {locations} + (n <= {months} % {locations})::integer) * 30.4375)::integer
       )::timestamp at time zone 'America/New_York' as opened
from generate_series(1, {locations}) n;

insert into public.locations (
  id, organization_id, name, code, kind, time_zone, currency, prices_include_tax, business_day_start, address, phone, email,
  created_at, updated_at
)
select l.id, md5('volume coffee organization')::uuid, 'Riverbend No. ' || l.number, 'RB' || l.number, 'coffee_shop',
       'America/New_York', 'USD', false, '04:00',
       jsonb_build_object(
         'street', 1 + l.number * 7 % 240 || ' ' ||
           (array['Ferry', 'Mill', 'Canal', 'Market', 'Station', 'Orchard', 'Bridge', 'Harbor'])[1 + l.number % 8] || ' Street',
         'city', (array['Riverbend', 'Ashford', 'Millbrook', 'Easton', 'Dunmore'])[1 + l.number / 8 % 5]
       ),
       '+1 555 ' || lpad((1000 + l.number % 9000)::text, 4, '0'), 'no' || l.number || '@chain.coffee.example', l.opened, l.opened
from chain_locations l;

------------------------------------------------------------------------------------------------------------ staff
-- Who signs in is documented; the others behind the bars only sign what they did. The password of all is `counterpose`.
create temporary table chain_people (label, email, name, role, number) on commit drop as
select *
from (values
  ('admin', 'admin@chain.coffee.example', 'Ada Marsh', 'admin', null::integer),
  ('barista', 'barista@chain.coffee.example', 'Bo Renner', 'barista', 1),
  ('customer', 'customer@chain.coffee.example', 'Cleo Marsh', null, null)
) p
union all
select 'barista ' || l.number || ' ' || n, 'barista.' || l.number || '.' || n || '@chain.coffee.example',
       'Barista ' || n || ' of No. ' || l.number, 'barista', l.number
from chain_locations l
cross join generate_series(1, 4) n
union all
select 'staff ' || l.number, 'staff.' || l.number || '@chain.coffee.example', 'Manager of No. ' || l.number, 'staff', l.number
from chain_locations l;

insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
  email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select '00000000-0000-0000-0000-000000000000', md5('volume coffee user ' || p.label)::uuid, 'authenticated', 'authenticated',
       p.email, '$2a$10$fNsLtDMo9PSGEGAmnkaFqOV0qd1r2hOuonA4ncVAtD/ZGb/FSb0Xy', o.created_at, '', '', '', '',
       jsonb_build_object('provider', 'email', 'providers', jsonb_build_array('email'), 'organization_id', o.id),
       jsonb_build_object('name', p.name), o.created_at, o.created_at
from chain_people p
join public.organizations o on o.id = md5('volume coffee organization')::uuid;

-- A way of signing in is a row of its own on a real project.
do $$
begin
  if to_regclass('auth.identities') is not null then
    insert into auth.identities (id, provider_id, user_id, identity_data, provider, created_at, updated_at)
    select md5('volume coffee identity ' || p.label)::uuid, u.id::text, u.id,
           jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true), 'email', u.created_at, u.updated_at
    from chain_people p
    join auth.users u on u.id = md5('volume coffee user ' || p.label)::uuid;
  end if;
end
$$;

insert into public.user_roles (id, user_id, role, organization_id, location_id, created_at, updated_at)
select md5('volume coffee role ' || p.label)::uuid, md5('volume coffee user ' || p.label)::uuid, p.role, o.id, l.id,
       o.created_at, o.created_at
from chain_people p
join public.organizations o on o.id = md5('volume coffee organization')::uuid
left join chain_locations l on l.number = p.number
where p.role is not null;

------------------------------------------------------------------------------------------------------------- menu
-- A copy's id is the MD5 of 'volume ' and the id that it copies.
insert into public.categories (id, organization_id, name, description, parent_id, sort_order, is_active, created_at, updated_at)
select md5('volume ' || c.id)::uuid, o.id, c.name, c.description, md5('volume ' || c.parent_id)::uuid, c.sort_order, c.is_active,
       o.created_at, o.created_at
from public.categories c
join public.organizations o on o.id = md5('volume coffee organization')::uuid
where c.organization_id = md5('coffee organization')::uuid;

insert into public.products (
  id, organization_id, name, description, base_price, category_id, sku, image_url, is_available, requires_preparation,
  preparation_time, allergens, nutritional_info, product_type, tax_category, sort_order, is_active, created_at, updated_at
)
select md5('volume ' || p.id)::uuid, o.id, p.name, p.description, p.base_price, md5('volume ' || p.category_id)::uuid, p.sku,
       p.image_url, p.is_available, p.requires_preparation, p.preparation_time, p.allergens, p.nutritional_info, p.product_type,
       p.tax_category, p.sort_order, p.is_active, o.created_at, o.created_at
from public.products p
join public.organizations o on o.id = md5('volume coffee organization')::uuid
where p.organization_id = md5('coffee organization')::uuid;

insert into public.product_variants (
  id, product_id, variant_type, variant_value, price_modifier, is_default, sort_order, is_active
)
select md5('volume ' || v.id)::uuid, md5('volume ' || p.id)::uuid, v.variant_type, v.variant_value, v.price_modifier,
       v.is_default, v.sort_order, v.is_active
from public.product_variants v
join public.products p on p.id = v.product_id and p.organization_id = md5('coffee organization')::uuid;

insert into public.modifier_groups (
  id, organization_id, name, description, min_selected, max_selected, sort_order, is_active
)
select md5('volume ' || g.id)::uuid, md5('volume coffee organization')::uuid, g.name, g.description, g.min_selected,
       g.max_selected, g.sort_order, g.is_active
from public.modifier_groups g
where g.organization_id = md5('coffee organization')::uuid;

insert into public.modifiers (
  id, modifier_group_id, name, price_delta, max_quantity, allergens, is_available, sort_order, is_active
)
select md5('volume ' || m.id)::uuid, md5('volume ' || g.id)::uuid, m.name, m.price_delta, m.max_quantity, m.allergens,
       m.is_available, m.sort_order, m.is_active
from public.modifiers m
join public.modifier_groups g on g.id = m.modifier_group_id and g.organization_id = md5('coffee organization')::uuid;

insert into public.product_modifier_groups (
  id, product_id, modifier_group_id, min_selected, max_selected, sort_order, is_active
)
select md5('volume ' || o.id)::uuid, md5('volume ' || p.id)::uuid, md5('volume ' || o.modifier_group_id)::uuid, o.min_selected,
       o.max_selected, o.sort_order, o.is_active
from public.product_modifier_groups o
join public.products p on p.id = o.product_id and p.organization_id = md5('coffee organization')::uuid;

insert into public.product_components (
  id, product_id, variant_id, modifier_id, component_product_id, quantity, is_active
)
select md5('volume ' || c.id)::uuid, md5('volume ' || c.product_id)::uuid, md5('volume ' || c.variant_id)::uuid,
       md5('volume ' || c.modifier_id)::uuid, md5('volume ' || c.component_product_id)::uuid, c.quantity, c.is_active
from public.product_components c
join public.products p on p.id = c.component_product_id and p.organization_id = md5('coffee organization')::uuid;

-- Taxes are those of the demo's first shop, everywhere.
insert into public.tax_rates (id, location_id, name, tax_category, order_type, rate, is_active)
select md5('volume ' || t.id || ' ' || l.number)::uuid, l.id, t.name, t.tax_category, t.order_type, t.rate, t.is_active
from public.tax_rates t
cross join chain_locations l
where t.location_id = md5('coffee location oldtown')::uuid;

------------------------------------------------------------------------------------------------------ points, codes
-- The chain's points do not expire.
insert into public.loyalty_programs (
  id, organization_id, name, points_per_currency_unit, points_per_visit, min_spend, is_active, created_at, updated_at
)
select md5('volume ' || p.id)::uuid, o.id, p.name, p.points_per_currency_unit, p.points_per_visit, p.min_spend, p.is_active,
       o.created_at, o.created_at
from public.loyalty_programs p
join public.organizations o on o.id = md5('volume coffee organization')::uuid
where p.organization_id = md5('coffee organization')::uuid;

insert into public.loyalty_rewards (
  id, loyalty_program_id, name, points_cost, reward_type, reward_value, product_id, is_active
)
select md5('volume ' || r.id)::uuid, md5('volume ' || p.id)::uuid, r.name, r.points_cost, r.reward_type, r.reward_value,
       md5('volume ' || r.product_id)::uuid, r.is_active
from public.loyalty_rewards r
join public.loyalty_programs p on p.id = r.loyalty_program_id and p.organization_id = md5('coffee organization')::uuid;

insert into public.promotions (id, organization_id, code, name, discount_type, discount_value, max_per_customer)
values
  (md5('volume coffee promotion welcome')::uuid, md5('volume coffee organization')::uuid, 'WELCOME10',
   'A tenth off the first order', 'percent', 10, 1),
  (md5('volume coffee promotion early')::uuid, md5('volume coffee organization')::uuid, 'EARLYBIRD',
   'Fifteen percent before half past seven', 'percent', 15, null);
