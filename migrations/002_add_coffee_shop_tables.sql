-- The coffee shop: customers, catalogue, stock, orders. Customers come first, because orders refer to them.

create table public.customers (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  user_id uuid references auth.users (id) on delete set null,
  first_name text not null,
  last_name text not null,
  email text not null,
  phone text,
  date_of_birth date,
  loyalty_points integer not null default 0 check (loyalty_points >= 0),
  total_spent decimal(10,2) not null default 0 check (total_spent >= 0),
  visit_count integer not null default 0 check (visit_count >= 0),
  last_visit timestamp with time zone,
  points_seq bigint, -- of the last entry in the loyalty ledger
  preferences jsonb check (jsonb_typeof(preferences) = 'object'), -- favorite orders, dietary restrictions, etc.
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  -- A person may be a guest of several businesses, once of each.
  constraint customers_user_id_key unique (user_id, organization_id)
);
comment on table public.customers is 'Guests of the coffee shop and what their loyalty is worth.';
-- One person, one row: Ann@example.com and ann@example.com are the same mailbox.
create unique index customers_email_key on public.customers (organization_id, lower(email));

create table public.categories (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  name text not null,
  description text,
  parent_id uuid,
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (organization_id, id),
  -- Within its own organization.
  constraint categories_parent_id_fkey
    foreign key (organization_id, parent_id) references public.categories (organization_id, id),
  constraint categories_not_own_parent check (parent_id <> id)
);
comment on table public.categories is 'The tree that products hang in.';

create table public.products (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  name text not null,
  description text,
  base_price decimal(10,2) not null check (base_price >= 0),
  category_id uuid not null,
  sku text,
  image_url text,
  is_available boolean not null default true,
  requires_preparation boolean not null default false,
  preparation_time integer not null default 0 check (preparation_time >= 0), -- minutes
  allergens text[],
  nutritional_info jsonb check (jsonb_typeof(nutritional_info) = 'object'),
  product_type text not null default 'item' check (product_type in ('item', 'retail', 'ingredient')),
  tax_category text not null default 'standard',
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint products_category_id_fkey
    foreign key (organization_id, category_id) references public.categories (organization_id, id),
  constraint products_sku_key unique (organization_id, sku)
);
comment on table public.products is
  'What the coffee shop sells. Inactive: no longer offered; unavailable: sold out today.';

create table public.product_variants (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  variant_type text not null, -- 'size', 'milk', 'syrup', etc.
  variant_value text not null, -- 'large', 'oat', 'vanilla', etc.
  price_modifier decimal(10,2) not null default 0,
  is_default boolean not null default false,
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (product_id, variant_type, variant_value)
);
comment on table public.product_variants is 'Choices of a product, and what each adds to its price.';
create unique index product_variants_one_default on public.product_variants (product_id, variant_type) where is_default;

-- One row for a product and location: a second one would be taken from twice.
create table public.inventory (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  product_id uuid not null references public.products (id),
  current_stock integer not null default 0,
  min_threshold integer not null default 10 check (min_threshold >= 0),
  max_capacity integer check (max_capacity > 0),
  reorder_quantity integer check (reorder_quantity > 0),
  unit_of_measure text not null default 'each',
  cost_per_unit decimal(10,2) check (cost_per_unit >= 0),
  last_restocked timestamp with time zone,
  stock_seq bigint, -- of the last entry in the stock ledger
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (location_id, product_id),
  constraint check_positive_stock check (current_stock >= 0)
);
comment on table public.inventory is 'How many of a product are left. A product without a row is not counted.';

