-- The rules of booking, as triggers: they hold for every writer, API, function or psql.
--
-- A booking of type waitlist that is confirmed waits; of another type, and not cancelled, it holds a seat. It comes in
-- by INSERT or by promotion, leaves by cancelling or DELETE, and never comes back: who books again makes a new row.
--
-- Locks are taken in this order: bookings, classes, members, packages; of each kind by ascending id. An UPDATE locks its
-- booking before any trigger runs, so that functions must do likewise. Holding its class, a booking locks at once every
-- member whom the rest of the work may touch: its own, and all who wait. A second booking is never waited for.

-- All that cancelling these classes will touch. Who books in between is found locked, or locks after us; who is just
-- about to cancel waits for our class, and must not be waited for: then everything is let go, and tried again.
create function private.lock_classes(class_ids uuid[]) returns void
language plpgsql security definer set search_path = '' as $$
begin
  for attempt in 1 .. 20 loop
    begin
      perform from public.bookings b
      where b.class_schedule_id = any (class_ids) and b.status = 'confirmed' order by b.id for no key update;
      perform from public.class_schedules s where s.id = any (class_ids) order by s.id for no key update;
      perform from public.bookings b
      where b.class_schedule_id = any (class_ids) and b.status = 'confirmed' order by b.id for no key update nowait;
      perform from public.members m
      where m.id = any (array(
        select b.member_id from public.bookings b
        where b.class_schedule_id = any (class_ids) and b.status = 'confirmed'
      )) order by m.id for no key update;
      return;
    exception when lock_not_available or deadlock_detected then
      if attempt = 20 then
        raise;
      end if;
    end;
    perform pg_sleep(0.005 * attempt);
  end loop;
end
$$;
comment on function private.lock_classes(uuid[]) is
  'Locks classes with their bookings and members, in the order that deadlocks with nobody.';

-- What pays for a seat: a package, a loose credit, or money to come.
create function private.pay_for_seat(booking public.bookings, class public.class_schedules, must_pay boolean)
returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  package public.member_packages;
begin
  -- What a trusted writer states stands.
  if booking.status <> 'confirmed' or booking.payment_status <> 'pending' or booking.amount_paid is not null then
    return booking;
  end if;
  if booking.booking_type = 'regular' then
    package := private.covering_package(booking.member_id, class.class_type_id, class.scheduled_date);
    if package.id is not null or private.loose_credits(booking.member_id) > 0 then
      booking.member_package_id := package.id;
      booking.credits_used := (package.id is null or package.classes_per_period is not null)::integer;
      booking.payment_method := 'package';
      booking.payment_status := 'paid';
      return booking;
    end if;
    if must_pay then
      raise exception 'no package pays for this class'
        using errcode = 'check_violation', table = 'bookings', constraint = 'check_booking_paid';
    end if;
  end if;
  select t.price into booking.amount_due from public.class_types t where t.id = class.class_type_id;
  return booking;
end
$$;
comment on function private.pay_for_seat(public.bookings, public.class_schedules, boolean) is
  'A booking with what pays for it.';

-- A new booking, with its class and those whom it may touch locked.
create function private.enter_class(
  booking public.bookings, class public.class_schedules, place public.locations, staff boolean
) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  member public.members;
  has_seat boolean := class.current_bookings < class.max_participants;
  queue_closed boolean := now() >= class.starts_at - make_interval(mins => place.waitlist_close_minutes);
begin
  select m.* into member from public.members m where m.id = booking.member_id;
  if member.organization_id <> place.organization_id then
    raise exception 'member % belongs to another organization', member.id
      using errcode = 'foreign_key_violation', table = 'bookings', constraint = 'same_organization';
  elsif class.status <> 'scheduled' then
    raise exception 'class % is %', class.id, class.status
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_class_open';
  elsif booking.created_at > class.ends_at or (not staff and now() >= class.starts_at) then
    raise exception 'class % %', class.id, case when now() >= class.ends_at then 'is over' else 'has begun' end
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_class_open';
  elsif not staff
    and class.scheduled_date > (now() at time zone class.time_zone)::date + place.booking_opens_days
  then
    raise exception 'booking opens % days ahead', place.booking_opens_days
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_booking_window';
  elsif member.membership_status <> 'active' or not member.is_active then
    raise exception 'membership of % is not active', member.id
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_member_active';
  end if;

  if booking.booking_type = 'waitlist' and has_seat and (class.waitlist_count = 0 or queue_closed) then
    booking.booking_type := 'regular'; -- nobody queues for a seat that is free
  elsif booking.booking_type = 'waitlist' then
    if class.waitlist_count >= coalesce(class.waitlist_capacity, place.default_waitlist_capacity) and not staff then
      raise exception 'the waitlist of class % is full', class.id
        using errcode = 'check_violation', table = 'bookings', constraint = 'check_waitlist_capacity';
    end if;
    booking.waitlist_seq := nextval('private.waitlist_seq');
    return booking;
  elsif has_seat and class.waitlist_count > 0 and not queue_closed and not staff then
    raise exception 'others wait for the next seat in class %', class.id
      using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_booking_capacity';
  end if;
  -- That the class is full, the class says itself, when its seats are counted.
  return private.pay_for_seat(booking, class, place.require_payment_to_book and not staff);
