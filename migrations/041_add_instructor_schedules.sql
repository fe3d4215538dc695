-- When instructors can teach, and what: their weekly hours, time off, and the class types they are trained for.
-- Weekly hours bind substitutes; planned classes may lie outside them. Time off binds everybody.

create table public.instructor_class_types (
  id uuid primary key default gen_random_uuid(),
  instructor_id uuid not null references public.instructors (id) on delete cascade,
  class_type_id uuid not null references public.class_types (id) on delete cascade,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  unique (instructor_id, class_type_id)
);
comment on table public.instructor_class_types is
  'What an instructor is trained for. Who has no row here may teach everything.';
comment on column public.instructor_class_types.instructor_id is 'Who.';
comment on column public.instructor_class_types.class_type_id is 'What.';

create table public.instructor_availability (
  id uuid primary key default gen_random_uuid(),
  instructor_id uuid not null references public.instructors (id) on delete cascade,
  location_id uuid references public.locations (id) on delete cascade,
  day_of_week smallint not null check (day_of_week between 0 and 6),
  start_time time not null,
  end_time time not null,
  effective_from date not null default current_date,
  effective_until date,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_availability_hours check (end_time > start_time),
  constraint check_availability_period check (effective_until >= effective_from)
);
comment on table public.instructor_availability is
  'Weekly hours in which an instructor may be asked to stand in. None: at any time.';
comment on column public.instructor_availability.instructor_id is 'Who.';
comment on column public.instructor_availability.location_id is 'Where; null for everywhere.';
comment on column public.instructor_availability.day_of_week is '0 is Sunday, 6 Saturday.';
comment on column public.instructor_availability.start_time is 'From, by the clock of the location.';
comment on column public.instructor_availability.end_time is 'To, the same day.';
comment on column public.instructor_availability.effective_from is 'First day it holds.';
comment on column public.instructor_availability.effective_until is 'Last day it holds; null for no end.';

create table public.instructor_time_off (
  id uuid primary key default gen_random_uuid(),
  instructor_id uuid not null references public.instructors (id) on delete cascade,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  reason text,
  status text not null default 'requested' check (status in ('requested', 'approved', 'declined', 'cancelled')),
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_time_off_period check (ends_at > starts_at),
  constraint instructor_time_off_once exclude using gist (
    int8range(uuid_hash_extended(instructor_id, 0), uuid_hash_extended(instructor_id, 0), '[]') with &&,
    tstzrange(starts_at, ends_at) with &&
  ) where (status in ('requested', 'approved'))
);
comment on table public.instructor_time_off is 'When an instructor is away. Once approved, no class is theirs then.';
comment on column public.instructor_time_off.instructor_id is 'Who.';
comment on column public.instructor_time_off.starts_at is 'From.';
comment on column public.instructor_time_off.ends_at is 'Until.';
comment on column public.instructor_time_off.reason is 'Why, for the studio.';
comment on column public.instructor_time_off.status is
  'requested by the instructor, then approved or declined by staff; cancelled by either.';

create trigger same_organization
  before insert or update of instructor_id, class_type_id on public.instructor_class_types
  for each row execute function private.assert_same_organization(
    'instructor_id:instructors', 'class_type_id:class_types'
  );
create trigger same_organization
  before insert or update of instructor_id, location_id on public.instructor_availability
  for each row execute function private.assert_same_organization('instructor_id:instructors', 'location_id:locations');

create index idx_instructor_class_types_class_type on public.instructor_class_types (class_type_id);
create index idx_instructor_class_types_created_by on public.instructor_class_types (created_by);
create index idx_instructor_class_types_updated_by on public.instructor_class_types (updated_by);
create index idx_instructor_availability_instructor on public.instructor_availability (instructor_id);
create index idx_instructor_availability_location on public.instructor_availability (location_id);
create index idx_instructor_availability_created_by on public.instructor_availability (created_by);
create index idx_instructor_availability_updated_by on public.instructor_availability (updated_by);
create index idx_instructor_time_off_instructor on public.instructor_time_off (instructor_id, starts_at);
create index idx_instructor_time_off_created_by on public.instructor_time_off (created_by);
create index idx_instructor_time_off_updated_by on public.instructor_time_off (updated_by);
select private.stamp_tables('instructor_class_types', 'instructor_availability', 'instructor_time_off');

