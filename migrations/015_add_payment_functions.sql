-- Payments and what follows from them. What is paid is derived: of an order, an invoice, a booking (in the studio's
-- migrations). Recording one twice, as webhooks and tills do, gives the same payment.

create function private.prepare_payment() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  paid_for jsonb;
begin
  if tg_op = 'UPDATE' then
    if (new.order_id, new.invoice_id, new.booking_id, new.amount, new.location_id)
      is distinct from (old.order_id, old.invoice_id, old.booking_id, old.amount, old.location_id)
    then
      raise exception 'a payment stays what it is' using errcode = 'object_not_in_prerequisite_state',
        table = 'payments', hint = 'refund it, and record another';
    end if;
  else
    paid_for := coalesce(
      (select to_jsonb(o) from public.orders o where o.id = new.order_id),
      (select to_jsonb(i) from public.invoices i where i.id = new.invoice_id),
      (select to_jsonb(b) from public.bookings b where b.id = new.booking_id)
    );
    new.location_id := coalesce((paid_for ->> 'location_id')::uuid, new.location_id);
    new.customer_id := (paid_for ->> 'customer_id')::uuid;
    new.member_id := (paid_for ->> 'member_id')::uuid;
    new.currency := coalesce(
      paid_for ->> 'currency', (select l.currency from public.locations l where l.id = new.location_id)
    );
    if new.pos_session_id is not null and (private.open_till(new.pos_session_id)).location_id <> new.location_id then
      raise exception 'the till stands elsewhere' using errcode = 'foreign_key_violation', table = 'payments';
    end if;
  end if;
  if new.status = 'captured' then
    new.captured_at := coalesce(new.captured_at, now());
  end if;
  return new;
end
$$;
comment on function private.prepare_payment() is
  'Trigger: what a payment takes from what it pays for, and that it stays so.';

create trigger prepare_payment
  before insert or update on public.payments
  for each row execute function private.prepare_payment();

-- Two payments of one order at once: first the lock, then the sums, so that the later one sees the earlier.
create function private.settle_order() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from public.orders o where o.id = new.order_id for no key update;
  update public.orders o
  set paid_amount = p.paid, refunded_amount = p.refunded, payment_method = coalesce(o.payment_method, new.method),
      payment_status = case
        when p.paid > 0 and p.refunded = p.paid then 'refunded'
        when p.paid > 0 and p.paid >= o.total_amount then 'paid'
        else 'pending'
      end
  from (
    select coalesce(sum(a.amount), 0) as paid, coalesce(sum(a.refunded_amount), 0) as refunded
    from public.payments a where a.order_id = new.order_id and a.status = 'captured'
  ) p
  where o.id = new.order_id;
  return null;
end
$$;
comment on function private.settle_order() is 'Trigger: what of an order is paid and refunded.';

create trigger settle_order
  after insert or update of status, refunded_amount on public.payments
  for each row when (new.order_id is not null)
  execute function private.settle_order();

create function private.settle_invoice() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from public.invoices i where i.id = new.invoice_id for no key update;
  update public.invoices i
  set amount_paid = p.paid, amount_refunded = p.refunded,
      status = case when i.status = 'open' and p.paid >= i.total_amount then 'paid' else i.status end,
      paid_at = case
        when i.status = 'open' and p.paid >= i.total_amount then coalesce(new.captured_at, now())
        else i.paid_at
      end
  from (
    select coalesce(sum(a.amount), 0) as paid, coalesce(sum(a.refunded_amount), 0) as refunded
    from public.payments a where a.invoice_id = new.invoice_id and a.status = 'captured'
  ) p
  where i.id = new.invoice_id;
  return null;
end
$$;
comment on function private.settle_invoice() is 'Trigger: what of an invoice is paid and refunded.';

create trigger settle_invoice
  after insert or update of status, refunded_amount on public.payments
  for each row when (new.invoice_id is not null)
  execute function private.settle_invoice();

create function private.apply_refund() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  refunded public.payments;
begin
  -- Two refunds of one payment stand in line here, and payments_refund_limit refuses the one too many.
  update public.payments p
  set refunded_amount = p.refunded_amount + new.amount
  where p.id = new.payment_id
  returning p.* into refunded;
  if refunded.status <> 'captured' then
    raise exception 'payment % is %', refunded.id, refunded.status
      using errcode = 'check_violation', table = 'refunds', constraint = 'refunds_captured_only';
  end if;
  new.location_id := refunded.location_id;
  new.customer_id := refunded.customer_id;
  new.member_id := refunded.member_id;
  return new;
end
$$;
comment on function private.apply_refund() is 'Trigger: a refund counts against its payment.';

create trigger apply_refund
  before insert on public.refunds
  for each row execute function private.apply_refund();

--------------------------------------------------------------------------------------------- what the API exposes
-- Those in public run as their caller and ask their twin in private, which runs as its owner and checks him.
create function private.record_payment(
  amount numeric, method text, order_id uuid, invoice_id uuid, booking_id uuid, provider text, external_id text,
  idempotency_key text, pos_session_id uuid
) returns public.payments
language plpgsql security definer set search_path = '' as $$
declare
  place uuid;
  payment public.payments;
