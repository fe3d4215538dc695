-- Undoes 016, the tables that refer to others first.
drop table public.order_discounts;
drop table public.loyalty_transactions;
drop table public.loyalty_rewards;
drop table public.loyalty_programs;
drop table public.promotions;
