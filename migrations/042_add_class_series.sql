-- Recurring classes: the rule by which they come back, and the days on which it does not hold.
-- The rule is RFC 5545's, of it what a timetable needs: FREQ=WEEKLY with INTERVAL, BYDAY, WKST, and UNTIL or COUNT; or
-- FREQ=MONTHLY with BYDAY=1SU for the first Sunday, -1FR for the last Friday.
-- The table is new, or small, where this runs: the project is installed as a whole.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, disallowed-unique-constraint

create function private.read_rrule(
  rule text, out every integer, out days integer[], out places integer[], out until_day date, out times integer,
  out week_start integer
)
language plpgsql immutable set search_path = '' as $$
declare
  names constant text[] := array['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA']; -- as extract(dow) counts, from 1
  part text;
  word text;
  value text;
  seen text[] := array[]::text[];
  monthly boolean := false;
begin
  every := 1;
  week_start := 1;
  foreach part in array string_to_array(regexp_replace(upper(rule), '^RRULE:', ''), ';') loop
    word := split_part(part, '=', 1);
    value := split_part(part, '=', 2);
    if word = any (seen) then
      raise exception 'recurrence rule "%": % is given twice', rule, word using errcode = 'invalid_parameter_value';
    end if;
    seen := seen || word;
    if word = 'FREQ' and value in ('WEEKLY', 'MONTHLY') then
      monthly := value = 'MONTHLY';
    elsif word = 'INTERVAL' and value ~ '^[1-9]\d?$' then
      every := value::integer;
    elsif word = 'COUNT' and value ~ '^[1-9]\d{0,3}$' then
      times := value::integer;
    elsif word = 'UNTIL' and value ~ '^\d{8}$' then
      until_day := to_date(value, 'YYYYMMDD');
    elsif word = 'WKST' and value = any (names) then
      week_start := array_position(names, value) - 1;
    elsif word = 'BYDAY' and value ~ (
      case
        -- Read before FREQ, it is of the frequency that the whole rule names.
        when rule ~* 'FREQ=MONTHLY' then '^(-1|[1-4])(SU|MO|TU|WE|TH|FR|SA)(,(-1|[1-4])(SU|MO|TU|WE|TH|FR|SA))*$'
        else '^(SU|MO|TU|WE|TH|FR|SA)(,(SU|MO|TU|WE|TH|FR|SA))*$'
      end
    ) then
      days := array(select array_position(names, right(d, 2)) - 1 from unnest(string_to_array(value, ',')) d);
      places := array(select nullif(left(d, -2), '')::integer from unnest(string_to_array(value, ',')) d);
    else
      raise exception 'recurrence rule "%": "%" is not understood', rule, part
        using errcode = 'invalid_parameter_value',
          hint = 'such as FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20261231, or COUNT=10 instead of UNTIL, '
            || 'or FREQ=MONTHLY;BYDAY=1SU';
    end if;
  end loop;
  if monthly and days is null then
    raise exception 'recurrence rule "%" needs BYDAY, as in FREQ=MONTHLY;BYDAY=1SU', rule
      using errcode = 'invalid_parameter_value';
  elsif not monthly then
    places := null;
  end if;
  if not 'FREQ' = any (seen) or (times is not null and until_day is not null) then
    raise exception 'recurrence rule "%" needs FREQ, and not both of UNTIL and COUNT', rule
      using errcode = 'invalid_parameter_value';
  end if;
end
$$;
comment on function private.read_rrule(text) is
  'The parts of a recurrence rule; places is set for a monthly one. Refuses what it does not understand.';

