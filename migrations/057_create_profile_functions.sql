-- Who a profile belongs to: linking the one that the front desk made to the account of the person, and letting a person
-- be forgotten.

-- By the address that the auth service has confirmed; one that is only claimed would take anybody's over.
create function private.claim_profile() returns jsonb
language plpgsql security definer set search_path = '' as $$
declare
  caller uuid := auth.uid();
  address text := (
    select lower(u.email) from auth.users u where u.id = caller and u.email_confirmed_at is not null
  );
  customers integer;
  members integer;
  instructors integer;
begin
  if address is null then
    raise exception 'confirm your e-mail address first' using errcode = 'insufficient_privilege';
  end if;
  update public.customers c set user_id = caller
  where lower(c.email) = address and c.user_id is null and c.is_active and not exists (
    select from public.customers o where o.organization_id = c.organization_id and o.user_id = caller
  );
  get diagnostics customers = row_count;
  update public.members m set user_id = caller
  where lower(m.email) = address and m.user_id is null and m.is_active and not exists (
    select from public.members o where o.organization_id = m.organization_id and o.user_id = caller
  );
  get diagnostics members = row_count;
  update public.instructors i set user_id = caller
  where lower(i.email) = address and i.user_id is null and i.is_active and not exists (
    select from public.instructors o where o.organization_id = i.organization_id and o.user_id = caller
  );
  get diagnostics instructors = row_count;
  return jsonb_build_object('customers', customers, 'members', members, 'instructors', instructors);
end
$$;
comment on function private.claim_profile() is 'Links the profiles with the caller''s confirmed address to the account; how many.';

-- What somebody bought and when stays, since the books do; who it was does not.
create function private.forget_person(customer uuid, member uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  organizations uuid[] := array(
    select c.organization_id from public.customers c where c.id = customer
    union all
    select m.organization_id from public.members m where m.id = member
  );
begin
  if cardinality(organizations) <> num_nonnulls(customer, member) or cardinality(organizations) = 0
    or not (private.is_trusted_caller() or organizations <@ private.admin_orgs())
  then
    raise exception 'nobody of yours to forget' using errcode = 'insufficient_privilege';
  elsif exists (
    select from public.bookings b join public.class_schedules s on s.id = b.class_schedule_id
    where b.member_id = member and b.status = 'confirmed' and s.ends_at > now()
  ) then
    raise exception 'member % has bookings to come', member
      using errcode = 'check_violation', table = 'members', hint = 'cancel them first';
  end if;
  update public.customers c
  set first_name = 'Forgotten', last_name = 'Customer', email = c.id || '@invalid.example', phone = null,
      date_of_birth = null, preferences = null, user_id = null, is_active = false
  where c.id = customer;
  update public.members m
  set first_name = 'Forgotten', last_name = 'Member', email = m.id || '@invalid.example', phone = null,
      date_of_birth = null, emergency_contact_name = null, emergency_contact_phone = null, medical_conditions = null,
      preferences = null, user_id = null, is_active = false
  where m.id = member;
  delete from public.member_goals g where g.member_id = member;
  update public.class_feedback f set comment = null
  from public.bookings b
  where b.id = f.booking_id and b.member_id = member and f.comment is not null;
end
$$;
comment on function private.forget_person(uuid, uuid) is 'Takes name, contact and notes from a profile: for who runs the organization.';

create function public.claim_profile() returns jsonb
language sql set search_path = '' as $$ select private.claim_profile() $$;
comment on function public.claim_profile() is 'Links one''s profiles to one''s account.';
create function public.forget_person(customer_id uuid default null, member_id uuid default null) returns void
language sql set search_path = '' as $$ select private.forget_person(customer_id, member_id) $$;
comment on function public.forget_person(uuid, uuid) is 'Lets a person be forgotten.';

revoke all on function
  private.claim_profile(), private.forget_person(uuid, uuid), public.claim_profile(), public.forget_person(uuid, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.claim_profile(), private.forget_person(uuid, uuid), public.claim_profile(), public.forget_person(uuid, uuid)
  to authenticated, service_role;
