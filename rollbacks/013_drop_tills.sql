-- Undoes 013.
drop function public.close_pos_session(uuid, numeric, text);
drop function private.close_pos_session(uuid, numeric, text);
drop trigger prepare_cash_movement on public.cash_movements;
drop function private.prepare_cash_movement();
drop function private.open_till(uuid);
alter table public.payments drop column pos_session_id;
drop table public.cash_movements;
drop table public.pos_sessions;