end
$$;
comment on function private.enter_class(public.bookings, public.class_schedules, public.locations, boolean) is
  'A new booking: whether it may be, whether it sits or waits, and what pays.';

create function private.leave_class(
  booking public.bookings, class public.class_schedules, place public.locations, staff boolean
) returns public.bookings
language plpgsql stable set search_path = '' as $$
begin
  if not staff and class.status = 'scheduled' and now() >= class.starts_at then
    raise exception 'class % has begun', class.id
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_class_open';
  end if;
  booking.cancelled_at := coalesce(booking.cancelled_at, now());
  booking.is_late_cancel := booking.booking_type <> 'waitlist' and class.status = 'scheduled'
    and now() < class.starts_at
    and now() > class.starts_at - make_interval(mins => place.cancellation_window_minutes);
  if booking.payment_method = 'package' and not (booking.is_late_cancel and place.late_cancel_forfeits_credit) then
    booking.credits_used := 0;
    booking.payment_status := 'refunded';
  end if;
  return booking;
end
$$;
comment on function private.leave_class(public.bookings, public.class_schedules, public.locations, boolean) is
  'A cancelled booking: when, whether late, and whether its credit comes back.';

create function private.check_booking() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  booking public.bookings;
  class public.class_schedules;
  place public.locations;
  staff boolean;
begin
  if tg_op = 'DELETE' then
    booking := old;
  else
    booking := new;
  end if;
  select l.* into place
  from public.class_schedules s join public.locations l on l.id = s.location_id
  where s.id = booking.class_schedule_id;
  staff := private.is_trusted_caller() or private.has_location_role(place.id, 'admin', 'staff');
  -- Before any lock, and before a stranger learns that the class is full: the policies look at the row only afterwards.
  if tg_op = 'INSERT' and not staff and not booking.member_id = any (private.member_ids()) then
    raise exception 'new row violates row-level security policy for table "bookings"'
      using errcode = 'insufficient_privilege', table = 'bookings', hint = 'members book for themselves';
  end if;

  select s.* into class from public.class_schedules s where s.id = booking.class_schedule_id for no key update;
  perform from public.members m
  where m.id = any (array(
    select booking.member_id
    union all
    select b.member_id from public.bookings b
    where b.class_schedule_id = class.id and b.booking_type = 'waitlist' and b.status = 'confirmed'
  )) order by m.id for no key update;

  if tg_op = 'DELETE' then
    if old.credits_used > 0 then
      insert into public.class_credit_transactions
        (member_id, member_package_id, transaction_type, credits, balance_after, booking_id, reason)
      values (old.member_id, old.member_package_id, 'booking_refund', old.credits_used, 0, old.id, 'booking deleted');
    end if;
    return old;
  end if;

  new.location_id := class.location_id;
  if tg_op = 'INSERT' then
    if new.status <> 'cancelled' then
      new := private.enter_class(new, class, place, staff);
    end if;
  elsif (new.member_id, new.class_schedule_id) is distinct from (old.member_id, old.class_schedule_id) then
    raise exception 'a booking stays with its member and its class'
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_booking_stays';
  elsif old.status = 'cancelled' and new.status <> 'cancelled' then
    raise exception 'a cancelled booking is history: book again'
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_booking_history';
  elsif old.booking_type <> 'waitlist' and new.booking_type = 'waitlist' then
    raise exception 'a seat is not changed for a place on the waitlist: cancel it'
      using errcode = 'check_violation', table = 'bookings', constraint = 'check_waitlist_order';
  elsif old.booking_type = 'waitlist' and new.booking_type <> 'waitlist' and new.status <> 'cancelled' then
    if exists (
      select from public.bookings b
      where b.class_schedule_id = class.id and b.booking_type = 'waitlist' and b.status = 'confirmed'
        and b.waitlist_seq < new.waitlist_seq
    ) then
      raise exception 'others have waited longer'
        using errcode = 'check_violation', table = 'bookings', constraint = 'check_waitlist_order';
    end if;
    new.promoted_at := now();
    new := private.pay_for_seat(new, class, false);
  elsif new.status = 'cancelled' and old.status <> 'cancelled' then
    new := private.leave_class(new, class, place, staff);
  end if;
  if new.status = 'attended' then
    new.checked_in_at := coalesce(new.checked_in_at, least(now(), class.ends_at)); -- also when marked the day after
  end if;
  return new;
