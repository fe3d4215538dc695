-- Undoes 007.
drop table public.notifications;
drop trigger zz_audit_membership_packages on public.membership_packages;
drop trigger zz_audit_products on public.products;
drop trigger zz_audit_locations on public.locations;
drop trigger zz_audit_organizations on public.organizations;
drop trigger zz_audit_user_roles on public.user_roles;
drop function private.audit_row();
drop table public.audit_log;
