-- Points and discounts. The lock of the promotion's row, and of the customer's, is what counts how often and how many.

-- The one way to change a balance, as post_stock is for stock: the UPDATE takes the lock, and customers' own check
-- refuses what would go below zero.
create function private.post_points(
  customer uuid, kind text, points integer, for_order uuid default null, reward uuid default null,
  reason text default null, expires_at timestamp with time zone default null
) returns public.loyalty_transactions
language plpgsql security definer set search_path = '' as $$
declare
  account public.customers;
  entry public.loyalty_transactions;
begin
  update public.customers c
  set loyalty_points = c.loyalty_points + post_points.points,
      points_seq = nextval('public.loyalty_transactions_seq_seq')
  where c.id = customer
  returning c.* into account;
  insert into public.loyalty_transactions as t (
    seq, organization_id, customer_id, transaction_type, points, balance_after, order_id, loyalty_reward_id, reason,
    expires_at
  )
  values (
    account.points_seq, account.organization_id, customer, kind, post_points.points, account.loyalty_points, for_order,
    reward, post_points.reason, post_points.expires_at
  )
  returning t.* into entry;
  return entry;
end
$$;
comment on function private.post_points(uuid, text, integer, uuid, uuid, text, timestamp with time zone) is
  'Changes a customer''s points and writes the entry in the ledger.';

create function private.record_points() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.loyalty_transactions (
    organization_id, customer_id, transaction_type, points, balance_after, reason
  )
  values (
    new.organization_id, new.id, case tg_op when 'INSERT' then 'opening' else 'adjust' end,
    new.loyalty_points - coalesce(old.loyalty_points, 0), new.loyalty_points, 'points set directly'
  );
  return null;
end
$$;
comment on function private.record_points() is 'Trigger: points that were set directly have their ledger entry too.';

create trigger record_opening_points
  after insert on public.customers
  for each row when (new.loyalty_points <> 0 and new.points_seq is null)
  execute function private.record_points();
create trigger record_points
  after update of loyalty_points on public.customers
  for each row when (
    new.loyalty_points <> old.loyalty_points and new.points_seq is not distinct from old.points_seq
  )
  execute function private.record_points();

-- Earned once, when the order is both completed and paid; gone once, when all of it is refunded. Points that are spent
-- by then are written off.
create function private.earn_points() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  program public.loyalty_programs;
  earned integer;
begin
  if new.payment_status = 'paid' then
    select p.* into program
    from public.loyalty_programs p
    join public.locations l on l.organization_id = p.organization_id
    where l.id = new.location_id and p.is_active;
    if not found or new.subtotal - new.discount_amount < program.min_spend
      or exists (
        select from public.loyalty_transactions t where t.order_id = new.id and t.transaction_type = 'earn'
      )
    then
      return null;
    end if;
    earned := floor(greatest(new.subtotal - new.discount_amount, 0) * program.points_per_currency_unit)
      + program.points_per_visit;
    if earned > 0 then
      perform private.post_points(
        new.customer_id, 'earn', earned, new.id, null, 'order ' || new.order_number,
        now() + make_interval(days => program.points_expire_after_days)
      );
    end if;
  else
    perform from public.customers c where c.id = new.customer_id for no key update;
    select least(t.points, c.loyalty_points) into earned
    from public.loyalty_transactions t
    join public.customers c on c.id = t.customer_id
    where t.order_id = new.id and t.transaction_type = 'earn'
      and not exists (
        select from public.loyalty_transactions r where r.order_id = new.id and r.transaction_type = 'earn_reversal'
      );
    if earned > 0 then
      perform private.post_points(
        new.customer_id, 'earn_reversal', -earned, new.id, null, 'order ' || new.order_number || ' refunded'
      );
    end if;
  end if;
  return null;
end
$$;
comment on function private.earn_points() is
  'Trigger: an order that is completed and paid earns points, refunded it takes them back.';

create trigger earn_points_at_once
  after insert on public.orders
  for each row when (
    new.customer_id is not null and new.status = 'completed' and new.payment_status = 'paid'
  )
  execute function private.earn_points();
create trigger earn_points
  after update of status, payment_status on public.orders
  for each row when (
    new.customer_id is not null
    and ((new.status = 'completed' and new.payment_status = 'paid') or new.payment_status = 'refunded')
    and (old.status, old.payment_status) <> (new.status, new.payment_status)
  )
  execute function private.earn_points();

----------------------------------------------------------------------------------------------------- discounts
create or replace function private.order_discount(wanted uuid) returns numeric
language sql stable security definer set search_path = '' as $$
  select coalesce(sum(d.amount), 0) from public.order_discounts d where d.order_id = wanted
$$;

