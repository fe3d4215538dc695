-- Undoes 044. Members keep the sum of their credits, without its history.
alter table public.invoices drop column member_package_id;
drop table public.class_credit_transactions;
drop table public.member_package_freezes;
drop table public.member_packages;
alter table public.membership_packages
  drop constraint check_package_renewal,
  drop constraint check_package_freeze,
  drop column allowed_class_type_ids,
  drop column tier;
