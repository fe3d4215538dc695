-- Undoes 057. Profiles stay linked, and forgotten.
drop function public.forget_person(uuid, uuid);
drop function public.claim_profile();
drop function private.forget_person(uuid, uuid);
drop function private.claim_profile();
