-- What members want to reach, and what they thought of a class.

create table public.member_goals (
  id uuid primary key default gen_random_uuid(),
  member_id uuid not null references public.members (id) on delete cascade,
  goal_type text not null
    check (goal_type in ('classes_total', 'classes_per_week', 'minutes_total', 'weekly_streak', 'custom')),
  title text not null check (btrim(title) <> ''),
  target_value decimal(10,2) not null check (target_value > 0),
  unit text not null default 'classes',
  class_type_id uuid references public.class_types (id) on delete set null,
  starts_on date not null default current_date,
  ends_on date,
  status text not null default 'active' check (status in ('active', 'achieved', 'abandoned')),
  achieved_at timestamp with time zone,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint check_goal_period check (ends_on >= starts_on)
);
comment on table public.member_goals is
  'Goals that members set themselves; member_goal_progress says how far they are.';
comment on column public.member_goals.member_id is 'Whose.';
comment on column public.member_goals.goal_type is
  'What is counted: classes or minutes in all, classes this week, weeks in a row, or entries of their own.';
comment on column public.member_goals.title is 'What they call it.';
comment on column public.member_goals.target_value is 'How many.';
comment on column public.member_goals.unit is 'Of what.';
comment on column public.member_goals.class_type_id is 'Only classes of this type; null for all.';
comment on column public.member_goals.starts_on is 'First day that counts.';
comment on column public.member_goals.ends_on is 'Last day that counts; null for no end.';
comment on column public.member_goals.status is 'active, achieved or abandoned.';
comment on column public.member_goals.achieved_at is 'When it was reached.';

create table public.member_goal_entries (
  id uuid primary key default gen_random_uuid(),
  member_goal_id uuid not null references public.member_goals (id) on delete cascade,
  entry_date date not null default current_date,
  value decimal(10,2) not null,
  note text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.member_goal_entries is 'What a member notes down for a custom goal.';
comment on column public.member_goal_entries.member_goal_id is 'For which goal.';
comment on column public.member_goal_entries.entry_date is 'Of which day.';
comment on column public.member_goal_entries.value is 'How much.';
comment on column public.member_goal_entries.note is 'In their words.';

create table public.class_feedback (
  id uuid primary key default gen_random_uuid(),
  booking_id uuid not null unique references public.bookings (id) on delete cascade,
  rating smallint not null check (rating between 1 and 5),
  comment text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.class_feedback is
  'What members thought of a class that they came to; one word for each booking.';
comment on column public.class_feedback.booking_id is 'Which visit.';
comment on column public.class_feedback.rating is '1 to 5.';
comment on column public.class_feedback.comment is 'In their words.';

create trigger same_organization
  before insert or update of member_id, class_type_id on public.member_goals
  for each row execute function private.assert_same_organization('member_id:members', 'class_type_id:class_types');

create function private.stamp_goal() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.achieved_at := case new.status when 'achieved' then coalesce(new.achieved_at, now()) end;
  return new;
end
$$;
comment on function private.stamp_goal() is 'Trigger: when a goal was reached.';
create trigger stamp_goal
  before insert or update of status on public.member_goals
  for each row execute function private.stamp_goal();
revoke all on function private.stamp_goal() from public;

create index idx_member_goals_member on public.member_goals (member_id);
create index idx_member_goals_class_type on public.member_goals (class_type_id);
create index idx_member_goals_created_by on public.member_goals (created_by);
create index idx_member_goals_updated_by on public.member_goals (updated_by);
create index idx_member_goal_entries_goal on public.member_goal_entries (member_goal_id, entry_date);
create index idx_member_goal_entries_created_by on public.member_goal_entries (created_by);
create index idx_member_goal_entries_updated_by on public.member_goal_entries (updated_by);
create index idx_class_feedback_created_by on public.class_feedback (created_by);
create index idx_class_feedback_updated_by on public.class_feedback (updated_by);
select private.stamp_tables('member_goals', 'member_goal_entries', 'class_feedback');

alter table public.member_goals enable row level security;
alter table public.member_goal_entries enable row level security;
alter table public.class_feedback enable row level security;
revoke all on public.member_goals, public.member_goal_entries, public.class_feedback
  from anon, authenticated, service_role;
grant select, insert, update, delete
  on public.member_goals, public.member_goal_entries, public.class_feedback to service_role;
