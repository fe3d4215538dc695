-- What makes a product an order's line: taxes, modifiers with rules on how many may be chosen, prices of one location,
-- recipes, and what was chosen in the end.

create table public.tax_rates (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  name text not null,
  tax_category text not null default 'standard',
  order_type text check (order_type in ('dine_in', 'takeaway', 'delivery')), -- none: whichever
  rate decimal(6,4) not null check (rate >= 0 and rate < 1),
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint tax_rates_once unique nulls not distinct (location_id, tax_category, order_type)
);
comment on table public.tax_rates is 'What is added, or is in the price, for a category of goods at a location.';

create table public.modifier_groups (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  name text not null check (btrim(name) <> ''),
  description text,
  min_selected integer not null default 0 check (min_selected >= 0),
  max_selected integer, -- none: as many as one likes
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (organization_id, name),
  constraint modifier_groups_range check (max_selected >= greatest(min_selected, 1))
);
comment on table public.modifier_groups is
  'Things to choose from, and how many: syrups, none to three; milk, exactly one.';

create table public.modifiers (
  id uuid primary key default gen_random_uuid(),
  modifier_group_id uuid not null references public.modifier_groups (id) on delete cascade,
  name text not null check (btrim(name) <> ''),
  price_delta decimal(10,2) not null default 0,
  max_quantity integer not null default 1 check (max_quantity between 1 and 20),
  allergens text[] not null default '{}',
  is_available boolean not null default true,
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (modifier_group_id, name)
);
comment on table public.modifiers is 'One thing to choose, and what it adds to the price.';

create table public.product_modifier_groups (
  id uuid primary key default gen_random_uuid(),
  product_id uuid not null references public.products (id) on delete cascade,
  modifier_group_id uuid not null references public.modifier_groups (id) on delete cascade,
  min_selected integer check (min_selected >= 0), -- none: the group's own
  max_selected integer check (max_selected >= 1),
  sort_order integer not null default 0,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (product_id, modifier_group_id)
);
comment on table public.product_modifier_groups is
  'Which groups a product offers, and where its rule differs from theirs.';
create index idx_product_modifier_groups_group on public.product_modifier_groups (modifier_group_id);

create table public.product_location_overrides (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  product_id uuid not null references public.products (id) on delete cascade,
  base_price decimal(10,2) check (base_price >= 0), -- none: the product's own
  is_available boolean not null default true,
  unavailable_until timestamp with time zone,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (product_id, location_id)
);
comment on table public.product_location_overrides is
  'What a product costs at one location, or that it is out there today.';
create index idx_product_location_overrides_location on public.product_location_overrides (location_id);

create table public.product_components (
  id uuid primary key default gen_random_uuid(),
  product_id uuid references public.products (id) on delete cascade,
  variant_id uuid references public.product_variants (id) on delete cascade,
  modifier_id uuid references public.modifiers (id) on delete cascade,
  component_product_id uuid not null references public.products (id),
  quantity integer not null check (quantity > 0), -- in the component's unit of measure
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint product_components_one_owner check (num_nonnulls(product_id, variant_id, modifier_id) = 1),
  constraint product_components_not_self check (product_id <> component_product_id),
  constraint product_components_once unique nulls not distinct (product_id, variant_id, modifier_id, component_product_id)
);
comment on table public.product_components is
  'Recipes: what selling a product, or choosing a variant or a modifier, takes from the stock of other products.';
create index idx_product_components_variant on public.product_components (variant_id);
create index idx_product_components_modifier on public.product_components (modifier_id);
create index idx_product_components_component on public.product_components (component_product_id);

create table public.order_item_options (
  id uuid primary key default gen_random_uuid(),
  order_item_id uuid not null references public.order_items (id) on delete cascade,
  variant_id uuid references public.product_variants (id) on delete set null,
  modifier_id uuid references public.modifiers (id) on delete set null,
  name text not null,
  value text not null,
  quantity integer not null default 1 check (quantity > 0),
  price_delta decimal(10,2) not null,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null
);
comment on table public.order_item_options is 'What was chosen for an item, at the price of that day; append-only.';
create index idx_order_item_options_item on public.order_item_options (order_item_id);
create index idx_order_item_options_variant on public.order_item_options (variant_id);
create index idx_order_item_options_modifier on public.order_item_options (modifier_id);

create table public.order_status_history (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete cascade,
  location_id uuid not null references public.locations (id),
  from_status text,
  to_status text not null,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null
);
comment on table public.order_status_history is
  'When an order went from where to where, and who moved it; append-only.';
create index idx_order_status_history_order on public.order_status_history (order_id, created_at);
create index idx_order_status_history_location on public.order_status_history (location_id);

-- Who did it.
create index idx_tax_rates_created_by on public.tax_rates (created_by);
create index idx_tax_rates_updated_by on public.tax_rates (updated_by);
create index idx_modifier_groups_created_by on public.modifier_groups (created_by);
create index idx_modifier_groups_updated_by on public.modifier_groups (updated_by);
create index idx_modifiers_created_by on public.modifiers (created_by);
create index idx_modifiers_updated_by on public.modifiers (updated_by);
create index idx_product_modifier_groups_created_by on public.product_modifier_groups (created_by);
create index idx_product_modifier_groups_updated_by on public.product_modifier_groups (updated_by);
create index idx_product_location_overrides_created_by on public.product_location_overrides (created_by);
create index idx_product_location_overrides_updated_by on public.product_location_overrides (updated_by);
create index idx_product_components_created_by on public.product_components (created_by);
create index idx_product_components_updated_by on public.product_components (updated_by);
create index idx_order_item_options_created_by on public.order_item_options (created_by);
create index idx_order_status_history_created_by on public.order_status_history (created_by);

create trigger same_organization
  before insert or update on public.product_modifier_groups
  for each row execute function private.assert_same_organization(
    'product_id:products', 'modifier_group_id:modifier_groups'
  );
create trigger same_organization
  before insert or update on public.product_location_overrides
  for each row execute function private.assert_same_organization('product_id:products', 'location_id:locations');
create trigger same_organization
  before insert or update on public.product_components
  for each row execute function private.assert_same_organization(
    'component_product_id:products', 'product_id:products', 'variant_id:product_variants', 'modifier_id:modifiers'
  );
create trigger same_organization
  before insert or update of product_id, location_id on public.inventory
  for each row execute function private.assert_same_organization('product_id:products', 'location_id:locations');

select private.stamp_tables(
  'tax_rates', 'modifier_groups', 'modifiers', 'product_modifier_groups', 'product_location_overrides',
  'product_components'
);
select private.seal_tables('order_item_options', 'order_status_history');

alter table public.tax_rates enable row level security;
alter table public.modifier_groups enable row level security;
alter table public.modifiers enable row level security;
alter table public.product_modifier_groups enable row level security;
alter table public.product_location_overrides enable row level security;
alter table public.product_components enable row level security;
alter table public.order_item_options enable row level security;
alter table public.order_status_history enable row level security;
revoke all on
  public.tax_rates, public.modifier_groups, public.modifiers, public.product_modifier_groups,
  public.product_location_overrides, public.product_components, public.order_item_options, public.order_status_history
  from anon, authenticated, service_role;
grant select, insert, update, delete on
  public.tax_rates, public.modifier_groups, public.modifiers, public.product_modifier_groups,
  public.product_location_overrides, public.product_components
  to service_role;
grant select on public.order_item_options, public.order_status_history to service_role;
