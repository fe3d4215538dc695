-- The yoga studio: instructors, classes, members, bookings, packages.

create table public.instructors (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  user_id uuid references auth.users (id) on delete set null,
  first_name text not null,
  last_name text not null,
  email text not null,
  phone text,
  bio text,
  certifications text[],
  specialties text[],
  experience_years integer check (experience_years >= 0),
  hourly_rate decimal(10,2) check (hourly_rate >= 0),
  profile_image_url text,
  is_available boolean not null default true,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint instructors_user_id_key unique (user_id, organization_id)
);
comment on table public.instructors is 'Who teaches. Their contact and pay are not public.';
create unique index instructors_email_key on public.instructors (organization_id, lower(email));

create table public.class_types (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  name text not null,
  description text,
  duration integer not null check (duration > 0), -- minutes
  difficulty_level text check (difficulty_level in ('beginner', 'intermediate', 'advanced', 'all_levels')),
  max_participants integer not null check (max_participants > 0),
  price decimal(10,2) not null check (price >= 0),
  equipment_needed text[],
  prerequisites text[],
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.class_types is 'The kinds of class on offer.';

create table public.class_schedules (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  class_type_id uuid not null references public.class_types (id),
  instructor_id uuid not null references public.instructors (id),
  room_name text,
  scheduled_date date not null,
  start_time time not null,
  end_time time not null,
  time_zone text not null, -- in which the date and the times are meant: its location's, unless the writer says so (006)
  max_participants integer not null check (max_participants > 0),
  current_bookings integer not null default 0 check (current_bookings >= 0),
  waitlist_count integer not null default 0 check (waitlist_count >= 0),
  status text not null default 'scheduled' check (status in ('scheduled', 'cancelled', 'completed')),
  substitute_instructor_id uuid references public.instructors (id),
  special_notes text,
  -- What the clock's times are as instants, and who really teaches: read often, and indexed.
  starts_at timestamp with time zone generated always as ((scheduled_date + start_time) at time zone time_zone) stored,
  ends_at timestamp with time zone generated always as ((scheduled_date + end_time) at time zone time_zone) stored,
  effective_instructor_id uuid generated always as (coalesce(substitute_instructor_id, instructor_id)) stored,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_class_times check (end_time > start_time),
  -- Where clocks go forward, an hour of the night does not exist: no class ends before it begins.
  constraint check_class_times_exist check (ends_at > starts_at),
  -- Against the row's own birth, not against today: a class must stay changeable, and restorable, once it is past.
  -- Moving it into the past later on is refused by a trigger (006).
  constraint check_schedule_future_date check (scheduled_date >= (created_at at time zone time_zone)::date),
  constraint check_booking_capacity check (current_bookings <= max_participants),
  -- Equality as overlap of ranges of one 64-bit hash: what every server can index, without the btree_gist extension,
  -- which a rollback could not tell from one that was there before.
  constraint class_schedules_one_class_per_instructor exclude using gist (
    int8range(
      uuid_hash_extended(effective_instructor_id, 0), uuid_hash_extended(effective_instructor_id, 0), '[]'
    ) with &&,
    tstzrange(starts_at, ends_at) with && -- instants: one may teach in two time zones
  ) where (status <> 'cancelled'),
  constraint class_schedules_one_class_per_room exclude using gist (
    int8range(
      hashtextextended(room_name, uuid_hash_extended(location_id, 0)),
      hashtextextended(room_name, uuid_hash_extended(location_id, 0)),
      '[]'
    ) with &&,
    tstzrange(starts_at, ends_at) with &&
  ) where (status <> 'cancelled' and room_name is not null)
);
comment on table public.class_schedules is 'One class on one day. Its counters are kept by the bookings.';

create table public.members (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  home_location_id uuid not null default private.default_location_id(),
  user_id uuid references auth.users (id) on delete set null,
  first_name text not null,
  last_name text not null,
  email text not null,
  phone text,
  date_of_birth date,
  emergency_contact_name text,
  emergency_contact_phone text,
  medical_conditions text,
  experience_level text check (experience_level in ('beginner', 'intermediate', 'advanced')),
  membership_type text,
  membership_status text not null default 'active' check (membership_status in ('active', 'suspended', 'cancelled')),
  membership_start_date date,
  membership_end_date date,
  classes_remaining integer not null default 0 check (classes_remaining >= 0), -- for package deals
  total_classes_attended integer not null default 0 check (total_classes_attended >= 0),
  preferences jsonb, -- favorite instructors, class types, etc.
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint members_user_id_key unique (user_id, organization_id),
  foreign key (organization_id, home_location_id) references public.locations (organization_id, id),
  constraint check_membership_dates check (membership_end_date >= membership_start_date)
);
comment on table public.members is 'Who practises here.';
create unique index members_email_key on public.members (organization_id, lower(email));

create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  member_id uuid not null references public.members (id),
  class_schedule_id uuid not null references public.class_schedules (id),
  location_id uuid not null references public.locations (id), -- its class's, by trigger
  booking_type text not null default 'regular' check (booking_type in ('regular', 'waitlist', 'drop_in')),
  status text not null default 'confirmed' check (status in ('confirmed', 'cancelled', 'no_show', 'attended')),
  payment_status text not null default 'pending' check (payment_status in ('pending', 'paid', 'refunded')),
  amount_paid decimal(10,2) check (amount_paid >= 0),
  payment_method text,
  booking_notes text,
  cancelled_at timestamp with time zone,
  cancellation_reason text,
  checked_in_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_waitlist_status check (booking_type <> 'waitlist' or status in ('confirmed', 'cancelled'))
);
comment on table public.bookings is 'Seats and waiting places in a class. A waiting place is booking_type waitlist.';
-- Prevent double booking; a cancelled one is history, and the member may book again.
create unique index bookings_member_id_class_schedule_id_key
  on public.bookings (member_id, class_schedule_id) where status <> 'cancelled';

