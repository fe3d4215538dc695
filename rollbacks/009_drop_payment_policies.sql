-- Undoes 009: closed again before the policies go.
revoke all on public.invoices, public.payments, public.refunds, public.audit_log, public.notifications
  from authenticated;

drop policy "Users can mark own notifications as read" on public.notifications;
drop policy "Users can read own notifications" on public.notifications;
drop policy "Admins can read the log" on public.audit_log;
drop policy "Payers can read own refunds" on public.refunds;
drop policy "Payers can read own payments" on public.payments;
drop policy "Members can read own invoices" on public.invoices;