create table public.inventory_alerts (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  product_id uuid not null references public.products (id) on delete cascade,
  alert_type text not null check (alert_type in ('low_stock', 'out_of_stock', 'oversold')),
  message text not null,
  acknowledged_at timestamp with time zone,
  resolved_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.inventory_alerts is
  'Products that ran low or out, or were sold without being there. Open until stock is above the threshold again.';
-- One open alert of a kind, however many orders follow.
create unique index inventory_alerts_one_open on public.inventory_alerts (location_id, product_id, alert_type)
  where resolved_at is null;

create sequence public.order_number_seq as bigint start with 100001;

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  customer_id uuid references public.customers (id), -- none: a walk-in
  order_number text unique not null default nextval('public.order_number_seq')::text,
  status text not null default 'pending'
    check (status in ('pending', 'preparing', 'ready', 'completed', 'cancelled')),
  order_type text not null check (order_type in ('dine_in', 'takeaway', 'delivery')),
  subtotal decimal(10,2) not null default 0 check (subtotal >= 0),
  tax_amount decimal(10,2) not null default 0 check (tax_amount >= 0),
  tip_amount decimal(10,2) not null default 0 check (tip_amount >= 0),
  discount_amount decimal(10,2) not null default 0 check (discount_amount >= 0),
  total_amount decimal(10,2) not null check (total_amount >= 0),
  paid_amount decimal(10,2) not null default 0 check (paid_amount >= 0),
  refunded_amount decimal(10,2) not null default 0 check (refunded_amount between 0 and paid_amount),
  currency text not null default 'USD',
  prices_include_tax boolean not null default false,
  payment_method text,
  payment_status text not null default 'pending' check (payment_status in ('pending', 'paid', 'refunded')),
  special_instructions text,
  estimated_ready_time timestamp with time zone,
  completed_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  cancellation_reason text,
  business_date date not null,
  source text not null default 'app' check (source in ('app', 'web', 'kiosk', 'pos', 'phone', 'import')),
  external_source text, -- whose till or platform; its prices are theirs
  external_id text,
  idempotency_key text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_order_total check (
    total_amount = subtotal + tax_amount + tip_amount - discount_amount
  ),
  constraint orders_external_pair check ((external_source is null) = (external_id is null)),
  constraint orders_external_once unique (location_id, external_source, external_id),
  constraint orders_idempotency_once unique (location_id, idempotency_key)
);
comment on table public.orders is 'What was ordered, by whom, and how far it is. The subtotal is that of its items.';
alter sequence public.order_number_seq owned by public.orders.order_number;

create table public.order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  location_id uuid not null references public.locations (id),
  product_id uuid not null references public.products (id),
  product_name text not null,
  quantity integer not null default 1 check (quantity between 1 and 999),
  base_price decimal(10,2) not null check (base_price >= 0),
  unit_price decimal(10,2) not null check (unit_price >= 0),
  -- What was chosen: {"size": "large", "modifiers": {"<id>": 2}}; other keys are notes for the bar.
  customizations jsonb check (jsonb_typeof(customizations) = 'object'),
  item_total decimal(10,2) not null check (item_total >= 0),
  tax_rate decimal(6,4) not null default 0 check (tax_rate >= 0 and tax_rate < 1),
  tax_amount decimal(10,2) not null default 0 check (tax_amount >= 0),
  special_instructions text,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null
);
comment on table public.order_items is 'The lines of an order, with the price of the day it was ordered.';

select private.stamp_tables(
  'customers', 'categories', 'products', 'product_variants', 'inventory', 'inventory_alerts', 'orders'
);
create trigger audit_order_items
  before insert on public.order_items
  for each row execute function private.set_created_by();

create table public.stock_movements (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated by default as identity unique, -- drawn under the lock of the inventory: what is later came later
  inventory_id uuid not null references public.inventory (id),
  location_id uuid not null references public.locations (id),
  movement_type text not null check (
    movement_type in (
      'opening', 'restock', 'sale', 'sale_reversal', 'waste', 'adjustment', 'count', 'transfer_in', 'transfer_out'
    )
  ),
  quantity integer not null,
  balance_after integer not null check (balance_after >= 0),
  unit_cost decimal(10,2) check (unit_cost >= 0),
  order_item_id uuid references public.order_items (id) on delete set null,
  reason text,
  idempotency_key text,
  occurred_at timestamp with time zone not null default now(),
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  constraint stock_movements_idempotency_once unique (inventory_id, idempotency_key),
  constraint stock_movements_sign check (
    case
      when movement_type in ('opening', 'restock', 'sale_reversal', 'transfer_in') then quantity > 0
      when movement_type in ('sale', 'waste', 'transfer_out') then quantity < 0
      when movement_type = 'adjustment' then quantity <> 0
      else true -- a count may find what it expected
    end
  )
);
comment on table public.stock_movements is
  'The stock ledger, append-only: every change of every stock, and what was left. inventory.current_stock is its sum.';
select private.seal_tables('stock_movements');

alter table public.customers enable row level security;
alter table public.categories enable row level security;
alter table public.products enable row level security;
alter table public.product_variants enable row level security;
alter table public.inventory enable row level security;
alter table public.inventory_alerts enable row level security;
alter table public.orders enable row level security;
alter table public.order_items enable row level security;
alter table public.stock_movements enable row level security;

-- Everything, not just what the API uses: RLS does not cover TRUNCATE.
revoke all on
  public.customers, public.categories, public.products, public.product_variants,
  public.inventory, public.inventory_alerts, public.orders, public.order_items, public.stock_movements
  from anon, authenticated, service_role;
revoke all on sequence public.order_number_seq, public.stock_movements_seq_seq from anon, authenticated, service_role;
grant select, insert, update, delete on
  public.customers, public.categories, public.products, public.product_variants,
  public.inventory, public.inventory_alerts, public.orders, public.order_items
  to service_role;
grant select on public.stock_movements to service_role;
grant usage on sequence public.order_number_seq to service_role;
