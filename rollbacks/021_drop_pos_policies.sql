-- Undoes 021: closed again before the policies go.
revoke all on
  public.pos_integrations, public.pos_webhook_events, public.pos_transactions, public.pos_reconciliations,
  public.pos_reconciliation_items
  from authenticated;

drop policy "Staff can approve reconciliations" on public.pos_reconciliations;
drop policy "Staff can read reconciliations" on public.pos_reconciliations;
drop policy "Staff can read POS transactions" on public.pos_transactions;
drop policy "Admins can read POS messages" on public.pos_webhook_events;
drop policy "Admins can delete POS integrations" on public.pos_integrations;
drop policy "Admins can update POS integrations" on public.pos_integrations;
drop policy "Admins can add POS integrations" on public.pos_integrations;
drop policy "Admins can read POS integrations" on public.pos_integrations;
