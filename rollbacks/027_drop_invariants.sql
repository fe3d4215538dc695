-- Undoes 027.
drop function private.invariants_of_shop();
drop function private.check_invariants();
