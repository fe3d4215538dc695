-- Whose staff see a guest: of the shops where the guest has been, and not of the whole chain.

-- In the row itself, so that one index answers "of those that I may see" as it answers a policy on location_id; a table
-- of guest and shop beside it would have to be read first, however many guests it holds.
alter table public.customers add column visible_to uuid[] not null default '{}';
comment on column public.customers.visible_to is
  'Whose staff see the row: those of the organization as a whole, and of the locations that it names.';

-- For rows that came past the triggers below: these, and what is loaded in bulk.
create function private.place_guests() returns integer
language plpgsql security definer set search_path = '' as $$
declare
  number integer;
begin
  update public.customers c
  set visible_to = array(select distinct place from unnest(c.visible_to || been.places) place)
  from (
    select g.id, array[g.organization_id] || array_agg(o.location_id order by o.location_id)
             filter (where o.location_id is not null) as places
    from public.customers g
    left join (
      select distinct p.customer_id, p.location_id from public.orders p where p.customer_id is not null
    ) o on o.customer_id = g.id
    group by g.id
  ) been
  where been.id = c.id and not c.visible_to @> been.places;
  get diagnostics number = row_count;
  return number;
end
$$;
comment on function private.place_guests() is 'Shows every guest to the shops where they have ordered; how many were not.';
-- Nobody has changed these guests: when they were last is left as it is.
alter table public.customers disable trigger update_customers_updated_at;
select private.place_guests();
alter table public.customers enable trigger update_customers_updated_at;

-- What a role makes visible of guests: the location where it was given, or the organization where it was given for all.
create function private.guest_scopes(variadic roles text[]) returns uuid[]
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(array_agg(distinct coalesce(r.location_id, r.organization_id)), '{}')
    from public.user_roles r
    where r.user_id = (select auth.uid()) and r.is_active and r.role = any (roles)
  );
end
$$;
comment on function private.guest_scopes(text[]) is
  'The locations and organizations whose guests the caller sees by one of these roles.';

-- A guest is of the organization, and of the shop whose staff wrote the row.
create function private.place_guest() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.visible_to := array[new.organization_id] || case
    when private.is_trusted_caller() then array_remove(new.visible_to, new.organization_id)
    else array(
      select r.location_id
      from public.user_roles r
      where r.user_id = (select auth.uid()) and r.is_active and r.role in ('admin', 'staff')
        and r.organization_id = new.organization_id and r.location_id is not null
      order by 1
    )
  end;
  return new;
end
$$;
comment on function private.place_guest() is 'Trigger: whose staff see a new guest.';

create trigger place_guest
  before insert on public.customers
  for each row execute function private.place_guest();

-- Whoever makes the coffee calls a name. At commit: the row of a customer is locked last, after stock and codes.
create function private.welcome_guest() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.customers c
  set visible_to = c.visible_to || new.location_id
  where c.id = new.customer_id and not c.visible_to @> array[new.location_id];
  return null;
end
$$;
comment on function private.welcome_guest() is 'Trigger: the staff of a shop see who has ordered there.';

create constraint trigger welcome_guest
  after insert or update of customer_id on public.orders
  deferrable initially deferred
  for each row when (new.customer_id is not null)
  execute function private.welcome_guest();

alter policy "Customers can read own profile" on public.customers
  using (
    user_id = (select auth.uid())
    or visible_to && (select private.guest_scopes('admin', 'staff', 'barista'))::uuid[]
  );
alter policy "Customers can update own profile" on public.customers
  using (
    user_id = (select auth.uid()) or visible_to && (select private.guest_scopes('admin', 'staff'))::uuid[]
  )
  with check (
    user_id = (select auth.uid()) or visible_to && (select private.guest_scopes('admin', 'staff'))::uuid[]
  );

-- For the guest of another shop, who stands at the counter and says an address or a number: found by all of it, one at a
-- time, and from then on a guest of this shop too.
create function private.find_guest(contact text, location uuid) returns public.customers
language plpgsql security definer set search_path = '' as $$
declare
  guest public.customers;
begin
  if not private.is_trusted_caller() and not private.has_location_role(location, 'admin', 'staff', 'barista') then
    raise exception 'there is no such location of yours' using errcode = 'insufficient_privilege';
  end if;
  update public.customers c
  set visible_to = case
        when c.visible_to @> array[location] then c.visible_to
        else c.visible_to || location
      end
  from public.locations l
  where l.id = location and c.organization_id = l.organization_id and c.is_active
    and c.id = (
      select g.id
      from public.customers g
      where g.organization_id = l.organization_id and g.is_active
        and (lower(g.email) = lower(btrim(contact)) or g.phone = btrim(contact))
      order by lower(g.email) = lower(btrim(contact)) desc, g.id
      limit 1
    )
  returning c.* into guest;
  return guest;
end
$$;
comment on function private.find_guest(text, uuid) is 'A guest by address or number, for whoever works at the location.';

create function public.find_guest(contact text, location_id uuid default null) returns public.customers
language sql set search_path = '' as $$
  select private.find_guest(contact, coalesce(location_id, private.default_location_id()))
$$;
comment on function public.find_guest(text, uuid) is
  'For staff: the guest with this e-mail address or phone number, who is from then on a guest of this location too.';

revoke all on function
  private.place_guests(), private.guest_scopes(text[]), private.place_guest(), private.welcome_guest(), private.find_guest(text, uuid),
  public.find_guest(text, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.guest_scopes(text[]), private.find_guest(text, uuid), public.find_guest(text, uuid)
  to authenticated, service_role;
