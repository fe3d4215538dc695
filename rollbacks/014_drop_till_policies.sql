-- Undoes 014: closed again before the policies go.
revoke all on public.pos_sessions, public.cash_movements from authenticated;

drop policy "Staff can record cash movements" on public.cash_movements;
drop policy "Staff can read cash movements" on public.cash_movements;
drop policy "Staff can open tills" on public.pos_sessions;
drop policy "Staff can read tills" on public.pos_sessions;
