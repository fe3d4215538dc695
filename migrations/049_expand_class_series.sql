-- Series become classes. Asked again, generate_class_schedules adds what is missing and touches nothing else: a class is
-- known by its series and the day of the rule, whatever became of it since.

create function private.series_for_staff(series uuid) returns public.class_series
language plpgsql security definer set search_path = '' as $$
declare
  found_series public.class_series;
begin
  -- Two who expand one series take turns.
  select s.* into found_series from public.class_series s where s.id = series for no key update;
  if found_series.id is null or not (
    private.is_trusted_caller() or private.has_location_role(found_series.location_id, 'admin', 'staff')
  ) then
    raise exception 'no series of yours: %', series using errcode = 'insufficient_privilege';
  end if;
  return found_series;
end
$$;
comment on function private.series_for_staff(uuid) is 'A series, locked, for staff of its location.';

create function private.generate_class_schedules(series uuid, until_day date, from_day date)
returns table (occurrence_date date, class_schedule_id uuid, outcome text)
language plpgsql security definer set search_path = '' as $$
#variable_conflict use_column
declare
  plan public.class_series := private.series_for_staff(series);
  change public.class_series_exceptions;
  type public.class_types;
  zone text;
  first_day date;
  actual_day date;
  begins_at timestamptz;
begin
  select t.* into type from public.class_types t where t.id = plan.class_type_id;
  select l.time_zone, greatest((now() at time zone l.time_zone)::date, plan.dtstart, from_day) into zone, first_day
  from public.locations l where l.id = plan.location_id;
  if not plan.is_active then
    return;
  end if;
  for occurrence_date in
    select d from private.rrule_dates(plan.rrule, plan.dtstart, first_day, until_day) d
    union
    select x.occurrence_date from public.class_series_exceptions x
    where x.class_series_id = series and x.exception_type = 'extra'
      and x.occurrence_date between first_day and until_day
    order by 1
  loop
    select x.* into change from public.class_series_exceptions x
    where x.class_series_id = series and x.occurrence_date = generate_class_schedules.occurrence_date;
    actual_day := coalesce(change.new_date, occurrence_date);
    begins_at := (actual_day + coalesce(change.new_start_time, plan.start_time)) at time zone zone;
    select s.id into class_schedule_id from public.class_schedules s
    where s.class_series_id = series and s.occurrence_date = generate_class_schedules.occurrence_date;
    if found then
      outcome := 'exists';
    elsif change.exception_type = 'cancelled' then
      outcome := 'cancelled';
    elsif begins_at <= now() then
      outcome := 'past';
    elsif exists (
      select from public.location_closures c
      where c.location_id = plan.location_id and actual_day between c.starts_on and c.ends_on
    ) then
      outcome := 'closed';
    else
      begin
        insert into public.class_schedules (
          location_id, class_type_id, instructor_id, substitute_instructor_id, room_id, scheduled_date, start_time,
          end_time, max_participants, waitlist_capacity, special_notes, class_series_id, occurrence_date
        )
        values (
          plan.location_id, plan.class_type_id, plan.instructor_id,
          nullif(change.new_instructor_id, plan.instructor_id), coalesce(change.new_room_id, plan.room_id), actual_day,
          coalesce(change.new_start_time, plan.start_time), coalesce(change.new_end_time, plan.end_time),
          coalesce(change.new_max_participants, plan.max_participants, type.max_participants),
          plan.waitlist_capacity, plan.special_notes, series, occurrence_date
        )
        returning id into class_schedule_id;
        outcome := 'created';
      exception
        -- Room or instructor are taken or away, or the hour does not exist that night: the rest goes on without it.
        when exclusion_violation or check_violation then
          get stacked diagnostics outcome = constraint_name;
          outcome := 'conflict: ' || outcome;
      end;
    end if;
    return next;
  end loop;
  update public.class_series s set generated_until = greatest(s.generated_until, until_day) where s.id = series;
end
$$;
comment on function private.generate_class_schedules(uuid, date, date) is
  'Puts the classes of a series on the timetable, from today on; what became of each.';

-- "This and all that follow": the old series ends the day before, a new one goes on with the changes. Classes that
-- somebody has booked stay as they are, under the old series; the others make way.
create function private.split_class_series(series uuid, from_day date, changes jsonb) returns uuid
language plpgsql security definer set search_path = '' as $$
declare
  plan public.class_series := private.series_for_staff(series);
  parts record;
  kept integer;
  rule text := regexp_replace(upper(plan.rrule), ';?(UNTIL|COUNT)=[^;]*', '', 'g');