begin
  select coalesce(
    (select o.location_id from public.orders o where o.id = record_payment.order_id),
    (select i.location_id from public.invoices i where i.id = record_payment.invoice_id),
    (select (to_jsonb(b) ->> 'location_id')::uuid from public.bookings b where b.id = record_payment.booking_id)
  ) into place;
  if not private.is_trusted_caller()
    and not coalesce(private.has_location_role(place, 'admin', 'staff'), false)
    and not (
      record_payment.order_id is not null and coalesce(private.has_location_role(place, 'barista'), false)
    )
  then
    raise exception 'there is nothing of yours to pay for' using errcode = 'insufficient_privilege',
      hint = 'payments are recorded by staff, and by the server that the payment provider calls';
  end if;
  insert into public.payments as p (
    location_id, order_id, invoice_id, booking_id, amount, method, provider, external_id, idempotency_key,
    pos_session_id
  )
  values (
    place, record_payment.order_id, record_payment.invoice_id, record_payment.booking_id, record_payment.amount,
    record_payment.method, record_payment.provider, record_payment.external_id, record_payment.idempotency_key,
    record_payment.pos_session_id
  )
  on conflict do nothing
  returning p.* into payment;
  if payment.id is null then
    select p.* into payment
    from public.payments p
    where p.location_id = place
      and (
        (p.provider = record_payment.provider and p.external_id = record_payment.external_id)
        or p.idempotency_key = record_payment.idempotency_key
      )
      and (p.order_id, p.invoice_id, p.booking_id)
        is not distinct from (record_payment.order_id, record_payment.invoice_id, record_payment.booking_id);
    if payment.id is null then
      raise exception 'this payment is recorded for something else'
        using errcode = 'unique_violation', table = 'payments', constraint = 'payments_external_once';
    end if;
  end if;
  return payment;
end
$$;
comment on function private.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid) is
  'Records a payment once, for whoever may.';

create function public.record_payment(
  amount numeric, method text, order_id uuid default null, invoice_id uuid default null, booking_id uuid default null,
  provider text default null, external_id text default null, idempotency_key text default null,
  pos_session_id uuid default null
) returns public.payments
language sql set search_path = '' as $$
  select private.record_payment($1, $2, $3, $4, $5, $6, $7, $8, $9)
$$;
comment on function public.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid) is
  'Records money for one order, invoice or booking. The same key, or the provider''s same id, gives the same payment.';

create function private.refund_payment(
  payment_id uuid, amount numeric, reason text, provider text, external_id text, idempotency_key text
) returns public.refunds
language plpgsql security definer set search_path = '' as $$
declare
  payment public.payments;
  refund public.refunds;
begin
  if not private.is_trusted_caller() and not exists (
    select
    from public.payments p
    where p.id = refund_payment.payment_id and private.has_location_role(p.location_id, 'admin', 'staff')
  ) then
    raise exception 'there is no such payment' using errcode = 'insufficient_privilege';
  end if;
  -- The order before its payment, as everybody takes them.
  perform from public.orders o
  where o.id = (select p.order_id from public.payments p where p.id = refund_payment.payment_id)
  for no key update;
  select p.* into payment from public.payments p where p.id = refund_payment.payment_id for no key update;
  select r.* into refund
  from public.refunds r
  where r.payment_id = payment.id
    and (
      (r.provider = refund_payment.provider and r.external_id = refund_payment.external_id)
      or r.idempotency_key = refund_payment.idempotency_key
    );
  if refund.id is null then
    insert into public.refunds as r (payment_id, location_id, amount, reason, provider, external_id, idempotency_key)
    values (
      payment.id, payment.location_id, coalesce(refund_payment.amount, payment.amount - payment.refunded_amount),
      refund_payment.reason, refund_payment.provider, refund_payment.external_id, refund_payment.idempotency_key
    )
    returning r.* into refund;
  end if;
  return refund;
end
$$;
comment on function private.refund_payment(uuid, numeric, text, text, text, text) is
  'Gives money back once, for whoever may.';

create function public.refund_payment(
  payment_id uuid, amount numeric default null, reason text default null, provider text default null,
  external_id text default null, idempotency_key text default null
) returns public.refunds
language sql set search_path = '' as $$
  select private.refund_payment($1, $2, $3, $4, $5, $6)
$$;
comment on function public.refund_payment(uuid, numeric, text, text, text, text) is
  'Gives a payment back, all that is left of it unless an amount is given.';

revoke all on function
  private.prepare_payment(), private.settle_order(), private.settle_invoice(), private.apply_refund(),
  private.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid),
  public.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid),
  private.refund_payment(uuid, numeric, text, text, text, text),
  public.refund_payment(uuid, numeric, text, text, text, text)
  from public, anon, authenticated, service_role;
grant execute on function
  private.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid),
  public.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid),
  private.refund_payment(uuid, numeric, text, text, text, text),
  public.refund_payment(uuid, numeric, text, text, text, text)
  to authenticated, service_role;
