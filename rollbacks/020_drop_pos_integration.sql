-- Undoes 020, the tables that refer to others first.
drop view public.pos_reconciliation_items;
drop table public.pos_reconciliations;
drop table public.pos_transactions;
drop table public.pos_webhook_events;
drop table public.pos_integrations;
