-- Undoes 056.
drop function private.invariants_of_studio();
