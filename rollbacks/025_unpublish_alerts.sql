-- Undoes 025.
alter publication supabase_realtime drop table public.notifications;
alter publication supabase_realtime drop table public.inventory_alerts;
