-- Credits move by entries of the ledger; the balances follow. A balance that somebody sets by hand becomes an entry
-- too, so that it can always be explained.

create function private.enter_credits() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_when = 'AFTER' then
    update public.member_packages p set classes_remaining = p.classes_remaining + new.credits
    where p.id = new.member_package_id;
    update public.members m set classes_remaining = new.balance_after where m.id = new.member_id;
    return null;
  end if;
  -- The lock first, then the balance and the number: entries of one member follow one another.
  perform from public.members m where m.id = new.member_id for no key update;
  select coalesce(
    (
      select t.balance_after from public.class_credit_transactions t
      where t.member_id = new.member_id order by t.seq desc limit 1
    ), 0
  ) + new.credits into new.balance_after;
  new.seq := nextval('public.class_credit_transactions_seq_seq');
  if new.balance_after < 0 then
    raise exception 'not enough classes left' using errcode = 'check_violation', table = 'members',
      constraint = 'members_classes_remaining_check';
  end if;
  if not exists (
    select from public.member_packages p where p.id = new.member_package_id and p.member_id = new.member_id
  ) and new.member_package_id is not null then
    raise exception 'the package is somebody else''s' using errcode = 'foreign_key_violation',
      table = 'class_credit_transactions', constraint = 'class_credit_transactions_member_package_id_fkey';
  end if;
  return new;
end
$$;
comment on function private.enter_credits() is 'Trigger: the running balance of an entry, and what follows from it.';

create trigger enter_credits
  before insert on public.class_credit_transactions
  for each row execute function private.enter_credits();
create trigger post_credits
  after insert on public.class_credit_transactions
  for each row execute function private.enter_credits();

-- What differs from the ledger was not moved by it.
create function private.explain_credits() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  difference integer;
begin
  if tg_table_name = 'member_packages' then
    select new.classes_remaining - coalesce(sum(t.credits), 0) into difference
    from public.class_credit_transactions t where t.member_package_id = new.id;
    if difference <> 0 then
      raise exception 'credits of a package move through class_credit_transactions'
        using errcode = 'object_not_in_prerequisite_state', table = 'member_packages', column = 'classes_remaining';
    end if;
    return null;
  end if;
  select new.classes_remaining - coalesce(
    (
      select t.balance_after from public.class_credit_transactions t
      where t.member_id = new.id order by t.seq desc limit 1
    ), 0
  ) into difference;
  if difference <> 0 then
    insert into public.class_credit_transactions (member_id, transaction_type, credits, balance_after, reason)
    values (new.id, 'adjust', difference, 0, 'set by hand');
  end if;
  return null;
end
$$;
comment on function private.explain_credits() is 'Trigger: a balance set by hand becomes an entry of the ledger.';

create trigger explain_credits
  after insert or update of classes_remaining on public.members
  for each row execute function private.explain_credits();
create trigger explain_credits
  after insert or update of classes_remaining on public.member_packages
  for each row execute function private.explain_credits();

-- Those who have credits from before there was a ledger.
insert into public.class_credit_transactions (member_id, transaction_type, credits, balance_after, reason)
select m.id, 'adjust', m.classes_remaining, 0, 'before the ledger'
from public.members m
where m.classes_remaining > 0
order by m.id;

-- The package that pays for a class on a day: an unlimited one first, then the one that runs out first. A subscription
-- that renews counts for later periods too, but its credits are of the present one.
create function private.covering_package(member uuid, class_type uuid, day date) returns public.member_packages
language sql stable security definer set search_path = '' as $$
  select p.*
  from public.member_packages p
  join public.membership_packages k on k.id = p.membership_package_id
  where p.member_id = member and p.status = 'active' and day >= p.starts_on
    and (
      p.expires_on is null or day <= p.expires_on
      or (p.auto_renew and p.billing_cycle <> 'one_time' and p.classes_per_period is null)
    )
    and (k.allowed_class_type_ids is null or class_type = any (k.allowed_class_type_ids))
    and (p.classes_per_period is null or p.classes_remaining > 0)
    and not exists (
      select from public.member_package_freezes f
      where f.member_package_id = p.id and day between f.starts_on and f.ends_on
    )
  order by p.classes_per_period is not null, p.expires_on nulls last, p.created_at, p.id
  limit 1
$$;
comment on function private.covering_package(uuid, uuid, date) is
  'The package that pays for a class of this type on this day.';

create function private.loose_credits(member uuid) returns integer
language sql stable security definer set search_path = '' as $$
  select m.classes_remaining - coalesce(
    (select sum(p.classes_remaining) from public.member_packages p where p.member_id = m.id), 0
  )::integer
  from public.members m where m.id = member
$$;
comment on function private.loose_credits(uuid) is 'Credits of a member that belong to no package.';

revoke all on function
  private.enter_credits(), private.explain_credits(), private.covering_package(uuid, uuid, date),
  private.loose_credits(uuid)
  from public;