end
$$;
comment on function private.check_booking() is 'Trigger: who may book what, what pays for it, and what becomes of it.';

create trigger check_booking
  before insert or update or delete on public.bookings
  for each row execute function private.check_booking();

-- Strictly in the order of waiting. The first in line whose booking somebody holds is not passed over, nor waited for:
-- whoever holds it comes here next. Who may not sit any more loses the place.
create function private.promote_waitlist(class_id uuid) returns void
language plpgsql security definer set search_path = '' as $$
declare
  class public.class_schedules;
  place public.locations;
  waiting public.bookings;
  member public.members;
  refusal text;
begin
  loop
    select s.* into class from public.class_schedules s where s.id = class_id;
    select l.* into place from public.locations l where l.id = class.location_id;
    exit when class.status <> 'scheduled' or class.waitlist_count = 0
      or class.current_bookings >= class.max_participants
      or now() >= class.starts_at - make_interval(mins => place.waitlist_close_minutes);
    select b.* into waiting
    from public.bookings b
    where b.class_schedule_id = class_id and b.booking_type = 'waitlist' and b.status = 'confirmed'
    order by b.waitlist_seq
    limit 1;
    perform from public.bookings b where b.id = waiting.id for no key update skip locked;
    exit when not found;

    select m.* into member from public.members m where m.id = waiting.member_id;
    refusal := case
      when member.membership_status <> 'active' or not member.is_active then 'membership is not active'
      when place.require_payment_to_book and private.loose_credits(member.id) = 0
        and (private.covering_package(member.id, class.class_type_id, class.scheduled_date)).id is null
        then 'no package pays for the class'
    end;
    if refusal is null then
      update public.bookings b set booking_type = 'regular' where b.id = waiting.id;
    else
      update public.bookings b set status = 'cancelled', cancellation_reason = refusal where b.id = waiting.id;
    end if;
    insert into public.notifications (organization_id, location_id, user_id, kind, title, body, payload)
    select member.organization_id, place.id, member.user_id,
           case when refusal is null then 'waitlist_promoted' else 'waitlist_lost' end,
           case when refusal is null then 'A seat is yours' else 'Your place on the waitlist is gone' end,
           refusal, jsonb_build_object('booking_id', waiting.id, 'class_schedule_id', class_id)
    where member.user_id is not null;
  end loop;
end
$$;
comment on function private.promote_waitlist(uuid) is
  'Gives the free seats of a class, which is locked, to who waited longest.';

-- The latest run of weeks with a class: how many, and the Monday of the last. Whether it still goes on, today says.
create function private.weekly_streak(
  member uuid, class_type uuid, first_day date, out weeks integer, out last_week date
)
language sql stable set search_path = '' as $$
  with attended as (
    select distinct date_trunc('week', s.scheduled_date::timestamp)::date as week
    from public.bookings b
    join public.class_schedules s on s.id = b.class_schedule_id
    where b.member_id = member and b.status = 'attended'
      and s.class_type_id = coalesce(class_type, s.class_type_id)
      and s.scheduled_date >= coalesce(first_day, s.scheduled_date)
  ),
  runs as (
    -- Within a run the week and its number go together, so that their difference names the run.
    select a.week, a.week - 7 * (row_number() over (order by a.week))::integer as run from attended a
  )
  select count(*)::integer, max(r.week) from runs r group by r.run order by max(r.week) desc limit 1
$$;
comment on function private.weekly_streak(uuid, uuid, date) is 'The latest weeks in a row in which a member came.';

-- After the seats are counted (booking_count_trigger): credits, attendance, history, and who is next.
create function private.settle_booking() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  credits integer := coalesce(old.credits_used, 0) - coalesce(new.credits_used, 0);
  attended integer := coalesce((new.status = 'attended')::integer, 0) - coalesce((old.status = 'attended')::integer, 0);
  before text := case when old.booking_type = 'waitlist' and old.status = 'confirmed' then 'waiting' else old.status end;
  after text := case when new.booking_type = 'waitlist' and new.status = 'confirmed' then 'waiting' else new.status end;