-- A rule without an end is walked no further than it is asked.
create function private.rrule_dates(rule text, first_day date, from_day date, to_day date) returns setof date
language sql immutable set search_path = '' as $$
  select d.day
  from (
    select day::date as day, r.times, row_number() over (order by day) as place
    from private.read_rrule(rule) r
    cross join generate_series(
      first_day::timestamp, least(to_day, r.until_day)::timestamp, interval '1 day'
    ) day
    where case
      when r.places is null then
        extract(dow from day)::integer = any (coalesce(r.days, array[extract(dow from first_day)::integer]))
        -- Weeks are counted from the start of that of the first day.
        and (
          (day::date - first_day) + (extract(dow from first_day)::integer - r.week_start + 7) % 7
        ) / 7 % r.every = 0
      else
        exists (
          select from unnest(r.days, r.places) as d (weekday, place)
          where d.weekday = extract(dow from day) and case d.place
            when -1 then date_trunc('month', day + interval '7 days') > date_trunc('month', day)
            else (extract(day from day)::integer + 6) / 7 = d.place
          end
        )
        and (
          extract(year from day)::integer * 12 + extract(month from day)::integer
          - extract(year from first_day)::integer * 12 - extract(month from first_day)::integer
        ) % r.every = 0
    end
  ) d
  where d.day >= from_day and d.place <= coalesce(d.times, d.place)
  order by d.day
$$;
comment on function private.rrule_dates(text, date, date, date) is 'The days of a recurrence rule in a window.';

create table public.class_series (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  class_type_id uuid not null references public.class_types (id),
  instructor_id uuid not null references public.instructors (id),
  room_id uuid,
  rrule text not null check ((private.read_rrule(rrule)).every is not null),
  dtstart date not null,
  start_time time not null,
  end_time time not null,
  max_participants integer check (max_participants > 0),
  waitlist_capacity integer check (waitlist_capacity >= 0),
  special_notes text,
  generated_until date,
  split_from_id uuid references public.class_series (id) on delete set null,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_series_times check (end_time > start_time),
  foreign key (location_id, room_id) references public.rooms (location_id, id)
);
comment on table public.class_series is
  'Classes that come back by a rule. generate_class_schedules puts them on the timetable.';
comment on column public.class_series.location_id is 'Where, and by which clock.';
comment on column public.class_series.class_type_id is 'What is taught.';
comment on column public.class_series.instructor_id is 'Who teaches.';
comment on column public.class_series.room_id is 'In which room.';
comment on column public.class_series.rrule is
  'RFC 5545: FREQ=WEEKLY with INTERVAL, BYDAY, WKST, and UNTIL or COUNT; or FREQ=MONTHLY with BYDAY=1SU.';
comment on column public.class_series.dtstart is 'The day from which the rule counts.';
comment on column public.class_series.start_time is 'When it begins, by the clock of the location, summer and winter.';
comment on column public.class_series.end_time is 'When it ends.';
comment on column public.class_series.max_participants is 'Seats; null for those of the class type.';
comment on column public.class_series.waitlist_capacity is 'Places on the waitlist; null for those of the location.';
comment on column public.class_series.special_notes is 'What the timetable adds.';
comment on column public.class_series.generated_until is 'Up to which day it is on the timetable.';
comment on column public.class_series.split_from_id is 'The series that it continues with changes.';

create table public.class_series_exceptions (
  id uuid primary key default gen_random_uuid(),
  class_series_id uuid not null references public.class_series (id) on delete cascade,
  occurrence_date date not null,
  exception_type text not null check (exception_type in ('cancelled', 'moved', 'extra')),
  new_date date,
  new_start_time time,
  new_end_time time,
  new_instructor_id uuid references public.instructors (id),
  new_room_id uuid references public.rooms (id),
  new_max_participants integer check (new_max_participants > 0),
  reason text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint class_series_exceptions_once unique (class_series_id, occurrence_date),
  constraint check_exception_times check (new_end_time > new_start_time),
  constraint check_exception_shape check (
    exception_type <> 'cancelled' or num_nonnulls(
      new_date, new_start_time, new_end_time, new_instructor_id, new_room_id, new_max_participants
    ) = 0
  )
);
comment on table public.class_series_exceptions is
  'The days on which a series differs from its rule, like EXDATE, RECURRENCE-ID and RDATE of RFC 5545.';
comment on column public.class_series_exceptions.class_series_id is 'The series.';
comment on column public.class_series_exceptions.occurrence_date is
  'The day by the rule, which names the class for good; of an extra one, its own day.';
comment on column public.class_series_exceptions.exception_type is
  'cancelled, moved (anything about it is different) or extra.';
