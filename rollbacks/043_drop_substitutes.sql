-- Undoes 043. Classes keep their substitutes.
drop function public.accept_substitution(uuid);
drop function public.request_substitute(uuid, text);
drop function public.available_substitutes(uuid);
drop function private.accept_substitution(uuid);
drop function private.request_substitute(uuid, text);
drop function private.available_substitutes(uuid);
drop function private.class_for_teacher(uuid);
drop trigger settle_substitute_request on public.class_schedules;
drop function private.settle_substitute_request();
drop table public.substitute_requests;
