-- The yoga studio: instructors, classes, members, bookings, packages.

create table public.instructors (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth.users (id) on delete set null,
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
  updated_at timestamp with time zone not null default now()
);
comment on table public.instructors is 'Who teaches. Their contact and pay are not public.';
create unique index instructors_email_key on public.instructors (lower(email));

create table public.class_types (
  id uuid primary key default gen_random_uuid(),
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
  updated_at timestamp with time zone not null default now()
);
comment on table public.class_types is 'The kinds of class on offer.';

create table public.class_schedules (
  id uuid primary key default gen_random_uuid(),
  class_type_id uuid not null references public.class_types (id),
  instructor_id uuid not null references public.instructors (id),
  room_name text,
  scheduled_date date not null,
  start_time time not null,
  end_time time not null,
  time_zone text not null default 'UTC', -- in which the date and the times are meant
  max_participants integer not null check (max_participants > 0),
  current_bookings integer not null default 0 check (current_bookings >= 0),
  waitlist_count integer not null default 0 check (waitlist_count >= 0),
  status text not null default 'scheduled' check (status in ('scheduled', 'cancelled', 'completed')),
  substitute_instructor_id uuid references public.instructors (id),
  special_notes text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint check_class_times check (end_time > start_time),
  -- Against the row's own birth, not against today: a class must stay changeable, and restorable, once it is past.
  -- Moving it into the past later on is refused by a trigger (006).
  constraint check_schedule_future_date check (scheduled_date >= (created_at at time zone time_zone)::date),
  constraint check_booking_capacity check (current_bookings <= max_participants),
  -- Equality as overlap of ranges of one 64-bit hash: what every server can index, without the btree_gist extension,
  -- which a rollback could not tell from one that was there before.
  constraint class_schedules_one_class_per_instructor exclude using gist (
    int8range(
      uuid_hash_extended(coalesce(substitute_instructor_id, instructor_id), 0),
      uuid_hash_extended(coalesce(substitute_instructor_id, instructor_id), 0),
      '[]'
    ) with &&,
    tsrange(scheduled_date + start_time, scheduled_date + end_time) with &&
  ) where (status <> 'cancelled'),
  constraint class_schedules_one_class_per_room exclude using gist (
    int8range(hashtextextended(room_name, 0), hashtextextended(room_name, 0), '[]') with &&,
    tsrange(scheduled_date + start_time, scheduled_date + end_time) with &&
  ) where (status <> 'cancelled' and room_name is not null)
);
comment on table public.class_schedules is 'One class on one day. Its counters are kept by the bookings.';

create table public.members (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth.users (id) on delete set null,
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
  constraint check_membership_dates check (membership_end_date >= membership_start_date)
);
comment on table public.members is 'Who practises here. Medical notes are for the studio''s staff alone.';
create unique index members_email_key on public.members (lower(email));

create table public.bookings (
  id uuid primary key default gen_random_uuid(),
  member_id uuid not null references public.members (id),
  class_schedule_id uuid not null references public.class_schedules (id),
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
  constraint check_waitlist_status check (booking_type <> 'waitlist' or status in ('confirmed', 'cancelled'))
);
comment on table public.bookings is 'Seats and waiting places in a class. A waiting place is booking_type waitlist.';
-- Prevent double booking; a cancelled one is history, and the member may book again.
create unique index bookings_member_id_class_schedule_id_key
  on public.bookings (member_id, class_schedule_id) where status <> 'cancelled';

create table public.membership_packages (
  id uuid primary key default gen_random_uuid(),
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
  updated_at timestamp with time zone not null default now()
);
comment on table public.membership_packages is 'What a membership costs and holds.';

create trigger update_instructors_updated_at
  before update on public.instructors
  for each row execute function public.update_updated_at_column();
create trigger update_class_types_updated_at
  before update on public.class_types
  for each row execute function public.update_updated_at_column();
create trigger update_class_schedules_updated_at
  before update on public.class_schedules
  for each row execute function public.update_updated_at_column();
create trigger update_members_updated_at
  before update on public.members
  for each row execute function public.update_updated_at_column();
create trigger update_bookings_updated_at
  before update on public.bookings
  for each row execute function public.update_updated_at_column();
create trigger update_membership_packages_updated_at
  before update on public.membership_packages
  for each row execute function public.update_updated_at_column();

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
