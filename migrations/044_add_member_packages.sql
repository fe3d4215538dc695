-- What members have bought, when it rests, and the ledger of their class credits.
-- The table is new, or small, where this runs: the project is installed as a whole.
-- squawk-ignore-file adding-foreign-key-constraint, constraint-missing-not-valid, disallowed-unique-constraint

alter table public.membership_packages
  add column tier text not null default 'standard' check (tier in ('trial', 'standard', 'plus', 'premium')),
  add column allowed_class_type_ids uuid[],
  add constraint check_package_freeze check (can_freeze or max_freeze_days = 0),
  add constraint check_package_renewal check (not auto_renew or billing_cycle <> 'one_time');
comment on column public.membership_packages.tier is 'trial, standard, plus or premium.';
comment on column public.membership_packages.allowed_class_type_ids is
  'The class types that it pays for; null for all.';

create table public.member_packages (
  id uuid primary key default gen_random_uuid(),
  member_id uuid not null references public.members (id),
  membership_package_id uuid not null references public.membership_packages (id),
  location_id uuid not null references public.locations (id),
  status text not null default 'pending' check (status in ('pending', 'active', 'past_due', 'expired', 'cancelled')),
  price decimal(10,2) not null check (price >= 0),
  billing_cycle text not null check (billing_cycle in ('monthly', 'quarterly', 'annually', 'one_time')),
  classes_per_period integer check (classes_per_period > 0),
  classes_remaining integer not null default 0 check (classes_remaining >= 0),
  starts_on date not null,
  expires_on date,
  billing_anchor date not null,
  current_period_end date,
  auto_renew boolean not null default false,
  activated_at timestamp with time zone,
  cancelled_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_member_package_period check (expires_on >= starts_on),
  constraint check_unlimited_without_credits check (classes_per_period is not null or classes_remaining = 0)
);
comment on table public.member_packages is
  'The packages of a member: one sold, or a subscription that renews. Written by functions only.';
comment on column public.member_packages.member_id is 'Whose.';
comment on column public.member_packages.membership_package_id is 'What was sold.';
comment on column public.member_packages.location_id is 'Where, and whose staff see it.';
comment on column public.member_packages.status is
  'pending until paid, active, past_due when a renewal is unpaid, expired, cancelled.';
comment on column public.member_packages.price is 'Price of a period, as sold.';
comment on column public.member_packages.billing_cycle is 'How often it is paid for, as sold.';
comment on column public.member_packages.classes_per_period is 'Credits of a period, as sold; null for unlimited.';
comment on column public.member_packages.classes_remaining is
  'Credits left of it; the balance of its class_credit_transactions.';
comment on column public.member_packages.starts_on is 'First day it is good for.';
comment on column public.member_packages.expires_on is 'Last day it is good for; null for no end.';
comment on column public.member_packages.billing_anchor is
  'The day from which periods are counted, so that the 31st is not lost in February.';
comment on column public.member_packages.current_period_end is
  'The day on which the next period begins; null when paid once.';
comment on column public.member_packages.auto_renew is 'Whether a next period will be invoiced.';
comment on column public.member_packages.activated_at is 'When it was first paid.';
comment on column public.member_packages.cancelled_at is 'When its end was decided.';

create table public.member_package_freezes (
  id uuid primary key default gen_random_uuid(),
  member_package_id uuid not null references public.member_packages (id) on delete cascade,
  starts_on date not null,
  ends_on date not null,
  reason text,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  constraint check_freeze_period check (ends_on >= starts_on),
  constraint member_package_freezes_once exclude using gist (
    int8range(uuid_hash_extended(member_package_id, 0), uuid_hash_extended(member_package_id, 0), '[]') with &&,
    daterange(starts_on, ends_on, '[]') with &&
  )
);
comment on table public.member_package_freezes is
  'Days on which a package rests; it lasts that much longer. Append-only.';
comment on column public.member_package_freezes.member_package_id is 'Which package.';
comment on column public.member_package_freezes.starts_on is 'First day.';
comment on column public.member_package_freezes.ends_on is 'Last day.';
comment on column public.member_package_freezes.reason is 'Why.';

create table public.class_credit_transactions (
  id uuid primary key default gen_random_uuid(),
  seq bigint generated always as identity,
  member_id uuid not null references public.members (id),
  member_package_id uuid references public.member_packages (id),
  transaction_type text not null
    check (transaction_type in ('grant', 'booking', 'booking_refund', 'expire', 'adjust')),
  credits integer not null check (credits <> 0),
  balance_after integer not null check (balance_after >= 0),
  booking_id uuid references public.bookings (id) on delete set null,
  reason text,
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  constraint check_credit_sign check (
    case
      when transaction_type in ('grant', 'booking_refund') then credits > 0
      when transaction_type in ('booking', 'expire') then credits < 0
      else true
    end
  )
);
comment on table public.class_credit_transactions is
  'The ledger of class credits, append-only. members.classes_remaining is its balance.';
comment on column public.class_credit_transactions.seq is 'The order of a member''s entries.';
comment on column public.class_credit_transactions.member_id is 'Whose credits.';
comment on column public.class_credit_transactions.member_package_id is 'Of which package; null for loose ones.';
comment on column public.class_credit_transactions.transaction_type is
  'grant, booking, booking_refund, expire or adjust.';
comment on column public.class_credit_transactions.credits is 'How many: added, or when negative taken.';
comment on column public.class_credit_transactions.balance_after is 'The member''s balance with this entry.';
comment on column public.class_credit_transactions.booking_id is 'For which booking.';
comment on column public.class_credit_transactions.reason is 'Why, where a person decided it.';

alter table public.invoices
  add column member_package_id uuid references public.member_packages (id),
  add constraint invoices_period_once unique (member_package_id, period_start);
comment on column public.invoices.member_package_id is
  'The package that it is for; one invoice for each of its periods.';

create trigger same_organization
  before insert or update of member_id, membership_package_id, location_id on public.member_packages
  for each row execute function private.assert_same_organization(
    'member_id:members', 'membership_package_id:membership_packages', 'location_id:locations'
  );

create index idx_member_packages_member on public.member_packages (member_id, status);
create index idx_member_packages_package on public.member_packages (membership_package_id);
create index idx_member_packages_location on public.member_packages (location_id);
create index idx_member_packages_due on public.member_packages (current_period_end)
  where status in ('active', 'past_due');
create index idx_member_packages_created_by on public.member_packages (created_by);
create index idx_member_packages_updated_by on public.member_packages (updated_by);
create index idx_member_package_freezes_package on public.member_package_freezes (member_package_id);
create index idx_member_package_freezes_created_by on public.member_package_freezes (created_by);
create index idx_class_credit_transactions_member on public.class_credit_transactions (member_id, seq desc);
create index idx_class_credit_transactions_package on public.class_credit_transactions (member_package_id);
create index idx_class_credit_transactions_booking on public.class_credit_transactions (booking_id);
create index idx_class_credit_transactions_created_by on public.class_credit_transactions (created_by);
select private.stamp_tables('member_packages');
select private.seal_tables('member_package_freezes', 'class_credit_transactions');

alter table public.member_packages enable row level security;
alter table public.member_package_freezes enable row level security;
alter table public.class_credit_transactions enable row level security;
revoke all on public.member_packages, public.member_package_freezes, public.class_credit_transactions
  from anon, authenticated, service_role;
revoke all on sequence public.class_credit_transactions_seq_seq from anon, authenticated, service_role;
grant select, insert, update, delete on public.member_packages to service_role;
grant select, insert on public.member_package_freezes, public.class_credit_transactions to service_role;