begin
  if credits <> 0 and tg_op <> 'DELETE' then
    insert into public.class_credit_transactions
      (member_id, member_package_id, transaction_type, credits, balance_after, booking_id)
    values (
      new.member_id, new.member_package_id, case when credits < 0 then 'booking' else 'booking_refund' end,
      credits, 0, new.id
    );
  end if;
  if attended <> 0 then
    update public.members m
    set total_classes_attended = m.total_classes_attended + attended,
        last_attended_at = (
          select max(b.checked_in_at) from public.bookings b where b.member_id = m.id and b.status = 'attended'
        ),
        streak_weeks = coalesce((select s.weeks from private.weekly_streak(m.id, null, null) s), 0)
    where m.id = coalesce(new.member_id, old.member_id);
  end if;
  if after is distinct from before and tg_op <> 'DELETE' then
    insert into public.booking_events (booking_id, location_id, event_type)
    values (
      new.id, new.location_id,
      case after
        when 'waiting' then 'waitlisted'
        when 'attended' then 'checked_in'
        when 'no_show' then 'no_show'
        when 'cancelled' then case when new.is_late_cancel then 'late_cancelled' else 'cancelled' end
        else case before when 'waiting' then 'promoted' when 'attended' then 'corrected' when 'no_show' then 'corrected'
          else 'booked' end
      end
    );
  end if;
  if new.promoted_at is not distinct from old.promoted_at then -- a promotion is part of promote_waitlist already
    perform private.promote_waitlist(coalesce(new.class_schedule_id, old.class_schedule_id));
  end if;
  return null;
end
$$;
comment on function private.settle_booking() is
  'Trigger: credits, attendance and history of a booking, and who is next.';

create trigger booking_settle_trigger
  after insert or update or delete on public.bookings
  for each row execute function private.settle_booking();

-- Those who came before this was kept.
update public.members m
set last_attended_at = (
      select max(b.checked_in_at) from public.bookings b where b.member_id = m.id and b.status = 'attended'
    ),
    streak_weeks = coalesce((select s.weeks from private.weekly_streak(m.id, null, null) s), 0)
where m.total_classes_attended > 0;

--------------------------------------------------------------------------------------------------------- classes
create function private.stamp_class_end() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.cancelled_at := case new.status when 'cancelled' then coalesce(new.cancelled_at, now()) end;
  return new;
end
$$;
comment on function private.stamp_class_end() is 'Trigger: when a class was cancelled.';

create trigger stamp_class_end
  before update of status on public.class_schedules
  for each row when (new.status <> old.status)
  execute function private.stamp_class_end();

create function private.follow_class() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  news text := case
    when new.status = 'cancelled' then 'cancelled'
    when (new.starts_at, new.effective_instructor_id) is distinct from (old.starts_at, old.effective_instructor_id)
      then 'changed'
  end;
begin
  if news is not null and new.status <> 'completed' then
    insert into public.notifications (organization_id, location_id, user_id, kind, title, body, payload)
    select m.organization_id, new.location_id, m.user_id, 'class_' || news,
           format('%s on %s is %s', t.name, old.scheduled_date, news), new.cancellation_reason,
           jsonb_build_object('class_schedule_id', new.id)
    from public.bookings b
    join public.members m on m.id = b.member_id
    join public.class_types t on t.id = new.class_type_id
    where b.class_schedule_id = new.id and b.status = 'confirmed' and m.user_id is not null;
  end if;
  if new.status = 'cancelled' and old.status <> 'cancelled' then
    update public.bookings b
    set status = 'cancelled', cancellation_reason = coalesce(new.cancellation_reason, 'class cancelled')
    where b.class_schedule_id = new.id and b.status = 'confirmed';
  elsif new.max_participants > old.max_participants then
    perform from public.members m
    where m.id = any (array(
      select b.member_id from public.bookings b
      where b.class_schedule_id = new.id and b.booking_type = 'waitlist' and b.status = 'confirmed'
    )) order by m.id for no key update;
    perform private.promote_waitlist(new.id);
  end if;
  return null;
end
$$;
comment on function private.follow_class() is 'Trigger: bookings of a class follow it, and members hear of it.';

create trigger follow_class
  after update of status, max_participants, scheduled_date, start_time, instructor_id, substitute_instructor_id
  on public.class_schedules
  for each row execute function private.follow_class();

revoke all on function
  private.lock_classes(uuid[]), private.pay_for_seat(public.bookings, public.class_schedules, boolean),
  private.enter_class(public.bookings, public.class_schedules, public.locations, boolean),
  private.leave_class(public.bookings, public.class_schedules, public.locations, boolean),
  private.check_booking(), private.promote_waitlist(uuid), private.weekly_streak(uuid, uuid, date),
  private.settle_booking(), private.stamp_class_end(),
  private.follow_class()
  from public;
revoke all on sequence private.waitlist_seq from public;