create function private.apply_promotion(wanted uuid, code text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  it public.orders := private.open_order(wanted);
  promotion public.promotions;
  gross numeric;
  refusal text;
begin
  select p.* into promotion
  from public.promotions p
  join public.locations l on l.organization_id = p.organization_id
  where l.id = it.location_id and p.code = upper(btrim(apply_promotion.code)) and p.is_active
  for no key update of p;
  select coalesce(sum(i.item_total), 0) into gross from public.order_items i where i.order_id = wanted;
  refusal := case
    when promotion.id is null or promotion.starts_at > now() or promotion.ends_at <= now() then 'is not valid'
    when promotion.redemption_count >= promotion.max_redemptions then 'is used up'
    when gross < promotion.min_subtotal then 'is for orders of ' || promotion.min_subtotal || ' and more'
    when promotion.max_per_customer is not null and it.customer_id is null then 'is for customers who sign in'
    when promotion.max_per_customer <= (
      select count(*)
      from public.order_discounts d
      join public.orders o on o.id = d.order_id
      where d.promotion_id = promotion.id and o.customer_id = it.customer_id and o.status <> 'cancelled'
    ) then 'was used before'
  end;
  if refusal is not null then
    raise exception 'code % %', upper(btrim(apply_promotion.code)), refusal
      using errcode = 'check_violation', table = 'promotions', constraint = 'promotions_limit';
  end if;
  insert into public.order_discounts (order_id, location_id, promotion_id, label, amount)
  values (
    wanted, it.location_id, promotion.id, promotion.code,
    case promotion.discount_type
      when 'percent' then round(gross * promotion.discount_value / 100, 2)
      else least(promotion.discount_value, gross)
    end
  );
  update public.promotions p set redemption_count = p.redemption_count + 1 where p.id = promotion.id;
  perform private.total_order(wanted);
end
$$;
comment on function private.apply_promotion(uuid, text) is 'Takes off an open order what a code is worth.';

create function private.apply_reward(wanted uuid, reward_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  it public.orders := private.open_order(wanted);
  reward public.loyalty_rewards;
  gross numeric;
  worth numeric;
  entry public.loyalty_transactions;
begin
  select r.* into reward
  from public.loyalty_rewards r
  join public.loyalty_programs p on p.id = r.loyalty_program_id and p.is_active
  join public.locations l on l.organization_id = p.organization_id and l.id = it.location_id
  where r.id = reward_id and r.is_active;
  select coalesce(sum(i.item_total), 0) into gross from public.order_items i where i.order_id = wanted;
  worth := case reward.reward_type
    when 'amount' then reward.reward_value
    when 'percent' then round(gross * reward.reward_value / 100, 2)
    else (
      select max(i.unit_price)
      from public.order_items i where i.order_id = wanted and i.product_id = reward.product_id
    )
  end;
  if worth is null or it.customer_id is null then
    raise exception '% is no reward for this order', coalesce(reward.name, reward_id::text)
      using errcode = 'check_violation', table = 'loyalty_rewards', constraint = 'reward_fits_order';
  end if;
  -- Refuses what the customer cannot afford, and a second reward on one order.
  entry := private.post_points(
    it.customer_id, 'redeem', -reward.points_cost, wanted, reward.id, reward.name
  );
  insert into public.order_discounts (order_id, location_id, loyalty_transaction_id, label, amount)
  values (wanted, it.location_id, entry.id, reward.name, least(worth, gross));
  perform private.total_order(wanted);
end
$$;
comment on function private.apply_reward(uuid, uuid) is 'Pays with points for something of an open order.';

create function private.apply_discount(wanted uuid, amount numeric, reason text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  it public.orders := private.open_order(wanted);
begin
  if not private.is_trusted_caller() and not private.has_location_role(it.location_id, 'admin', 'staff') then
    raise exception 'discounts are given by staff' using errcode = 'insufficient_privilege';
  end if;
  insert into public.order_discounts (order_id, location_id, label, amount)
  values (wanted, it.location_id, apply_discount.reason, apply_discount.amount);
  perform private.total_order(wanted);
end
$$;
comment on function private.apply_discount(uuid, numeric, text) is 'Takes something off an open order by hand.';

-- A code can be used again, and points are back, once for each order.
create function private.give_uses_back() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  spent public.loyalty_transactions;
begin
  perform
  from public.promotions p
  where p.id in (select d.promotion_id from public.order_discounts d where d.order_id = new.id)
  order by p.id
  for no key update;
  update public.promotions p
  set redemption_count = p.redemption_count - 1
  where p.id in (select d.promotion_id from public.order_discounts d where d.order_id = new.id);
  select t.* into spent
  from public.loyalty_transactions t where t.order_id = new.id and t.transaction_type = 'redeem';
  if spent.id is not null then
    perform private.post_points(
      spent.customer_id, 'redeem_reversal', -spent.points, new.id, spent.loyalty_reward_id,
      'order ' || new.order_number || ' cancelled'
    );
  end if;
  return null;
end
$$;
comment on function private.give_uses_back() is 'Trigger: cancelling an order gives its codes and points back.';

-- After cancelling_restocks, by its name: stock is locked before promotions and customers.
create trigger cancelling_returns_uses
  after update of status on public.orders
  for each row when (new.status = 'cancelled' and old.status <> 'cancelled')
  execute function private.give_uses_back();

-- First in, first out without lots: what has lapsed, less all that has left the account since.
create function private.expire_points(customer uuid, at timestamp with time zone) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  balance integer;
  lapsed integer;
begin
  select c.loyalty_points into balance from public.customers c where c.id = customer for no key update;
  select least(
    balance,
    coalesce(sum(t.points) filter (where t.points > 0 and t.expires_at <= at), 0)
      + coalesce(sum(t.points) filter (where t.points < 0 or t.transaction_type = 'redeem_reversal'), 0)
  ) into lapsed
  from public.loyalty_transactions t where t.customer_id = customer;
  if lapsed > 0 then
    perform private.post_points(customer, 'expire', -lapsed, null, null, 'expired');
  end if;
  return greatest(lapsed, 0);
end
$$;
comment on function private.expire_points(uuid, timestamp with time zone) is
  'Takes a customer''s points that have lapsed.';

create function public.expire_loyalty_points(at timestamp with time zone default now()) returns integer
language sql security definer set search_path = '' as $$
  select coalesce(sum(private.expire_points(due.customer_id, at)), 0)::integer
  from (
    select distinct t.customer_id
    from public.loyalty_transactions t
    join public.customers c on c.id = t.customer_id and c.loyalty_points > 0
    where t.expires_at <= at
    order by t.customer_id
  ) due
$$;
comment on function public.expire_loyalty_points(timestamp with time zone) is
  'For a server, every night: takes the points that have lapsed, and says how many.';

--------------------------------------------------------------------------------------------- what the API exposes
create function public.redeem_loyalty_reward(order_id uuid, reward_id uuid) returns public.orders
language plpgsql set search_path = '' as $$
declare
  it public.orders;
begin
  perform private.apply_reward(redeem_loyalty_reward.order_id, redeem_loyalty_reward.reward_id);
  select o.* into it from public.orders o where o.id = redeem_loyalty_reward.order_id;
  return it;
end
$$;
comment on function public.redeem_loyalty_reward(uuid, uuid) is 'Pays with points for something of an open order.';

create function public.apply_discount(order_id uuid, amount numeric, reason text) returns public.orders
language plpgsql set search_path = '' as $$
declare
  it public.orders;
begin
  perform private.apply_discount($1, $2, $3);
  select o.* into it from public.orders o where o.id = apply_discount.order_id;
  return it;
end
$$;
comment on function public.apply_discount(uuid, numeric, text) is
  'Takes something off an open order by hand, for staff.';

create function private.adjust_loyalty_points(customer_id uuid, points integer, reason text) returns integer
language plpgsql security definer set search_path = '' as $$
begin
  if not private.is_trusted_caller() and not exists (
    select
    from public.customers c
    where c.id = adjust_loyalty_points.customer_id and private.has_org_role(c.organization_id, 'admin', 'staff')
  ) then
    raise exception 'there is no such customer' using errcode = 'insufficient_privilege';
  end if;
  if btrim(coalesce(adjust_loyalty_points.reason, '')) = '' then
    raise exception 'points are given and taken for a reason' using errcode = 'invalid_parameter_value';
  end if;
  return (private.post_points($1, 'adjust', $2, null, null, $3)).balance_after;
end
$$;
comment on function private.adjust_loyalty_points(uuid, integer, text) is 'Gives or takes points by hand, for staff.';

create function public.adjust_loyalty_points(customer_id uuid, points integer, reason text) returns integer
language sql set search_path = '' as $$
  select private.adjust_loyalty_points($1, $2, $3)
$$;
comment on function public.adjust_loyalty_points(uuid, integer, text) is
  'Gives or takes points by hand, for staff; the answer is the new balance.';

revoke all on function
  private.post_points(uuid, text, integer, uuid, uuid, text, timestamp with time zone), private.record_points(),
  private.earn_points(), private.apply_promotion(uuid, text), private.apply_reward(uuid, uuid),
  private.apply_discount(uuid, numeric, text), private.give_uses_back(),
  private.expire_points(uuid, timestamp with time zone), public.expire_loyalty_points(timestamp with time zone),
  public.redeem_loyalty_reward(uuid, uuid), public.apply_discount(uuid, numeric, text),
  private.adjust_loyalty_points(uuid, integer, text), public.adjust_loyalty_points(uuid, integer, text)
  from public, anon, authenticated, service_role;
grant execute on function
  private.apply_promotion(uuid, text), private.apply_reward(uuid, uuid), private.apply_discount(uuid, numeric, text),
  public.redeem_loyalty_reward(uuid, uuid), public.apply_discount(uuid, numeric, text),
  private.adjust_loyalty_points(uuid, integer, text), public.adjust_loyalty_points(uuid, integer, text)
  to authenticated, service_role;
grant execute on function public.expire_loyalty_points(timestamp with time zone) to service_role;