comment on column public.class_series_exceptions.new_date is 'The day instead.';
comment on column public.class_series_exceptions.new_start_time is 'The hour instead.';
comment on column public.class_series_exceptions.new_end_time is 'The end instead.';
comment on column public.class_series_exceptions.new_instructor_id is 'Who stands in.';
comment on column public.class_series_exceptions.new_room_id is 'The room instead.';
comment on column public.class_series_exceptions.new_max_participants is 'The seats instead.';
comment on column public.class_series_exceptions.reason is 'What members are told.';

create table public.location_closures (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id) on delete cascade,
  starts_on date not null,
  ends_on date not null,
  reason text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_closure_period check (ends_on >= starts_on),
  constraint location_closures_once exclude using gist (
    int8range(uuid_hash_extended(location_id, 0), uuid_hash_extended(location_id, 0), '[]') with &&,
    daterange(starts_on, ends_on, '[]') with &&
  )
);
comment on table public.location_closures is
  'Holidays: days without classes. Those on the timetable already are cancelled.';
comment on column public.location_closures.location_id is 'Where.';
comment on column public.location_closures.starts_on is 'First day.';
comment on column public.location_closures.ends_on is 'Last day.';
comment on column public.location_closures.reason is 'What members are told.';

alter table public.class_schedules
  add column class_series_id uuid references public.class_series (id) on delete set null,
  add column occurrence_date date,
  add column waitlist_capacity integer check (waitlist_capacity >= 0),
  add column cancelled_at timestamp with time zone,
  add column cancellation_reason text,
  add constraint class_schedules_occurrence_once unique (class_series_id, occurrence_date);
comment on column public.class_schedules.class_series_id is 'The series it comes from.';
comment on column public.class_schedules.occurrence_date is 'The day by the rule of the series, whatever became of it.';
comment on column public.class_schedules.waitlist_capacity is 'Places on the waitlist; null for those of the location.';
comment on column public.class_schedules.cancelled_at is 'When it was cancelled.';
comment on column public.class_schedules.cancellation_reason is 'What members were told.';

create trigger same_organization
  before insert or update of location_id, class_type_id, instructor_id on public.class_series
  for each row execute function private.assert_same_organization(
    'location_id:locations', 'class_type_id:class_types', 'instructor_id:instructors'
  );
create trigger same_organization
  before insert or update of class_series_id, new_instructor_id, new_room_id on public.class_series_exceptions
  for each row execute function private.assert_same_organization(
    'class_series_id:class_series', 'new_instructor_id:instructors', 'new_room_id:rooms'
  );

create index idx_class_series_location on public.class_series (location_id, room_id);
create index idx_class_series_class_type on public.class_series (class_type_id);
create index idx_class_series_instructor on public.class_series (instructor_id);
create index idx_class_series_split_from on public.class_series (split_from_id);
create index idx_class_series_created_by on public.class_series (created_by);
create index idx_class_series_updated_by on public.class_series (updated_by);
create index idx_class_series_exceptions_instructor on public.class_series_exceptions (new_instructor_id);
create index idx_class_series_exceptions_room on public.class_series_exceptions (new_room_id);
create index idx_class_series_exceptions_created_by on public.class_series_exceptions (created_by);
create index idx_class_series_exceptions_updated_by on public.class_series_exceptions (updated_by);
create index idx_location_closures_location on public.location_closures (location_id, starts_on);
create index idx_location_closures_created_by on public.location_closures (created_by);
create index idx_location_closures_updated_by on public.location_closures (updated_by);
select private.stamp_tables('class_series', 'class_series_exceptions', 'location_closures');

alter table public.class_series enable row level security;
alter table public.class_series_exceptions enable row level security;
alter table public.location_closures enable row level security;
revoke all on public.class_series, public.class_series_exceptions, public.location_closures
  from anon, authenticated, service_role;
grant select, insert, update, delete
  on public.class_series, public.class_series_exceptions, public.location_closures to service_role;
revoke all on function private.read_rrule(text), private.rrule_dates(text, date, date, date) from public;
grant execute on function private.read_rrule(text) to authenticated, service_role; -- the check of class_series
