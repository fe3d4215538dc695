-- What a server calls when a till system calls it. Messages come more than once and out of order: the same one changes
-- nothing, an older one neither.

-- The order of a sale, with its items by SKU and its payment. Raises what is wrong with it.
create function private.order_of_sale(sale public.pos_transactions) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  integration public.pos_integrations;
  placed uuid;
begin
  select i.* into integration from public.pos_integrations i where i.id = sale.pos_integration_id;
  insert into public.orders as o (
    location_id, customer_id, order_number, status, order_type, subtotal, tax_amount, tip_amount, discount_amount,
    total_amount, payment_method, source, external_source, external_id, business_date, created_at, completed_at
  )
  values (
    sale.location_id, (sale.raw ->> 'customer_id')::uuid, upper(integration.provider) || '-' || sale.external_id,
    'completed', coalesce(sale.raw ->> 'order_type', 'takeaway'), sale.subtotal, sale.tax_amount, sale.tip_amount,
    sale.discount_amount, sale.total_amount, sale.tender_type, 'pos', integration.provider, sale.external_id,
    sale.business_date, sale.occurred_at, sale.occurred_at
  )
  returning o.id into placed;
  insert into public.order_items (order_id, product_id, quantity, unit_price, item_total, tax_amount, created_at)
  select placed, p.id, i.quantity, i.unit_price, i.total, coalesce(i.tax, 0), sale.occurred_at
  from jsonb_to_recordset(coalesce(sale.raw -> 'items', '[]')) as i (
    sku text, quantity integer, unit_price numeric, total numeric, tax numeric
  )
  join public.locations l on l.id = sale.location_id
  join public.products p on p.organization_id = l.organization_id and p.sku = i.sku;
  if sale.total_amount > 0 then
    insert into public.payments (order_id, amount, method, provider, external_id, captured_at)
    values (
      placed, sale.total_amount,
      case when sale.tender_type in ('cash', 'card', 'wallet', 'gift_card') then sale.tender_type else 'external' end,
      integration.provider, sale.external_id, sale.occurred_at
    );
  end if;
  -- Now, while the sale can still be marked as failed, and not at commit.
  set constraints all immediate;
  set constraints all deferred;
  return placed;
end
$$;
comment on function private.order_of_sale(public.pos_transactions) is 'Makes an order of a till''s sale.';

-- sale: {"external_id", "version", "type": "sale" | "void", "subtotal", "tax", "tip", "discount", "total", "refunded",
-- "tender", "occurred_at", "order_type", "customer_id", "items": [{"sku", "quantity", "unit_price", "total", "tax"}]}.
-- refunded is all that went back so far. A sale that could not be taken over is tried again when it comes again.
create function public.sync_pos_transaction(pos_integration_id uuid, sale jsonb) returns public.pos_transactions
language plpgsql security definer set search_path = '' as $$
declare
  told public.pos_transactions;
  unknown text;
  paid public.payments;
begin
  insert into public.pos_transactions as t (
    pos_integration_id, location_id, external_id, external_version, transaction_type, subtotal, tax_amount, tip_amount,
    discount_amount, total_amount, refunded_amount, tender_type, occurred_at, business_date, raw
  )
  select i.id, i.location_id, s.external_id, coalesce(s.version, 1), coalesce(s.type, 'sale'), coalesce(s.subtotal, 0),
         coalesce(s.tax, 0), coalesce(s.tip, 0), coalesce(s.discount, 0), coalesce(s.total, 0),
         coalesce(s.refunded, 0), s.tender, s.occurred_at,
         (s.occurred_at at time zone l.time_zone - l.business_day_start::interval)::date, sale
  from public.pos_integrations i
  join public.locations l on l.id = i.location_id
  cross join jsonb_to_record(sale) as s (
    external_id text, version bigint, type text, subtotal numeric, tax numeric, tip numeric, discount numeric,
    total numeric, refunded numeric, tender text, occurred_at timestamp with time zone
  )
  where i.id = sync_pos_transaction.pos_integration_id
  on conflict on constraint pos_transactions_once do update
  set external_version = excluded.external_version, transaction_type = excluded.transaction_type,
      subtotal = excluded.subtotal, tax_amount = excluded.tax_amount, tip_amount = excluded.tip_amount,
      discount_amount = excluded.discount_amount, total_amount = excluded.total_amount,
      refunded_amount = excluded.refunded_amount, tender_type = excluded.tender_type, raw = excluded.raw
  where t.external_version < excluded.external_version
    or (t.external_version = excluded.external_version and t.sync_status <> 'synced')
  returning t.* into told;
  if told.id is null then
    select t.* into told
    from public.pos_transactions t
    where t.pos_integration_id = sync_pos_transaction.pos_integration_id and t.external_id = sale ->> 'external_id';
    return told;
  end if;

  select string_agg(distinct i.sku, ', ') into unknown
  from jsonb_to_recordset(coalesce(sale -> 'items', '[]')) as i (sku text)
  where not exists (
    select
    from public.products p
    join public.locations l on l.organization_id = p.organization_id and l.id = told.location_id
    where p.sku = i.sku
  );
  told.sync_status := case when unknown is null then 'synced' else 'unmapped' end;
  told.sync_error := 'unknown sku: ' || unknown;
  begin
    if unknown is null and told.order_id is null and told.transaction_type = 'sale' then
      told.order_id := private.order_of_sale(told);
    end if;
    if told.order_id is not null then
      if told.transaction_type = 'void' then
        update public.orders o
        set status = 'cancelled', cancellation_reason = 'voided at the till'
        where o.id = told.order_id and o.status <> 'cancelled';
        told.refunded_amount := told.total_amount;
      end if;
      select p.* into paid
      from public.payments p where p.order_id = told.order_id and p.status = 'captured' for no key update;
      if least(told.refunded_amount, paid.amount) > paid.refunded_amount then
        insert into public.refunds (payment_id, location_id, amount, reason)
        values (
          paid.id, told.location_id, least(told.refunded_amount, paid.amount) - paid.refunded_amount,
          'refunded at the till'
        );
      end if;
    end if;
  exception when others then
    told.order_id := null;
    told.sync_status := 'failed';
    told.sync_error := sqlerrm;
  end;
  update public.pos_transactions t
  set order_id = coalesce(told.order_id, t.order_id), sync_status = told.sync_status, sync_error = told.sync_error
  where t.id = told.id
  returning t.* into told;
  update public.pos_integrations i
  set last_synced_at = now(), last_error = told.sync_error
  where i.id = told.pos_integration_id;
  return told;
