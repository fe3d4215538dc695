-- What the API calls to book. A function in public runs as its caller; where more is needed than the caller may, it
-- stands for a namesake in private, which runs as its owner and checks who asks.

-- Under the caller's own policies; the triggers of bookings do the rest. Asked again, it answers with the same booking.
create function public.book_class(
  class_schedule_id uuid, member_id uuid default null, join_waitlist boolean default true, notes text default null
) returns public.bookings
language plpgsql set search_path = '' as $$
declare
  member uuid := book_class.member_id;
  booking public.bookings;
  broken text;
begin
  if member is null then
    select m.id into member
    from public.class_schedules s
    join public.locations l on l.id = s.location_id
    join public.members m on m.organization_id = l.organization_id
    where s.id = book_class.class_schedule_id and m.user_id = (select auth.uid());
  end if;
  for attempt in 1 .. 5 loop
    select b.* into booking
    from public.bookings b
    where b.member_id = member and b.class_schedule_id = book_class.class_schedule_id and b.status <> 'cancelled';
    if found then
      return booking;
    end if;
    begin
      insert into public.bookings (member_id, class_schedule_id, booking_type, booking_notes)
      values (
        member, book_class.class_schedule_id, case when broken is null then 'regular' else 'waitlist' end,
        book_class.notes
      )
      returning * into booking;
      return booking;
    exception
      when check_violation then
        get stacked diagnostics broken = constraint_name;
        if broken <> 'check_booking_capacity' or not join_waitlist then
          raise;
        end if;
      when unique_violation or deadlock_detected then
        if attempt = 5 then
          raise;
        end if;
    end;
  end loop;
  raise exception 'class % could not be booked', book_class.class_schedule_id using errcode = 'serialization_failure';
end
$$;
comment on function public.book_class(uuid, uuid, boolean, text) is
  'Books a class, or a place on its waitlist if it is full.';

create function public.cancel_booking(booking_id uuid, reason text default null) returns public.bookings
language plpgsql set search_path = '' as $$
declare
  booking public.bookings;
begin
  for attempt in 1 .. 5 loop
    begin
      update public.bookings b set status = 'cancelled', cancellation_reason = reason
      where b.id = booking_id and b.status <> 'cancelled'
      returning b.* into booking;
      exit;
    exception when deadlock_detected then
      if attempt = 5 then
        raise;
      end if;
    end;
  end loop;
  if booking.id is null then
    select b.* into booking from public.bookings b where b.id = booking_id and b.status = 'cancelled';
  end if;
  if booking.id is null then
    raise exception 'no booking of yours to cancel: %', booking_id using errcode = 'insufficient_privilege';
  end if;
  return booking;
end
$$;
comment on function public.cancel_booking(uuid, text) is 'Cancels a booking; asked again, it answers the same.';

create function private.set_attendance(booking uuid, status text) returns public.bookings
language plpgsql security definer set search_path = '' as $$
declare
  class public.class_schedules;
  changed public.bookings;
begin
  class := private.class_for_teacher((select b.class_schedule_id from public.bookings b where b.id = booking));
  if set_attendance.status not in ('attended', 'no_show', 'confirmed') then
    raise exception 'attendance is attended, no_show or confirmed, not %', set_attendance.status
      using errcode = 'invalid_parameter_value';
  elsif now() < class.starts_at - interval '2 hours' and not private.is_trusted_caller() then
    raise exception 'check-in opens two hours before class'
      using errcode = 'check_violation', constraint = 'check_attendance_time';
  end if;
  update public.bookings b set status = set_attendance.status
  where b.id = booking and b.status <> 'cancelled' and b.booking_type <> 'waitlist'
  returning b.* into changed;
  if changed.id is null then
    raise exception 'booking % holds no seat', booking using errcode = 'check_violation', table = 'bookings';
  end if;
  return changed;
end
$$;
comment on function private.set_attendance(uuid, text) is
  'Who came and who did not: for the teacher of the class and for staff.';

-- What the teacher may know of who comes: no address, no account, no money.
create function private.class_roster(class uuid) returns table (
  booking_id uuid, first_name text, last_initial text, status text, waitlist_position bigint, experience_level text,
  medical_conditions text, emergency_contact_name text, emergency_contact_phone text, is_first_class boolean
)
language plpgsql stable security definer set search_path = '' as $$
begin
  perform private.class_for_teacher(class);
  return query
    select b.id, m.first_name, left(m.last_name, 1),
           case when b.booking_type = 'waitlist' then 'waiting' else b.status end,
           case when b.booking_type = 'waitlist' then row_number() over (order by b.waitlist_seq) end,
           m.experience_level, m.medical_conditions, m.emergency_contact_name, m.emergency_contact_phone,
           m.total_classes_attended = 0
    from public.bookings b
    join public.members m on m.id = b.member_id
    where b.class_schedule_id = class and b.status <> 'cancelled'
    order by b.booking_type = 'waitlist', b.waitlist_seq, m.first_name, m.last_name;
end
$$;
comment on function private.class_roster(uuid) is 'Who comes to a class: for its teacher and for staff.';

create function private.cancel_class(class uuid, reason text) returns public.class_schedules
language plpgsql security definer set search_path = '' as $$
declare
  cancelled public.class_schedules;
