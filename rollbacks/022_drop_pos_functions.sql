-- Undoes 022.
drop function public.reconcile_pos_day(uuid, date);
drop function private.reconcile_pos_day(uuid, date);
drop function public.ingest_pos_webhook(uuid, text, text, jsonb);
drop function public.sync_pos_transaction(uuid, jsonb);
drop function private.order_of_sale(public.pos_transactions);
