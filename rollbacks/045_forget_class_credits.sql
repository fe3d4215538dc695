-- Undoes 045: balances stay as they are, and follow the ledger no more.
drop trigger explain_credits on public.member_packages;
drop trigger explain_credits on public.members;
drop trigger post_credits on public.class_credit_transactions;
drop trigger enter_credits on public.class_credit_transactions;
drop function private.loose_credits(uuid);
drop function private.covering_package(uuid, uuid, date);
drop function private.explain_credits();
drop function private.enter_credits();
