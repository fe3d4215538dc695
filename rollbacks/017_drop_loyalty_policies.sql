-- Undoes 017: closed again before the policies go.
revoke all on
  public.promotions, public.loyalty_programs, public.loyalty_rewards, public.loyalty_transactions,
  public.order_discounts
  from anon, authenticated;

drop policy "Users can read own discounts" on public.order_discounts;
drop policy "Customers can read own points" on public.loyalty_transactions;
drop policy "Admins can update rewards" on public.loyalty_rewards;
drop policy "Admins can add rewards" on public.loyalty_rewards;
drop policy "Signed-in users can read rewards" on public.loyalty_rewards;
drop policy "Public can read active rewards" on public.loyalty_rewards;
drop policy "Admins can update loyalty programs" on public.loyalty_programs;
drop policy "Admins can add loyalty programs" on public.loyalty_programs;
drop policy "Signed-in users can read loyalty programs" on public.loyalty_programs;
drop policy "Public can read active loyalty programs" on public.loyalty_programs;
drop policy "Staff can update promotions" on public.promotions;
drop policy "Staff can add promotions" on public.promotions;
drop policy "Staff can read promotions" on public.promotions;
