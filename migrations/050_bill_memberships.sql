-- Selling packages, and what follows from their invoices: credits granted, periods renewed, reminders, freezes, ends.
-- Locks: invoice, member, package. Money itself comes in through record_payment.

-- The first day after a day that is whole periods away from the anchor: 31 January, 28 February, 31 March.
create function private.next_period(anchor date, billing_cycle text, after_day date) returns date
language sql immutable set search_path = '' as $$
  select (anchor + n * step.length)::date
  from (
    values ('monthly', interval '1 month', 28), ('quarterly', interval '3 months', 89), ('annually', interval '1 year', 365)
  ) as step (cycle, length, days)
  cross join generate_series(
    greatest(1, (after_day - anchor) / (step.days + 4)), greatest(1, (after_day - anchor) / step.days + 2)
  ) n
  where step.cycle = billing_cycle and (anchor + n * step.length)::date > after_day
  order by n
  limit 1
$$;
comment on function private.next_period(date, text, date) is
  'The day on which the next period of a subscription begins.';

-- The member first, as bookings do it.
create function private.lock_member_package(package uuid, staff_only boolean) returns public.member_packages
language plpgsql security definer set search_path = '' as $$
declare
  owner public.members;
  found_package public.member_packages;
begin
  select m.* into owner
  from public.member_packages p join public.members m on m.id = p.member_id
  where p.id = package
  for no key update of m;
  select p.* into found_package from public.member_packages p where p.id = package for no key update;
  if found_package.id is null or not (
    private.is_trusted_caller()
    or private.has_location_role(found_package.location_id, 'admin', 'staff')
    or (owner.id = any (private.member_ids()) and not staff_only)
  ) then
    raise exception 'no package of yours: %', package using errcode = 'insufficient_privilege';
  end if;
  return found_package;
end
$$;
comment on function private.lock_member_package(uuid, boolean) is
  'A member''s package, locked, for the member or for staff.';

create function private.purchase_package(package uuid, member uuid, starts_on date, location uuid)
returns public.member_packages
language plpgsql security definer set search_path = '' as $$
declare
  kind public.membership_packages;
  buyer public.members;
  place public.locations;
  today date;
  sold public.member_packages;
begin
  select k.* into kind from public.membership_packages k where k.id = package and k.is_active;
  select m.* into buyer from public.members m
  where m.organization_id = kind.organization_id and m.is_active
    and (m.id = member or (member is null and m.id = any (private.member_ids())));
  select l.* into place from public.locations l
  where l.organization_id = kind.organization_id and l.id = coalesce(location, buyer.home_location_id);
  if buyer.id is null or place.id is null or not (
    private.is_trusted_caller() or buyer.id = any (private.member_ids())
    or private.has_location_role(place.id, 'admin', 'staff')
  ) then
    raise exception 'no such package, member or location of yours' using errcode = 'insufficient_privilege';
  end if;
  today := (now() at time zone place.time_zone)::date;
  if purchase_package.starts_on < today and not private.is_trusted_caller() then
    raise exception 'a package cannot start on %, which is past', purchase_package.starts_on
      using errcode = 'check_violation', table = 'member_packages', constraint = 'check_member_package_start';
  end if;

  perform from public.members m where m.id = buyer.id for no key update;
  insert into public.member_packages (
    member_id, membership_package_id, location_id, price, billing_cycle, classes_per_period, starts_on, billing_anchor,
    auto_renew
  )
  values (
    buyer.id, kind.id, place.id, kind.price, coalesce(kind.billing_cycle, 'one_time'), kind.classes_included,
    coalesce(purchase_package.starts_on, today), coalesce(purchase_package.starts_on, today), kind.auto_renew
  )
  returning * into sold;
  perform private.invoice_period(sold, 'purchase', sold.starts_on);
  select p.* into sold from public.member_packages p where p.id = sold.id;
  return sold;
end
$$;
comment on function private.purchase_package(uuid, uuid, date, uuid) is
  'Sells a package at its present price, with its first invoice: to oneself, or by staff.';

-- What is free is paid.
create function private.invoice_period(package public.member_packages, reason text, first_day date) returns void
language plpgsql security definer set search_path = '' as $$
declare
  invoice uuid;
