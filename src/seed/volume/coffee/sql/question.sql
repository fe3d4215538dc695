-- The chain's menu as JSON, money in cents, in an order that is the same in every database.
with chain (id) as (select md5('volume coffee organization')::uuid),
sold as (
  select p.* from public.products p join chain c on p.organization_id = c.id
  where p.is_active and p.product_type <> 'ingredient'
),
shelf as (
  select p.id, row_number() over (order by p.sku, p.id) - 1 as place, i.cost_per_unit, i.unit_of_measure,
         i.max_capacity is null as is_fresh
  from public.products p
  join chain c on p.organization_id = c.id
  join public.products d on md5('volume ' || d.id)::uuid = p.id
  join public.inventory i on i.product_id = d.id and i.location_id = md5('coffee location oldtown')::uuid
),
takes as (
  select coalesce(t.product_id, t.variant_id, t.modifier_id) as owner,
         jsonb_agg(jsonb_build_array(s.place, t.quantity) order by s.place) as needs
  from public.product_components t
  join shelf s on s.id = t.component_product_id
  where t.is_active
  group by 1
)
select jsonb_build_object(
  'shelf', (
    select jsonb_agg(jsonb_build_object(
      'id', s.id, 'cost', (100 * coalesce(s.cost_per_unit, 0))::bigint, 'unit', s.unit_of_measure,
      'fresh', s.is_fresh
    ) order by s.place)
    from shelf s
  ),
  'products', (
    select jsonb_agg(jsonb_build_object(
      'id', p.id, 'name', p.name, 'sku', coalesce(p.sku, ''), 'price', (100 * p.base_price)::bigint,
      'tax', p.tax_category, 'minutes', p.preparation_time,
      'self', (select s.place from shelf s where s.id = p.id),
      'takes', coalesce((select t.needs from takes t where t.owner = p.id), '[]'),
      'variants', coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', v.id, 'type', v.variant_type, 'value', v.variant_value, 'delta', (100 * v.price_modifier)::bigint,
          'takes', coalesce((select t.needs from takes t where t.owner = v.id), '[]')
        ) order by v.variant_type, v.sort_order, v.variant_value)
        from public.product_variants v where v.product_id = p.id and v.is_active
      ), '[]'),
      'groups', coalesce((
        select jsonb_agg(jsonb_build_object(
          'id', g.id, 'name', g.name, 'min', coalesce(o.min_selected, g.min_selected),
          'max', coalesce(o.max_selected, g.max_selected, 9)
        ) order by o.sort_order, g.name)
        from public.product_modifier_groups o
        join public.modifier_groups g on g.id = o.modifier_group_id and g.is_active
        where o.product_id = p.id and o.is_active
      ), '[]')
    ) order by p.sku, p.id)
    from sold p
  ),
  'modifiers', coalesce((
    select jsonb_agg(jsonb_build_object(
      'id', m.id, 'group', m.modifier_group_id, 'name', m.name, 'delta', (100 * m.price_delta)::bigint,
      'takes', coalesce((select t.needs from takes t where t.owner = m.id), '[]')
    ) order by m.modifier_group_id, m.sort_order, m.name)
    from public.modifiers m
    join public.modifier_groups g on g.id = m.modifier_group_id
    join chain c on g.organization_id = c.id
    where m.is_active and m.is_available
  ), '[]'),
  'taxes', coalesce((
    select jsonb_agg(jsonb_build_object(
      'category', r.tax_category, 'order_type', r.order_type, 'rate', (10000 * r.rate)::bigint
    ) order by r.tax_category, r.order_type)
    from public.tax_rates r where r.location_id = md5('volume coffee location 1')::uuid and r.is_active
  ), '[]'),
  'club', (
    select jsonb_build_object(
      'per_unit', (10000 * l.points_per_currency_unit)::bigint, 'per_visit', l.points_per_visit,
      'min_spend', (100 * l.min_spend)::bigint
    )
    from public.loyalty_programs l join chain c on l.organization_id = c.id where l.is_active
  ),
  'rewards', coalesce((
    select jsonb_agg(jsonb_build_object(
      'id', r.id, 'name', r.name, 'points', r.points_cost, 'cents', (100 * r.reward_value)::bigint
    ) order by r.points_cost, r.name)
    from public.loyalty_rewards r
    join public.loyalty_programs l on l.id = r.loyalty_program_id
    join chain c on l.organization_id = c.id
    where r.is_active and r.reward_type = 'amount'
  ), '[]')
)::text;
