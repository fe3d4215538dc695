-- How often codes were used.
update public.promotions p
set redemption_count = (
  select count(*)
  from public.order_discounts d
  join public.orders o on o.id = d.order_id and o.status <> 'cancelled'
  where d.promotion_id = p.id
)
where p.organization_id = md5('volume coffee organization')::uuid;