begin
  insert into public.invoices (
    location_id, member_id, member_package_id, billing_reason, period_start, period_end, subtotal, currency, due_date
  )
  select package.location_id, package.member_id, package.id, reason, first_day,
         private.next_period(package.billing_anchor, package.billing_cycle, first_day), package.price, l.currency,
         first_day
  from public.locations l where l.id = package.location_id
  on conflict on constraint invoices_period_once do nothing
  returning id into invoice;
  if package.price = 0 then
    update public.invoices i set status = 'paid', paid_at = now() where i.id = invoice;
  end if;
end
$$;
comment on function private.invoice_period(public.member_packages, text, date) is
  'The invoice for one period of a package; there is never a second.';

create function private.follow_invoice() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  package public.member_packages;
  kind public.membership_packages;
begin
  perform from public.members m where m.id = new.member_id for no key update;
  select p.* into package from public.member_packages p where p.id = new.member_package_id for no key update;
  select k.* into kind from public.membership_packages k where k.id = package.membership_package_id;
  if new.status in ('void', 'uncollectible') then
    update public.member_packages p
    set status = case p.status when 'pending' then 'cancelled' else 'past_due' end
    where p.id = package.id and p.status in ('pending', 'active', 'past_due');
    return null;
  end if;

  -- Credits of a period do not go over into the next.
  if package.billing_cycle <> 'one_time' and package.classes_remaining > 0 then
    insert into public.class_credit_transactions
      (member_id, member_package_id, transaction_type, credits, balance_after, reason)
    values (package.member_id, package.id, 'expire', -package.classes_remaining, 0, 'period ended');
  end if;
  if package.classes_per_period is not null then
    insert into public.class_credit_transactions
      (member_id, member_package_id, transaction_type, credits, balance_after, reason)
    values (package.member_id, package.id, 'grant', package.classes_per_period, 0, 'invoice ' || new.invoice_number);
  end if;
  update public.member_packages p
  set status = case when p.status in ('pending', 'past_due') then 'active' else p.status end,
      activated_at = coalesce(p.activated_at, now()),
      current_period_end = new.period_end,
      expires_on = coalesce(new.period_end - 1, p.expires_on, p.starts_on + kind.validity_days - 1)
  where p.id = package.id;
  return null;
end
$$;
comment on function private.follow_invoice() is
  'Trigger: a package runs when its invoice is paid, and stops when it cannot be.';

create trigger follow_invoice
  after update of status on public.invoices
  for each row when (
    new.member_package_id is not null and old.status <> new.status
    and new.status in ('paid', 'void', 'uncollectible')
  )
  execute function private.follow_invoice();

-- members.membership_*: the best package that runs.
create function private.summarize_membership() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.members m
  set (membership_type, membership_start_date, membership_end_date) = (
    select k.name, p.starts_on, case when not p.auto_renew then p.expires_on end
    from public.member_packages p
    join public.membership_packages k on k.id = p.membership_package_id
    where p.member_id = new.member_id and p.status in ('active', 'past_due')
    order by array_position(array['trial', 'standard', 'plus', 'premium'], k.tier) desc, p.expires_on desc nulls first
    limit 1
  )
  where m.id = new.member_id;
  return null;
end
$$;
comment on function private.summarize_membership() is 'Trigger: what the member''s row says of the packages.';

create trigger summarize_membership
  after insert or update of status, starts_on, expires_on, auto_renew on public.member_packages
  for each row execute function private.summarize_membership();

create function private.freeze_package(package uuid, starts_on date, ends_on date, reason text)
returns public.member_packages
language plpgsql security definer set search_path = '' as $$
declare
  frozen public.member_packages := private.lock_member_package(package, staff_only => false);
  kind public.membership_packages;
  days integer := ends_on - starts_on + 1;
  used integer;
begin
  select k.* into kind from public.membership_packages k where k.id = frozen.membership_package_id;
  select coalesce(sum(f.ends_on - f.starts_on + 1), 0) into used
  from public.member_package_freezes f where f.member_package_id = package;
  if not kind.can_freeze or frozen.status <> 'active' then
    raise exception 'this package cannot be frozen'
      using errcode = 'check_violation', table = 'member_packages', constraint = 'check_package_freeze';
  elsif used + days > kind.max_freeze_days or days < 1 then
    raise exception 'at most % days of freeze, of which % are used', kind.max_freeze_days, used
      using errcode = 'check_violation', table = 'member_packages', constraint = 'check_package_freeze';
  elsif freeze_package.starts_on < current_date - 1 and not private.is_trusted_caller() then
    raise exception 'a freeze cannot start on %, which is past', freeze_package.starts_on
      using errcode = 'check_violation', table = 'member_packages', constraint = 'check_package_freeze';
  end if;
  insert into public.member_package_freezes (member_package_id, starts_on, ends_on, reason)
  values (package, freeze_package.starts_on, freeze_package.ends_on, freeze_package.reason);
  update public.member_packages p
  set expires_on = p.expires_on + days, current_period_end = p.current_period_end + days,
      billing_anchor = p.billing_anchor + days
  where p.id = package
  returning p.* into frozen;
  return frozen;