begin
  if from_day <= plan.dtstart then
    raise exception 'a series is split after its first day, %', plan.dtstart using errcode = 'invalid_parameter_value';
  end if;
  select r.* into parts from private.read_rrule(plan.rrule) r;
  select count(*) into kept from private.rrule_dates(plan.rrule, plan.dtstart, plan.dtstart, from_day - 1);
  -- Booked by nobody, ever: a cancelled booking is history, which a class is kept for.
  delete from public.class_schedules s
  where s.class_series_id = series and s.occurrence_date >= from_day and s.status = 'scheduled'
    and not exists (select from public.bookings b where b.class_schedule_id = s.id);

  insert into public.class_series (
    location_id, class_type_id, instructor_id, room_id, rrule, dtstart, start_time, end_time, max_participants,
    waitlist_capacity, special_notes, split_from_id
  )
  select
    plan.location_id, n.class_type_id, n.instructor_id, n.room_id,
    coalesce(
      changes ->> 'rrule',
      rule || case when parts.times is not null then ';COUNT=' || (parts.times - kept) else '' end
        || coalesce(to_char(parts.until_day, '";UNTIL="YYYYMMDD'), '')
    ),
    from_day, n.start_time, n.end_time, n.max_participants, n.waitlist_capacity, n.special_notes, series
  from jsonb_populate_record(
    plan, changes - array['id', 'location_id', 'rrule', 'dtstart', 'split_from_id', 'generated_until']
  ) n
  returning id into plan.id;
  update public.class_series_exceptions x set class_series_id = plan.id
  where x.class_series_id = series and x.occurrence_date >= from_day
    and not exists (
      select from public.class_schedules s
      where s.class_series_id = series and s.occurrence_date = x.occurrence_date
    );
  -- Days that stay with booked classes are no days of the new series.
  insert into public.class_series_exceptions (class_series_id, occurrence_date, exception_type, reason)
  select plan.id, s.occurrence_date, 'cancelled', 'booked before the series changed'
  from public.class_schedules s
  where s.class_series_id = series and s.occurrence_date >= from_day
  on conflict (class_series_id, occurrence_date) do nothing;
  update public.class_series s set rrule = rule || to_char(from_day - 1, '";UNTIL="YYYYMMDD') where s.id = series;
  return plan.id;
end
$$;
comment on function private.split_class_series(uuid, date, jsonb) is
  'Changes a series from a day on; the key of the new one.';

-- An exception and a closure reach classes that are on the timetable already.
create function private.apply_series_exception() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  class uuid := (
    select s.id from public.class_schedules s
    where s.class_series_id = new.class_series_id and s.occurrence_date = new.occurrence_date and s.status = 'scheduled'
  );
begin
  if class is null then
    return null;
  elsif new.exception_type = 'cancelled' then
    perform private.lock_classes(array[class]);
    update public.class_schedules s set status = 'cancelled', cancellation_reason = new.reason where s.id = class;
  else
    update public.class_schedules s
    set scheduled_date = coalesce(new.new_date, s.scheduled_date),
        start_time = coalesce(new.new_start_time, s.start_time), end_time = coalesce(new.new_end_time, s.end_time),
        substitute_instructor_id = nullif(
          coalesce(new.new_instructor_id, s.substitute_instructor_id), s.instructor_id
        ),
        room_id = coalesce(new.new_room_id, s.room_id),
        max_participants = coalesce(new.new_max_participants, s.max_participants)
    where s.id = class;
  end if;
  return null;
end
$$;
comment on function private.apply_series_exception() is 'Trigger: an exception reaches its class on the timetable.';

create trigger apply_series_exception
  after insert or update of exception_type, new_date, new_start_time, new_end_time, new_instructor_id, new_room_id,
    new_max_participants
  on public.class_series_exceptions
  for each row execute function private.apply_series_exception();

-- Two closures that overlap stand in line, instead of each waiting for the other to give way.
create function private.queue_closure() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('location_closures ' || new.location_id, 0));
  return new;
end
$$;
comment on function private.queue_closure() is 'Trigger: one closure of a location at a time.';

create trigger queue_closure
  before insert or update of location_id, starts_on, ends_on on public.location_closures
  for each row execute function private.queue_closure();

create function private.apply_closure() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  classes uuid[] := array(
    select s.id from public.class_schedules s
    where s.location_id = new.location_id and s.scheduled_date between new.starts_on and new.ends_on
      and s.status = 'scheduled' and s.starts_at > now()
  );
begin
  perform private.lock_classes(classes);
  update public.class_schedules s set status = 'cancelled', cancellation_reason = new.reason
  where s.id = any (classes) and s.status = 'scheduled';
  return null;
end
$$;
comment on function private.apply_closure() is 'Trigger: a closure cancels the classes of its days.';

create trigger apply_closure
  after insert or update of location_id, starts_on, ends_on on public.location_closures
  for each row execute function private.apply_closure();

create function public.generate_class_schedules(
  class_series_id uuid, until_day date, from_day date default null
) returns table (occurrence_date date, class_schedule_id uuid, outcome text)
language sql set search_path = '' as $$
  select * from private.generate_class_schedules(class_series_id, until_day, from_day)
$$;
comment on function public.generate_class_schedules(uuid, date, date) is
  'Puts the classes of a series on the timetable.';
create function public.split_class_series(class_series_id uuid, from_day date, changes jsonb default '{}')
returns uuid
language sql set search_path = '' as $$ select private.split_class_series(class_series_id, from_day, changes) $$;
comment on function public.split_class_series(uuid, date, jsonb) is 'Changes a series from a day on.';

revoke all on function
  private.series_for_staff(uuid), private.generate_class_schedules(uuid, date, date),
  private.split_class_series(uuid, date, jsonb), private.apply_series_exception(), private.queue_closure(),
  private.apply_closure(),
  public.generate_class_schedules(uuid, date, date), public.split_class_series(uuid, date, jsonb)
  from public, anon, authenticated, service_role;
grant execute on function
  private.generate_class_schedules(uuid, date, date), private.split_class_series(uuid, date, jsonb),
  public.generate_class_schedules(uuid, date, date), public.split_class_series(uuid, date, jsonb)
  to authenticated, service_role;
