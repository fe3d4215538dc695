-- Undoes 015. What is paid stays as it is, and is no longer kept.
drop trigger apply_refund on public.refunds;
drop trigger settle_invoice on public.payments;
drop trigger settle_order on public.payments;
drop trigger prepare_payment on public.payments;

drop function public.refund_payment(uuid, numeric, text, text, text, text);
drop function private.refund_payment(uuid, numeric, text, text, text, text);
drop function public.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid);
drop function private.record_payment(numeric, text, uuid, uuid, uuid, text, text, text, uuid);
drop function private.apply_refund();
drop function private.settle_invoice();
drop function private.settle_order();
drop function private.prepare_payment();