create table public.membership_packages (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid not null default private.default_organization_id() references public.organizations (id),
  name text not null,
  description text,
  price decimal(10,2) not null check (price >= 0),
  billing_cycle text check (billing_cycle in ('monthly', 'quarterly', 'annually', 'one_time')),
  classes_included integer check (classes_included > 0), -- null for unlimited
  validity_days integer check (validity_days > 0), -- how long the package is valid
  can_freeze boolean not null default false,
  max_freeze_days integer not null default 0 check (max_freeze_days >= 0),
  auto_renew boolean not null default false,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.membership_packages is 'What a membership costs and holds.';

comment on column public.instructors.organization_id is 'Whose it is.';
comment on column public.instructors.user_id is 'The account they sign in with; null for somebody without one.';
comment on column public.instructors.first_name is 'Given name, public.';
comment on column public.instructors.last_name is 'Family name, public.';
comment on column public.instructors.email is 'Address for the studio''s mail, not public.';
comment on column public.instructors.phone is 'Number for the studio''s calls, not public.';
comment on column public.instructors.bio is 'What the public reads about them.';
comment on column public.instructors.certifications is 'Trainings they hold.';
comment on column public.instructors.specialties is 'Styles they are known for.';
comment on column public.instructors.experience_years is 'Years of teaching.';
comment on column public.instructors.hourly_rate is
  'Pay for an hour, in the currency of the place; for admins and themselves.';
comment on column public.instructors.profile_image_url is 'Picture on the timetable.';
comment on column public.instructors.is_available is
  'Whether they take classes at present; one who does not is offered no substitution.';

comment on column public.class_types.organization_id is 'Whose it is.';
comment on column public.class_types.name is 'What the timetable calls it.';
comment on column public.class_types.description is 'What to expect.';
comment on column public.class_types.duration is 'Minutes.';
comment on column public.class_types.difficulty_level is 'Whom it suits.';
comment on column public.class_types.max_participants is 'Seats, where the class itself does not say otherwise.';
comment on column public.class_types.price is 'Price of a seat without a package.';
comment on column public.class_types.equipment_needed is 'What to bring, or to lay out.';
comment on column public.class_types.prerequisites is 'What one should have done before.';

comment on column public.class_schedules.location_id is 'The studio that holds it.';
comment on column public.class_schedules.class_type_id is 'What is taught.';
comment on column public.class_schedules.instructor_id is 'Who was planned to teach.';
comment on column public.class_schedules.room_name is 'Where, as the timetable shows it.';
comment on column public.class_schedules.scheduled_date is 'The day, by the clock of time_zone.';
comment on column public.class_schedules.start_time is 'When it begins, by the clock of time_zone.';
comment on column public.class_schedules.end_time is 'When it ends, the same day.';
comment on column public.class_schedules.time_zone is 'IANA zone in which the day and the hours are meant.';
comment on column public.class_schedules.max_participants is 'Seats.';
comment on column public.class_schedules.current_bookings is 'Seats taken; kept by the bookings.';
comment on column public.class_schedules.waitlist_count is 'People waiting; kept by the bookings.';
comment on column public.class_schedules.status is 'scheduled, cancelled or completed.';
comment on column public.class_schedules.substitute_instructor_id is
  'Who teaches instead; null when the planned one does.';
comment on column public.class_schedules.special_notes is 'What the timetable adds.';
comment on column public.class_schedules.starts_at is 'When it begins.';
comment on column public.class_schedules.ends_at is 'When it ends.';
comment on column public.class_schedules.effective_instructor_id is
  'Who teaches it: the substitute, or else the planned one.';

comment on column public.members.organization_id is 'Whose it is.';
comment on column public.members.home_location_id is 'The studio they belong to; its staff see the row.';
comment on column public.members.user_id is 'The account they sign in with; null for somebody without one.';
comment on column public.members.first_name is 'Given name.';
comment on column public.members.last_name is 'Family name.';
comment on column public.members.email is 'Address; one person has one in an organization.';
comment on column public.members.phone is 'Number.';
comment on column public.members.date_of_birth is 'Day of birth.';
comment on column public.members.emergency_contact_name is 'Whom to call.';
comment on column public.members.emergency_contact_phone is 'On which number.';
comment on column public.members.medical_conditions is
  'Health notes, for their own place''s staff and the teacher of a class they come to.';
comment on column public.members.experience_level is 'Their own estimate.';
comment on column public.members.membership_type is 'Name of the best package that runs.';
comment on column public.members.membership_status is 'Only an active member books.';
comment on column public.members.membership_start_date is 'First day of that package.';
comment on column public.members.membership_end_date is 'Last day of that package; null while it renews.';
comment on column public.members.classes_remaining is
  'Credits left, over all packages; the balance of class_credit_transactions.';
comment on column public.members.total_classes_attended is 'Classes they came to; kept by the bookings.';
comment on column public.members.preferences is 'Favourite instructors, class types and the like.';

comment on column public.bookings.member_id is 'Who comes.';
comment on column public.bookings.class_schedule_id is 'To which class.';
comment on column public.bookings.location_id is 'The studio of its class.';
comment on column public.bookings.booking_type is
  'regular, drop_in (pays for this class alone) or waitlist (waits for a seat).';
comment on column public.bookings.status is
  'confirmed (of a waitlist: still waiting), attended, no_show, or cancelled, which is final.';
comment on column public.bookings.payment_status is 'Whether the seat is paid for.';
comment on column public.bookings.amount_paid is 'Money taken for this seat, less what was given back.';
comment on column public.bookings.payment_method is 'package, or how the money came.';
comment on column public.bookings.booking_notes is 'What the member wants known.';
comment on column public.bookings.cancelled_at is 'When it was cancelled.';
comment on column public.bookings.cancellation_reason is 'Why.';
comment on column public.bookings.checked_in_at is 'When they came in.';

comment on column public.membership_packages.organization_id is 'Whose it is.';
comment on column public.membership_packages.name is 'What it is sold as.';
comment on column public.membership_packages.description is 'What is in it.';
comment on column public.membership_packages.price is 'Price of a period.';
comment on column public.membership_packages.billing_cycle is 'How often it is paid for; null means once.';
comment on column public.membership_packages.classes_included is 'Classes in a period; null for as many as one likes.';
comment on column public.membership_packages.validity_days is
  'Days that a package paid once is good for; null for no end.';
comment on column public.membership_packages.can_freeze is 'Whether it may be interrupted.';
comment on column public.membership_packages.max_freeze_days is 'Days of interruption, in all.';
comment on column public.membership_packages.auto_renew is 'Whether a new period follows by itself.';

select private.stamp_tables(
  'instructors', 'class_types', 'class_schedules', 'members', 'bookings', 'membership_packages'
);

create trigger same_organization
  before insert or update of location_id, class_type_id, instructor_id, substitute_instructor_id
  on public.class_schedules
  for each row execute function private.assert_same_organization(
    'location_id:locations', 'class_type_id:class_types', 'instructor_id:instructors',
    'substitute_instructor_id:instructors'
  );

-- Foreign keys that no other index leads with.
create index idx_class_types_organization on public.class_types (organization_id);
create index idx_members_home_location on public.members (organization_id, home_location_id);
create index idx_membership_packages_organization on public.membership_packages (organization_id);
create index idx_instructors_created_by on public.instructors (created_by);
create index idx_instructors_updated_by on public.instructors (updated_by);
create index idx_class_types_created_by on public.class_types (created_by);
create index idx_class_types_updated_by on public.class_types (updated_by);
create index idx_class_schedules_created_by on public.class_schedules (created_by);
create index idx_class_schedules_updated_by on public.class_schedules (updated_by);
create index idx_members_created_by on public.members (created_by);
create index idx_members_updated_by on public.members (updated_by);
create index idx_bookings_created_by on public.bookings (created_by);
create index idx_bookings_updated_by on public.bookings (updated_by);
create index idx_membership_packages_created_by on public.membership_packages (created_by);
create index idx_membership_packages_updated_by on public.membership_packages (updated_by);

alter table public.instructors enable row level security;
alter table public.class_types enable row level security;
alter table public.class_schedules enable row level security;
alter table public.members enable row level security;
alter table public.bookings enable row level security;
alter table public.membership_packages enable row level security;

revoke all on
  public.instructors, public.class_types, public.class_schedules,
  public.members, public.bookings, public.membership_packages
  from anon, authenticated, service_role;
grant select, insert, update, delete on
  public.instructors, public.class_types, public.class_schedules,
  public.members, public.bookings, public.membership_packages
  to service_role;
