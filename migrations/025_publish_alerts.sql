-- Told as they happen, like the five tables of 004: what runs out, and what somebody should hear of. Who is told what is
-- decided by the policies and grants of SELECT, there as here.
alter publication supabase_realtime add table public.inventory_alerts;
alter publication supabase_realtime add table public.notifications;
