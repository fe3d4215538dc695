-- How often codes were used, and where the numbers of the ledgers go on.
update public.promotions p
set redemption_count = (
  select count(*)
  from public.order_discounts d
  join public.orders o on o.id = d.order_id and o.status <> 'cancelled'
  where d.promotion_id = p.id
)
where p.organization_id = md5('volume coffee organization')::uuid;

do $$
begin
  perform setval('public.stock_movements_seq_seq', greatest(s.last_value, (select max(m.seq) from public.stock_movements m), 1))
  from public.stock_movements_seq_seq s;
  perform setval(
    'public.loyalty_transactions_seq_seq', greatest(s.last_value, (select max(t.seq) from public.loyalty_transactions t), 1)
  )
  from public.loyalty_transactions_seq_seq s;
end
$$;
