-- The tills and platforms of others: what they send, what became of it here, and whether the two agree.

create table public.pos_integrations (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  provider text not null check (provider ~ '^[a-z0-9_]{2,32}$'),
  external_location_id text not null,
  status text not null default 'active' check (status in ('active', 'paused', 'error')),
  sync_cursor text,
  last_synced_at timestamp with time zone,
  last_error text,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (provider, external_location_id)
);
comment on table public.pos_integrations is 'A till system, and which location its sales belong to.';
create index idx_pos_integrations_location on public.pos_integrations (location_id);

create table public.pos_webhook_events (
  id uuid primary key default gen_random_uuid(),
  pos_integration_id uuid not null references public.pos_integrations (id),
  location_id uuid not null references public.locations (id),
  external_event_id text not null,
  event_type text not null,
  payload jsonb not null,
  status text not null default 'received' check (status in ('received', 'processed', 'failed', 'ignored')),
  attempts integer not null default 0 check (attempts >= 0),
  error text,
  processed_at timestamp with time zone,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint pos_webhook_events_once unique (pos_integration_id, external_event_id)
);
comment on table public.pos_webhook_events is 'Every message of a till system, once, and what came of it.';
create index idx_pos_webhook_events_location on public.pos_webhook_events (location_id, created_at desc);
create index idx_pos_webhook_events_todo on public.pos_webhook_events (created_at)
  where status in ('received', 'failed');

create table public.pos_transactions (
  id uuid primary key default gen_random_uuid(),
  pos_integration_id uuid not null references public.pos_integrations (id),
  location_id uuid not null references public.locations (id),
  external_id text not null,
  external_version bigint not null default 1,
  transaction_type text not null default 'sale' check (transaction_type in ('sale', 'void')),
  order_id uuid references public.orders (id) on delete set null,
  subtotal decimal(10,2) not null default 0,
  tax_amount decimal(10,2) not null default 0,
  tip_amount decimal(10,2) not null default 0,
  discount_amount decimal(10,2) not null default 0,
  total_amount decimal(10,2) not null default 0,
  refunded_amount decimal(10,2) not null default 0,
  tender_type text,
  occurred_at timestamp with time zone not null,
  business_date date not null,
  sync_status text not null default 'pending' check (sync_status in ('pending', 'synced', 'unmapped', 'failed')),
  sync_error text,
  raw jsonb not null default '{}',
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint pos_transactions_once unique (pos_integration_id, external_id)
);
comment on table public.pos_transactions is
  'The newest version of each sale at a till, and the order that it became here.';
create index idx_pos_transactions_day on public.pos_transactions (pos_integration_id, business_date);
create index idx_pos_transactions_location on public.pos_transactions (location_id, business_date);
create index idx_pos_transactions_order on public.pos_transactions (order_id);

create table public.pos_reconciliations (
  id uuid primary key default gen_random_uuid(),
  pos_integration_id uuid not null references public.pos_integrations (id),
  location_id uuid not null references public.locations (id),
  business_date date not null,
  pos_count integer not null,
  order_count integer not null,
  pos_total decimal(12,2) not null,
  order_total decimal(12,2) not null,
  difference decimal(12,2) generated always as (pos_total - order_total) stored,
  disagreements integer not null,
  status text not null check (status in ('balanced', 'unbalanced', 'approved')),
  notes text,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint pos_reconciliations_once unique (pos_integration_id, business_date)
);
comment on table public.pos_reconciliations is
  'A day of a till system beside ours. Approved: somebody has looked, and it stays as it is.';
create index idx_pos_reconciliations_location on public.pos_reconciliations (location_id, business_date);

-- Who did it.
create index idx_pos_integrations_created_by on public.pos_integrations (created_by);
create index idx_pos_integrations_updated_by on public.pos_integrations (updated_by);
create index idx_pos_webhook_events_created_by on public.pos_webhook_events (created_by);
create index idx_pos_webhook_events_updated_by on public.pos_webhook_events (updated_by);
create index idx_pos_transactions_created_by on public.pos_transactions (created_by);
create index idx_pos_transactions_updated_by on public.pos_transactions (updated_by);
create index idx_pos_reconciliations_created_by on public.pos_reconciliations (created_by);
create index idx_pos_reconciliations_updated_by on public.pos_reconciliations (updated_by);

select private.stamp_tables(
  'pos_integrations', 'pos_webhook_events', 'pos_transactions', 'pos_reconciliations'
);

alter table public.pos_integrations enable row level security;
alter table public.pos_webhook_events enable row level security;
alter table public.pos_transactions enable row level security;
alter table public.pos_reconciliations enable row level security;
revoke all on
  public.pos_integrations, public.pos_webhook_events, public.pos_transactions, public.pos_reconciliations
  from anon, authenticated, service_role;
grant select, insert, update, delete on
  public.pos_integrations, public.pos_webhook_events, public.pos_transactions, public.pos_reconciliations
  to service_role;

create trigger zz_audit_pos_reconciliations
  after update of status on public.pos_reconciliations
  for each row execute function private.audit_row();

-- Two halves that each read one day by an index, rather than a full join that reads all days.
create view public.pos_reconciliation_items with (security_invoker = true) as
  select t.pos_integration_id, t.location_id, t.business_date, t.id as pos_transaction_id, o.id as order_id,
         t.external_id, t.total_amount as pos_amount, o.total_amount as order_amount,
         case
           when o.id is null then 'missing_order'
           when o.total_amount <> t.total_amount then 'amount_mismatch'
           else 'payment_mismatch'
         end as issue
  from public.pos_transactions t
  left join public.orders o on o.id = t.order_id and o.status <> 'cancelled'
  where t.transaction_type = 'sale'
    and (
      o.id is null or o.total_amount <> t.total_amount
      or (o.paid_amount, o.refunded_amount) <> (t.total_amount, t.refunded_amount)
    )
  union all
  select i.id, o.location_id, o.business_date, t.id, o.id, o.external_id, t.total_amount, o.total_amount,
         case when t.id is null then 'missing_pos_transaction' else 'void_at_till' end
  from public.orders o
  join public.pos_integrations i on i.location_id = o.location_id and i.provider = o.external_source
  left join public.pos_transactions t on t.pos_integration_id = i.id and t.external_id = o.external_id
  where o.status <> 'cancelled' and (t.id is null or t.transaction_type = 'void');
comment on view public.pos_reconciliation_items is 'Every sale on which a till system and we disagree, and how.';
revoke all on public.pos_reconciliation_items from anon, authenticated, service_role;
grant select on public.pos_reconciliation_items to service_role;