alter table public.instructor_class_types enable row level security;
alter table public.instructor_availability enable row level security;
alter table public.instructor_time_off enable row level security;
revoke all on public.instructor_class_types, public.instructor_availability, public.instructor_time_off
  from anon, authenticated, service_role;
grant select, insert, update, delete
  on public.instructor_class_types, public.instructor_availability, public.instructor_time_off to service_role;

-- Whether an instructor could stand in: on duty, trained, within the weekly hours, and not away. That they teach
-- elsewhere at the time is the exclusion constraint's to say.
create function private.instructor_may_take(instructor uuid, class public.class_schedules) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (select from public.instructors i where i.id = instructor and i.is_active and i.is_available)
    and (
      not exists (select from public.instructor_class_types t where t.instructor_id = instructor and t.is_active)
      or exists (
        select from public.instructor_class_types t
        where t.instructor_id = instructor and t.class_type_id = class.class_type_id and t.is_active
      )
    )
    and (
      not exists (select from public.instructor_availability a where a.instructor_id = instructor and a.is_active)
      or exists (
        select from public.instructor_availability a
        where a.instructor_id = instructor and a.is_active
          and coalesce(a.location_id, class.location_id) = class.location_id
          and a.day_of_week = extract(dow from class.scheduled_date)
          and a.start_time <= class.start_time and a.end_time >= class.end_time
          and class.scheduled_date >= a.effective_from
          and class.scheduled_date <= coalesce(a.effective_until, class.scheduled_date)
      )
    )
$$;
comment on function private.instructor_may_take(uuid, public.class_schedules) is
  'Whether an instructor is on duty, trained and within weekly hours for a class.';

-- Both sides lock the instructor, so that a class and time off that are made at once see each other, and two classes
-- stand in line instead of each waiting for the other to give way.
create function private.check_class_instructor() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  teacher uuid := coalesce(new.substitute_instructor_id, new.instructor_id);
begin
  if new.status <> 'scheduled' then
    return new;
  end if;
  perform from public.instructors i where i.id = teacher for no key update;
  if exists (
    select from public.instructor_time_off t
    where t.instructor_id = teacher and t.status = 'approved'
      and t.starts_at < (new.scheduled_date + new.end_time) at time zone new.time_zone
      and t.ends_at > (new.scheduled_date + new.start_time) at time zone new.time_zone
  ) then
    raise exception 'the instructor is away then'
      using errcode = 'exclusion_violation', table = 'class_schedules', constraint = 'check_instructor_time_off';
  end if;
  if new.substitute_instructor_id is not null
    and (tg_op = 'INSERT' or new.substitute_instructor_id is distinct from old.substitute_instructor_id)
    and not private.instructor_may_take(new.substitute_instructor_id, new)
  then
    raise exception 'the substitute is not available for this class'
      using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_substitute_available';
  end if;
  return new;
end
$$;
comment on function private.check_class_instructor() is
  'Trigger: nobody teaches while away, and a substitute can take the class.';

-- After place_class and place_in_room, by the alphabet: it needs the time zone that they fill in.
create trigger zz_check_class_instructor
  before insert or update of instructor_id, substitute_instructor_id, scheduled_date, start_time, end_time, status
  on public.class_schedules
  for each row execute function private.check_class_instructor();

create function private.check_time_off() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform from public.instructors i where i.id = new.instructor_id for no key update;
  if new.status = 'approved' and exists (
    select from public.class_schedules s
    where s.effective_instructor_id = new.instructor_id and s.status = 'scheduled'
      and s.starts_at < new.ends_at and s.ends_at > new.starts_at
  ) then
    raise exception 'the instructor teaches then'
      using errcode = 'exclusion_violation', table = 'instructor_time_off', constraint = 'check_instructor_time_off',
        hint = 'find substitutes, or cancel the classes, first';
  end if;
  return new;
end
$$;
comment on function private.check_time_off() is
  'Trigger: time off is approved once nobody waits for the instructor then.';

create trigger check_time_off
  before insert or update of instructor_id, starts_at, ends_at, status on public.instructor_time_off
  for each row execute function private.check_time_off();

revoke all on function
  private.instructor_may_take(uuid, public.class_schedules), private.check_class_instructor(), private.check_time_off()
  from public;
