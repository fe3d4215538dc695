-- Undoes 010, the tables that refer to others first.
drop trigger same_organization on public.inventory;
drop table public.order_status_history;
drop table public.order_item_options;
drop table public.product_components;
drop table public.product_location_overrides;
drop table public.product_modifier_groups;
drop table public.modifiers;
drop table public.modifier_groups;
drop table public.tax_rates;