end
$$;
comment on function public.sync_pos_transaction(uuid, jsonb) is
  'For a server: takes over a till''s sale, or a newer version of one, once.';

create function public.ingest_pos_webhook(
  pos_integration_id uuid, external_event_id text, event_type text, payload jsonb
) returns boolean
language plpgsql security definer set search_path = '' as $$
declare
  event public.pos_webhook_events;
  told public.pos_transactions;
begin
  insert into public.pos_webhook_events (pos_integration_id, location_id, external_event_id, event_type, payload)
  select i.id, i.location_id, $2, $3, $4 from public.pos_integrations i where i.id = $1
  on conflict on constraint pos_webhook_events_once do nothing;
  select e.* into event
  from public.pos_webhook_events e
  where e.pos_integration_id = $1 and e.external_event_id = $2
  for no key update;
  if event.id is null then
    raise exception 'there is no POS integration %', $1 using errcode = 'foreign_key_violation';
  end if;
  if event.status in ('processed', 'ignored') then
    return false;
  end if;
  if event.payload ? 'sale' then
    told := public.sync_pos_transaction(event.pos_integration_id, event.payload -> 'sale');
  end if;
  update public.pos_webhook_events e
  set attempts = e.attempts + 1, processed_at = now(), error = told.sync_error,
      status = case
        when told.id is null then 'ignored'
        when told.sync_status = 'synced' then 'processed'
        else 'failed'
      end
  where e.id = event.id;
  return true;
end
$$;
comment on function public.ingest_pos_webhook(uuid, text, text, jsonb) is
  'For a server: keeps a till''s message and takes over the sale in it. False: it was here before. One that failed is
tried again when it comes again.';

create function private.reconcile_pos_day(pos_integration_id uuid, business_date date)
returns public.pos_reconciliations
language plpgsql security definer set search_path = '' as $$
declare
  integration public.pos_integrations;
  result public.pos_reconciliations;
begin
  select i.* into integration from public.pos_integrations i where i.id = reconcile_pos_day.pos_integration_id;
  if integration.id is null
    or not (private.is_trusted_caller() or private.has_location_role(integration.location_id, 'admin', 'staff'))
  then
    raise exception 'there is no such POS integration' using errcode = 'insufficient_privilege';
  end if;
  insert into public.pos_reconciliations as r (
    pos_integration_id, location_id, business_date, pos_count, order_count, pos_total, order_total, disagreements,
    status
  )
  select integration.id, integration.location_id, $2, t.number, o.number, t.total, o.total, d.number,
         case when t.total = o.total and d.number = 0 then 'balanced' else 'unbalanced' end
  from (
    select count(*) as number, coalesce(sum(t.total_amount), 0) as total
    from public.pos_transactions t
    where t.pos_integration_id = integration.id and t.business_date = $2 and t.transaction_type = 'sale'
  ) t
  cross join (
    select count(*) as number, coalesce(sum(o.total_amount), 0) as total
    from public.orders o
    where o.location_id = integration.location_id and o.business_date = $2
      and o.external_source = integration.provider and o.status <> 'cancelled'
  ) o
  cross join (
    select count(*) as number
    from public.pos_reconciliation_items d
    where d.pos_integration_id = integration.id and d.business_date = $2
  ) d
  on conflict on constraint pos_reconciliations_once do update
  set pos_count = excluded.pos_count, order_count = excluded.order_count, pos_total = excluded.pos_total,
      order_total = excluded.order_total, disagreements = excluded.disagreements, status = excluded.status
  where r.status <> 'approved';
  select r.* into result
  from public.pos_reconciliations r where r.pos_integration_id = integration.id and r.business_date = $2;
  return result;
end
$$;
comment on function private.reconcile_pos_day(uuid, date) is
  'Compares a day of a till system with ours, for whoever may.';

create function public.reconcile_pos_day(pos_integration_id uuid, business_date date)
returns public.pos_reconciliations
language sql set search_path = '' as $$
  select private.reconcile_pos_day($1, $2)
$$;
comment on function public.reconcile_pos_day(uuid, date) is
  'Compares a day of a till system with ours; pos_reconciliation_items lists what disagrees.';

revoke all on function
  private.order_of_sale(public.pos_transactions), public.sync_pos_transaction(uuid, jsonb),
  public.ingest_pos_webhook(uuid, text, text, jsonb), private.reconcile_pos_day(uuid, date),
  public.reconcile_pos_day(uuid, date)
  from public, anon, authenticated, service_role;
grant execute on function public.sync_pos_transaction(uuid, jsonb), public.ingest_pos_webhook(uuid, text, text, jsonb)
  to service_role;
grant execute on function private.reconcile_pos_day(uuid, date), public.reconcile_pos_day(uuid, date)
  to authenticated, service_role;
