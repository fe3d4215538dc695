-- Money, for both verticals: what is owed (invoices), what came in (payments), what went back (refunds). Nobody writes
-- these tables through the API; functions do, which check the caller.

create sequence public.invoice_number_seq as bigint start with 100001;

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  member_id uuid not null references public.members (id),
  invoice_number text not null unique default nextval('public.invoice_number_seq')::text,
  billing_reason text not null check (billing_reason in ('purchase', 'renewal', 'drop_in', 'late_fee', 'manual')),
  status text not null default 'open' check (status in ('draft', 'open', 'paid', 'void', 'uncollectible')),
  period_start date,
  period_end date check (period_end >= period_start),
  subtotal decimal(10,2) not null check (subtotal >= 0),
  discount_amount decimal(10,2) not null default 0 check (discount_amount >= 0),
  tax_amount decimal(10,2) not null default 0 check (tax_amount >= 0),
  total_amount decimal(10,2) not null generated always as (subtotal - discount_amount + tax_amount) stored,
  amount_paid decimal(10,2) not null default 0 check (amount_paid >= 0),
  amount_refunded decimal(10,2) not null default 0,
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  due_date date not null default current_date,
  attempt_count integer not null default 0 check (attempt_count >= 0),
  next_attempt_at timestamp with time zone,
  paid_at timestamp with time zone,
  provider text,
  external_id text,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint invoices_discount check (discount_amount <= subtotal),
  constraint invoices_refund_limit check (amount_refunded between 0 and amount_paid),
  constraint invoices_external_once unique (provider, external_id)
);
comment on table public.invoices is
  'What a member owes for one thing or one period. The payments say how much of it is paid.';
alter sequence public.invoice_number_seq owned by public.invoices.invoice_number;
create index idx_invoices_member on public.invoices (member_id, created_at desc);
create index idx_invoices_location on public.invoices (location_id);
create index idx_invoices_due on public.invoices (next_attempt_at) where status = 'open';
create index idx_invoices_created_by on public.invoices (created_by);
create index idx_invoices_updated_by on public.invoices (updated_by);

create table public.payments (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  order_id uuid references public.orders (id),
  invoice_id uuid references public.invoices (id),
  booking_id uuid references public.bookings (id),
  customer_id uuid references public.customers (id), -- of the order
  member_id uuid references public.members (id), -- of the invoice or booking
  amount decimal(10,2) not null check (amount > 0),
  currency text not null default 'USD' check (currency ~ '^[A-Z]{3}$'),
  method text not null check (method in ('cash', 'card', 'wallet', 'bank_transfer', 'gift_card', 'external', 'other')),
  status text not null default 'captured' check (status in ('pending', 'authorized', 'captured', 'failed', 'voided')),
  provider text,
  external_id text,
  failure_reason text,
  refunded_amount decimal(10,2) not null default 0,
  idempotency_key text,
  captured_at timestamp with time zone,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint payments_one_target check (num_nonnulls(order_id, invoice_id, booking_id) = 1),
  constraint payments_refund_limit check (refunded_amount between 0 and amount),
  constraint payments_external_once unique (provider, external_id),
  constraint payments_idempotency_once unique (location_id, idempotency_key)
);
comment on table public.payments is
  'Money that came in, each for one order, invoice or booking, whose status follows from it.';
create index idx_payments_order on public.payments (order_id);
create index idx_payments_invoice on public.payments (invoice_id);
create index idx_payments_booking on public.payments (booking_id);
create index idx_payments_customer on public.payments (customer_id, created_at desc);
create index idx_payments_member on public.payments (member_id, created_at desc);
create index idx_payments_captured on public.payments (location_id, captured_at) where status = 'captured';
create index idx_payments_created_by on public.payments (created_by);
create index idx_payments_updated_by on public.payments (updated_by);

create table public.refunds (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id),
  location_id uuid not null references public.locations (id),
  customer_id uuid references public.customers (id),
  member_id uuid references public.members (id),
  amount decimal(10,2) not null check (amount > 0),
  reason text,
  provider text,
  external_id text,
  idempotency_key text,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  constraint refunds_external_once unique (provider, external_id),
  constraint refunds_idempotency_once unique (payment_id, idempotency_key)
);
comment on table public.refunds is 'Money that went back, append-only. A payment is never refunded beyond its amount.';
create index idx_refunds_location on public.refunds (location_id);
create index idx_refunds_customer on public.refunds (customer_id);
create index idx_refunds_member on public.refunds (member_id);
create index idx_refunds_created_by on public.refunds (created_by);

select private.stamp_tables('invoices', 'payments');
select private.seal_tables('refunds');
create trigger same_organization
  before insert or update of member_id, location_id on public.invoices
  for each row execute function private.assert_same_organization('member_id:members', 'location_id:locations');

create trigger zz_audit_payments
  after insert or update or delete on public.payments
  for each row execute function private.audit_row();
create trigger zz_audit_refunds
  after insert on public.refunds
  for each row execute function private.audit_row();

alter table public.invoices enable row level security;
alter table public.payments enable row level security;
alter table public.refunds enable row level security;
revoke all on public.invoices, public.payments, public.refunds from anon, authenticated, service_role;
revoke all on sequence public.invoice_number_seq from anon, authenticated, service_role;
grant select, insert, update, delete on public.invoices, public.payments to service_role;
grant select, insert on public.refunds to service_role;
grant usage on sequence public.invoice_number_seq to service_role;