end
$$;
comment on function private.freeze_package(uuid, date, date, text) is 'Lets a package rest, and last that much longer.';

-- Members end a subscription with the period that is paid; staff may end it at once.
create function private.cancel_subscription(package uuid, at_once boolean) returns public.member_packages
language plpgsql security definer set search_path = '' as $$
declare
  ended public.member_packages := private.lock_member_package(package, staff_only => at_once);
begin
  if at_once and ended.classes_remaining > 0 then
    insert into public.class_credit_transactions
      (member_id, member_package_id, transaction_type, credits, balance_after, reason)
    values (ended.member_id, ended.id, 'expire', -ended.classes_remaining, 0, 'cancelled');
  end if;
  update public.member_packages p
  set auto_renew = false, cancelled_at = coalesce(p.cancelled_at, now()),
      status = case when at_once or p.status = 'pending' then 'cancelled' else p.status end
  where p.id = package and p.status not in ('expired', 'cancelled')
  returning p.* into ended;
  if not found then
    select p.* into ended from public.member_packages p where p.id = package;
  end if;
  return ended;
end
$$;
comment on function private.cancel_subscription(uuid, boolean) is 'Ends a subscription with its period, or at once.';

create function private.adjust_class_credits(member uuid, credits integer, reason text, package uuid) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  home uuid := (select m.home_location_id from public.members m where m.id = member);
  remaining integer;
begin
  if home is null or not (private.is_trusted_caller() or private.has_location_role(home, 'admin', 'staff')) then
    raise exception 'no member of yours: %', member using errcode = 'insufficient_privilege';
  elsif btrim(coalesce(reason, '')) = '' then
    raise exception 'an adjustment needs a reason' using errcode = 'invalid_parameter_value';
  end if;
  insert into public.class_credit_transactions as t
    (member_id, member_package_id, transaction_type, credits, balance_after, reason)
  values (member, package, 'adjust', credits, 0, reason)
  returning t.balance_after into remaining;
  return remaining;
end
$$;
comment on function private.adjust_class_credits(uuid, integer, text, uuid) is
  'Adds or takes credits, with a reason: staff only.';

-- For a scheduler, once a day, and as often as one likes: a period has one invoice. A member at a time, by key.
create function private.run_billing_cycle(today date default current_date) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  due record;
  package public.member_packages;
  invoiced integer := 0;
begin
  for due in
    select p.id from public.member_packages p
    where p.status in ('active', 'past_due')
      and (p.current_period_end <= today or (p.billing_cycle = 'one_time' and p.expires_on < today))
    order by p.member_id, p.id
  loop
    package := private.lock_member_package(due.id, staff_only => true);
    continue when package.status not in ('active', 'past_due')
      or coalesce(package.current_period_end, package.expires_on + 1) > today;
    if package.auto_renew and package.billing_cycle <> 'one_time' then
      if package.status = 'active' then
        update public.member_packages p set status = 'past_due' where p.id = package.id;
        package.status := 'past_due';
        perform private.invoice_period(package, 'renewal', package.current_period_end);
        invoiced := invoiced + 1;
      end if;
    else
      if package.classes_remaining > 0 then
        insert into public.class_credit_transactions
          (member_id, member_package_id, transaction_type, credits, balance_after, reason)
        values (package.member_id, package.id, 'expire', -package.classes_remaining, 0, 'package ended');
      end if;
      update public.member_packages p set status = 'expired' where p.id = package.id;
    end if;
  end loop;
  return invoiced;
end
$$;
comment on function private.run_billing_cycle(date) is
  'Invoices the periods that begin, and ends the packages that are over; how many invoices.';

-- The payment provider's server reports that a charge failed. It is tried again after 1, 3 and 5 days, then given up.
create function public.record_payment_failure(invoice_id uuid, reason text default null) returns public.invoices
language plpgsql set search_path = '' as $$
declare
  invoice public.invoices;
