-- The coffee shop: customers, catalogue, stock, orders. Customers come first, because orders refer to them.

create table public.customers (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth.users (id) on delete set null,
  first_name text not null,
  last_name text not null,
  email text not null,
  phone text,
  date_of_birth date,
  loyalty_points integer not null default 0 check (loyalty_points >= 0),
  total_spent decimal(10,2) not null default 0 check (total_spent >= 0),
  visit_count integer not null default 0 check (visit_count >= 0),
  last_visit timestamp with time zone,
  preferences jsonb, -- favorite orders, dietary restrictions, etc.
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now()
);
comment on table public.customers is 'Guests of the coffee shop and what their loyalty is worth.';
-- One person, one row: Ann@example.com and ann@example.com are the same mailbox.
create unique index customers_email_key on public.customers (lower(email));

create table public.categories (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  description text,
  parent_id uuid references public.categories (id),
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint categories_not_own_parent check (parent_id <> id)
);
comment on table public.categories is 'The tree that products hang in.';

create table public.products (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  description text,
  base_price decimal(10,2) not null check (base_price >= 0),
  category_id uuid not null references public.categories (id),
  sku text unique,
  image_url text,
  is_available boolean not null default true,
  requires_preparation boolean not null default false,
  preparation_time integer not null default 0 check (preparation_time >= 0), -- minutes
  allergens text[],
  nutritional_info jsonb,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now()
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
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  unique (product_id, variant_type, variant_value)
);
comment on table public.product_variants is 'Choices of a product, and what each adds to its price.';
create unique index product_variants_one_default on public.product_variants (product_id, variant_type) where is_default;

-- One row a product: a second one would be taken from twice.
create table public.inventory (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null unique references public.products (id) on delete cascade,
  current_stock integer not null default 0,
  min_threshold integer not null default 10 check (min_threshold >= 0),
  max_capacity integer check (max_capacity > 0),
  unit_of_measure text not null default 'each',
  cost_per_unit decimal(10,2) check (cost_per_unit >= 0),
  last_restocked timestamp with time zone,
  updated_at timestamp with time zone not null default now(),
  constraint check_positive_stock check (current_stock >= 0)
);
comment on table public.inventory is 'How many of a product are left. A product without a row is not counted.';

create table public.inventory_alerts (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  alert_type text not null check (alert_type in ('low_stock')),
  message text not null,
  resolved_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now()
);
comment on table public.inventory_alerts is 'Products that ran low. Open until stock is above the threshold again.';
-- One open alert a product, however many orders follow.
create unique index inventory_alerts_one_open on public.inventory_alerts (product_id) where resolved_at is null;

create sequence public.order_number_seq as bigint start with 100001;

create table public.orders (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid references public.customers (id), -- none: a walk-in
  order_number text unique not null default nextval('public.order_number_seq')::text,
  status text not null default 'pending'
    check (status in ('pending', 'preparing', 'ready', 'completed', 'cancelled')),
  order_type text not null check (order_type in ('dine_in', 'takeaway', 'delivery')),
  subtotal decimal(10,2) not null default 0 check (subtotal >= 0),
  tax_amount decimal(10,2) not null default 0 check (tax_amount >= 0),
  tip_amount decimal(10,2) not null default 0 check (tip_amount >= 0),
  total_amount decimal(10,2) not null,
  payment_method text,
  payment_status text not null default 'pending' check (payment_status in ('pending', 'paid', 'refunded')),
  special_instructions text,
  estimated_ready_time timestamp with time zone,
  completed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint check_order_total check (total_amount = subtotal + tax_amount + tip_amount)
);
comment on table public.orders is 'What was ordered, by whom, and how far it is. The subtotal is that of its items.';
alter sequence public.order_number_seq owned by public.orders.order_number;

create table public.order_items (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  product_id uuid not null references public.products (id),
  quantity integer not null default 1 check (quantity > 0),
  base_price decimal(10,2) not null check (base_price >= 0),
  customizations jsonb, -- variant type to variant value: {"size": "large", "milk": "oat"}
  item_total decimal(10,2) not null check (item_total >= 0),
  special_instructions text,
  created_at timestamp with time zone not null default now()
);
comment on table public.order_items is 'The lines of an order, with the price of the day it was ordered.';

create trigger update_customers_updated_at
  before update on public.customers
  for each row execute function public.update_updated_at_column();
create trigger update_categories_updated_at
  before update on public.categories
  for each row execute function public.update_updated_at_column();
create trigger update_products_updated_at
  before update on public.products
  for each row execute function public.update_updated_at_column();
create trigger update_inventory_updated_at
  before update on public.inventory
  for each row execute function public.update_updated_at_column();
create trigger update_inventory_alerts_updated_at
  before update on public.inventory_alerts
  for each row execute function public.update_updated_at_column();
create trigger update_orders_updated_at
  before update on public.orders
  for each row execute function public.update_updated_at_column();

alter table public.customers enable row level security;
alter table public.categories enable row level security;
alter table public.products enable row level security;
alter table public.product_variants enable row level security;
alter table public.inventory enable row level security;
alter table public.inventory_alerts enable row level security;
alter table public.orders enable row level security;
alter table public.order_items enable row level security;

-- Everything, not just what the API uses: RLS does not cover TRUNCATE.
revoke all on
  public.customers, public.categories, public.products, public.product_variants,
  public.inventory, public.inventory_alerts, public.orders, public.order_items
  from anon, authenticated, service_role;
revoke all on sequence public.order_number_seq from anon, authenticated, service_role;
grant select, insert, update, delete on
  public.customers, public.categories, public.products, public.product_variants,
  public.inventory, public.inventory_alerts, public.orders, public.order_items
  to service_role;
grant usage on sequence public.order_number_seq to service_role;