begin
  select s.* into cancelled from public.class_schedules s where s.id = class;
  if cancelled.id is null or not (
    private.is_trusted_caller() or private.has_location_role(cancelled.location_id, 'admin', 'staff')
  ) then
    raise exception 'no class of yours: %', class using errcode = 'insufficient_privilege';
  end if;
  perform private.lock_classes(array[class]);
  update public.class_schedules s set status = 'cancelled', cancellation_reason = reason
  where s.id = class and s.status = 'scheduled'
  returning s.* into cancelled;
  if not found then
    select s.* into cancelled from public.class_schedules s where s.id = class;
    if cancelled.status = 'completed' then
      raise exception 'class % is completed', class
        using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_class_open';
    end if;
  end if;
  return cancelled;
end
$$;
comment on function private.cancel_class(uuid, text) is 'Cancels a class with its bookings; credits come back.';

-- A class that is over: who did not check in did not come, and who still waited waits no more.
create function private.complete_class(class uuid) returns public.class_schedules
language plpgsql security definer set search_path = '' as $$
declare
  done public.class_schedules := private.class_for_teacher(class);
begin
  if done.ends_at > now() then
    raise exception 'class % is not over', class
      using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_class_open';
  end if;
  perform private.lock_classes(array[class]);
  update public.bookings b set status = 'no_show'
  where b.class_schedule_id = class and b.status = 'confirmed' and b.booking_type <> 'waitlist';
  update public.bookings b set status = 'cancelled', cancellation_reason = 'no seat became free'
  where b.class_schedule_id = class and b.status = 'confirmed';
  update public.class_schedules s set status = 'completed' where s.id = class and s.status = 'scheduled';
  select s.* into done from public.class_schedules s where s.id = class;
  return done;
end
$$;
comment on function private.complete_class(uuid) is 'Ends a class that is over: for its teacher and for staff.';

-- For a scheduler, every quarter of an hour. All of them are locked at once: one after the other would deadlock.
create function private.complete_finished_classes(most integer default 100) returns integer
language plpgsql security definer set search_path = '' as $$
declare
  classes uuid[] := array(
    select s.id from public.class_schedules s where s.status = 'scheduled' and s.ends_at < now() order by s.id limit most
  );
begin
  perform private.lock_classes(classes);
  perform private.complete_class(c.id) from unnest(classes) c (id);
  return cardinality(classes);
end
$$;
comment on function private.complete_finished_classes(integer) is 'Ends classes that are over; how many.';

create function private.instructor_private_details(instructor uuid)
returns table (id uuid, user_id uuid, email text, phone text, hourly_rate numeric)
language sql stable security definer set search_path = '' as $$
  select i.id, i.user_id, i.email, i.phone,
         case
           when i.user_id = (select auth.uid()) or private.is_trusted_caller()
             or private.has_org_role(i.organization_id, 'admin')
             then i.hourly_rate
         end
  from public.instructors i
  where i.id = coalesce(instructor, i.id)
    and (
      i.user_id = (select auth.uid()) or (select private.is_trusted_caller())
      or i.organization_id = any ((select private.role_orgs('admin', 'staff'))::uuid[])
    )
$$;
comment on function private.instructor_private_details(uuid) is
  'Contact of instructors, for staff and themselves; pay, for admins and themselves.';

create function public.set_attendance(booking_id uuid, status text) returns public.bookings
language sql set search_path = '' as $$ select private.set_attendance(booking_id, status) $$;
comment on function public.set_attendance(uuid, text) is 'Marks who came.';
create function public.class_roster(class_schedule_id uuid) returns table (
  booking_id uuid, first_name text, last_initial text, status text, waitlist_position bigint, experience_level text,
  medical_conditions text, emergency_contact_name text, emergency_contact_phone text, is_first_class boolean
)
language sql stable set search_path = '' as $$ select * from private.class_roster(class_schedule_id) $$;
comment on function public.class_roster(uuid) is 'Who comes to a class.';
create function public.cancel_class(class_schedule_id uuid, reason text default null) returns public.class_schedules
language sql set search_path = '' as $$ select private.cancel_class(class_schedule_id, reason) $$;
comment on function public.cancel_class(uuid, text) is 'Cancels a class.';
create function public.complete_class(class_schedule_id uuid) returns public.class_schedules
language sql set search_path = '' as $$ select private.complete_class(class_schedule_id) $$;
comment on function public.complete_class(uuid) is 'Ends a class that is over.';
create function public.instructor_private_details(instructor_id uuid default null)
returns table (id uuid, user_id uuid, email text, phone text, hourly_rate numeric)
language sql stable set search_path = '' as $$ select * from private.instructor_private_details(instructor_id) $$;
comment on function public.instructor_private_details(uuid) is 'Contact and pay of instructors.';

revoke all on function
  private.set_attendance(uuid, text), private.class_roster(uuid), private.cancel_class(uuid, text),
  private.complete_class(uuid), private.complete_finished_classes(integer), private.instructor_private_details(uuid),
  public.book_class(uuid, uuid, boolean, text), public.cancel_booking(uuid, text), public.set_attendance(uuid, text),
  public.class_roster(uuid), public.cancel_class(uuid, text), public.complete_class(uuid),
  public.instructor_private_details(uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.set_attendance(uuid, text), private.class_roster(uuid), private.cancel_class(uuid, text),
  private.complete_class(uuid), private.instructor_private_details(uuid),
  public.book_class(uuid, uuid, boolean, text), public.cancel_booking(uuid, text), public.set_attendance(uuid, text),
  public.class_roster(uuid), public.cancel_class(uuid, text), public.complete_class(uuid),
  public.instructor_private_details(uuid)
  to authenticated, service_role;
grant execute on function private.complete_finished_classes(integer) to service_role;
