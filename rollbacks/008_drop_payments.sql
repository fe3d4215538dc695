-- Undoes 008, the tables that refer to others first. The invoice numbers' sequence goes with its table.
drop table public.refunds;
drop table public.payments;
drop table public.invoices;
