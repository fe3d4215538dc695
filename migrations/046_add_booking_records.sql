-- What a booking remembers of its price, its credit and its wait, and the history of each.
-- The table is new, or small, where this runs: the project is installed as a whole.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, require-concurrent-index-creation

create sequence private.waitlist_seq as bigint;

alter table public.bookings
  add column member_package_id uuid references public.member_packages (id),
  add column credits_used smallint not null default 0 check (credits_used in (0, 1)),
  add column amount_due decimal(10,2) not null default 0 check (amount_due >= 0),
  add column waitlist_seq bigint,
  add column promoted_at timestamp with time zone,
  add column is_late_cancel boolean not null default false;
comment on column public.bookings.member_package_id is 'The package that pays for the seat.';
comment on column public.bookings.credits_used is
  'Credits that the seat holds: 0 or 1, as its entries in the ledger add up to.';
comment on column public.bookings.amount_due is 'What the seat costs where no package pays for it.';
comment on column public.bookings.waitlist_seq is
  'The order in which people began to wait; drawn while the class is locked.';
comment on column public.bookings.promoted_at is 'When a seat became free for who waited.';
comment on column public.bookings.is_late_cancel is
  'Whether it was cancelled within the location''s cancellation window.';

-- Those who wait already keep their order.
update public.bookings b
set waitlist_seq = place.number
from (
  select w.id, nextval('private.waitlist_seq') as number
  from (
    select id from public.bookings where booking_type = 'waitlist' order by created_at, id
  ) w
) place
where b.id = place.id;
alter table public.bookings
  add constraint check_waitlist_order check (booking_type <> 'waitlist' or waitlist_seq is not null);

-- So that asking who stays away reads members, and not all that they ever booked.
alter table public.members
  add column last_attended_at timestamp with time zone,
  add column streak_weeks integer not null default 0 check (streak_weeks >= 0);
comment on column public.members.last_attended_at is 'When they came last; kept by the bookings.';
comment on column public.members.streak_weeks is
  'How many weeks in a row they had come when they came last; kept by the bookings.';

create table public.booking_events (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity,
  booking_id uuid not null references public.bookings (id) on delete cascade,
  location_id uuid not null references public.locations (id),
  event_type text not null check (event_type in (
    'booked', 'waitlisted', 'promoted', 'cancelled', 'late_cancelled', 'checked_in', 'no_show', 'corrected'
  )),
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null
);
comment on table public.booking_events is 'What happened to each booking, append-only.';
comment on column public.booking_events.seq is 'The order of what happened.';
comment on column public.booking_events.booking_id is 'To which booking.';
comment on column public.booking_events.location_id is 'Where.';
comment on column public.booking_events.event_type is 'What; corrected takes attended or no_show back.';

create index idx_members_last_attended on public.members (home_location_id, last_attended_at);
create index idx_bookings_member_package on public.bookings (member_package_id);
create index idx_bookings_waitlist on public.bookings (class_schedule_id, waitlist_seq)
  where booking_type = 'waitlist' and status = 'confirmed';
create index idx_booking_events_booking on public.booking_events (booking_id, seq);
create index idx_booking_events_location on public.booking_events (location_id);
create index idx_booking_events_created_by on public.booking_events (created_by);
select private.seal_tables('booking_events');

alter table public.booking_events enable row level security;
revoke all on public.booking_events from anon, authenticated, service_role;
revoke all on sequence public.booking_events_seq_seq from anon, authenticated, service_role;
grant select, insert on public.booking_events to service_role;
