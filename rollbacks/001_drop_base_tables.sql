-- Undoes 001. Nothing cascades: what somebody built on top of these stops the rollback instead of going with it.
drop function private.has_role(text[]);
drop table public.user_roles;
drop function public.update_updated_at_column();
drop schema private;