begin
  update public.invoices i
  set attempt_count = i.attempt_count + 1,
      next_attempt_at = case when i.attempt_count < 3 then now() + make_interval(days => 1 + 2 * i.attempt_count) end,
      status = case when i.attempt_count < 3 then i.status else 'uncollectible' end
  where i.id = invoice_id and i.status = 'open'
  returning i.* into invoice;
  insert into public.notifications (organization_id, location_id, user_id, kind, title, body, payload, dedupe_key)
  select m.organization_id, invoice.location_id, m.user_id, 'payment_failed', 'Your payment did not go through', reason,
         jsonb_build_object('invoice_id', invoice.id), format('payment_failed:%s:%s', invoice.id, invoice.attempt_count)
  from public.members m
  where m.id = invoice.member_id and m.user_id is not null
  on conflict (dedupe_key) do nothing;
  return invoice;
end
$$;
comment on function public.record_payment_failure(uuid, text) is
  'A charge failed: remind, and try again or give up. For servers.';

-- What a booking has been paid, of its payments; as settle_order and settle_invoice.
create function private.settle_booking_payment() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from public.bookings b where b.id = new.booking_id for no key update;
  update public.bookings b
  set amount_paid = p.paid - p.refunded, payment_method = coalesce(b.payment_method, new.method),
      payment_status = case
        when p.paid > 0 and p.refunded = p.paid then 'refunded'
        when p.paid > 0 and p.paid >= b.amount_due then 'paid'
        else 'pending'
      end
  from (
    select coalesce(sum(a.amount), 0) as paid, coalesce(sum(a.refunded_amount), 0) as refunded
    from public.payments a where a.booking_id = new.booking_id and a.status = 'captured'
  ) p
  where b.id = new.booking_id;
  return null;
end
$$;
comment on function private.settle_booking_payment() is 'Trigger: what of a booking is paid and refunded.';

create trigger settle_booking
  after insert or update of status, refunded_amount on public.payments
  for each row when (new.booking_id is not null)
  execute function private.settle_booking_payment();

create function public.purchase_package(
  membership_package_id uuid, member_id uuid default null, starts_on date default null,
  location_id uuid default null
) returns public.member_packages
language sql set search_path = '' as $$
  select private.purchase_package(membership_package_id, member_id, starts_on, location_id)
$$;
comment on function public.purchase_package(uuid, uuid, date, uuid) is 'Buys a package.';
create function public.freeze_package(
  member_package_id uuid, starts_on date, ends_on date, reason text default null
) returns public.member_packages
language sql set search_path = '' as $$
  select private.freeze_package(member_package_id, starts_on, ends_on, reason)
$$;
comment on function public.freeze_package(uuid, date, date, text) is 'Lets a package rest.';
create function public.cancel_subscription(member_package_id uuid, at_once boolean default false)
returns public.member_packages
language sql set search_path = '' as $$ select private.cancel_subscription(member_package_id, at_once) $$;
comment on function public.cancel_subscription(uuid, boolean) is 'Ends a subscription.';
create function public.adjust_class_credits(
  member_id uuid, credits integer, reason text, member_package_id uuid default null
) returns integer
language sql set search_path = '' as $$
  select private.adjust_class_credits(member_id, credits, reason, member_package_id)
$$;
comment on function public.adjust_class_credits(uuid, integer, text, uuid) is 'Adds or takes credits.';

revoke all on function
  private.next_period(date, text, date), private.lock_member_package(uuid, boolean),
  private.purchase_package(uuid, uuid, date, uuid), private.invoice_period(public.member_packages, text, date),
  private.follow_invoice(), private.summarize_membership(), private.freeze_package(uuid, date, date, text),
  private.cancel_subscription(uuid, boolean), private.adjust_class_credits(uuid, integer, text, uuid),
  private.run_billing_cycle(date), private.settle_booking_payment(),
  public.record_payment_failure(uuid, text), public.purchase_package(uuid, uuid, date, uuid),
  public.freeze_package(uuid, date, date, text), public.cancel_subscription(uuid, boolean),
  public.adjust_class_credits(uuid, integer, text, uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.purchase_package(uuid, uuid, date, uuid), private.freeze_package(uuid, date, date, text),
  private.cancel_subscription(uuid, boolean), private.adjust_class_credits(uuid, integer, text, uuid),
  public.purchase_package(uuid, uuid, date, uuid), public.freeze_package(uuid, date, date, text),
  public.cancel_subscription(uuid, boolean), public.adjust_class_credits(uuid, integer, text, uuid)
  to authenticated, service_role;
grant execute on function private.run_billing_cycle(date), public.record_payment_failure(uuid, text) to service_role;
