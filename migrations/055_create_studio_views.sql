-- What the studio asks every day. Every view runs as its reader (security_invoker), whose policies decide which rows it
-- counts: a member sees himself, staff their location, an admin the chain.

-- One's place in line, which one's own rows cannot tell. How many wait before is all that it says.
create function private.waitlist_position(class uuid, seq bigint) returns bigint
language sql stable security definer set search_path = '' as $$
  select count(*) from public.bookings b
  where b.class_schedule_id = class and b.booking_type = 'waitlist' and b.status = 'confirmed' and b.waitlist_seq <= seq
$$;
comment on function private.waitlist_position(uuid, bigint) is 'How many wait for a class up to this place.';

revoke all on function private.waitlist_position(uuid, bigint) from public;
grant execute on function private.waitlist_position(uuid, bigint), private.weekly_streak(uuid, uuid, date)
  to authenticated, service_role;

create view public.available_classes with (security_invoker = true) as
select
  s.id, t.name, s.scheduled_date, s.start_time, s.end_time, s.starts_at, s.location_id, s.room_name,
  t.difficulty_level, t.duration, t.price, s.max_participants, s.current_bookings,
  s.max_participants - s.current_bookings as spots_available, s.waitlist_count,
  i.first_name || ' ' || i.last_name as instructor_name, s.substitute_instructor_id is not null as is_substitute
from public.class_schedules s
join public.class_types t on t.id = s.class_type_id
join public.instructors i on i.id = s.effective_instructor_id
where s.status = 'scheduled' and s.starts_at > now() and s.scheduled_date >= current_date - 1
  and s.current_bookings < s.max_participants;
comment on view public.available_classes is 'The timetable to come, as far as seats are free.';

create view public.my_bookings with (security_invoker = true) as
select
  b.id, b.class_schedule_id, b.member_id,
  case when b.booking_type = 'waitlist' and b.status = 'confirmed' then 'waiting' else b.status end as status,
  b.booking_type, b.payment_status, b.amount_due, b.is_late_cancel, b.created_at, s.scheduled_date, s.start_time,
  s.end_time, s.starts_at, s.room_name, s.status as class_status, t.name as class_name,
  case
    when b.booking_type = 'waitlist' and b.status = 'confirmed'
      then private.waitlist_position(b.class_schedule_id, b.waitlist_seq)
  end as waitlist_position
from public.bookings b
join public.class_schedules s on s.id = b.class_schedule_id
join public.class_types t on t.id = s.class_type_id
where b.member_id = any ((select private.member_ids())::uuid[]);
comment on view public.my_bookings is
  'The caller''s own bookings, found by their owner''s index whoever else he may see.';

create view public.class_waitlist with (security_invoker = true) as
select
  b.id as booking_id, b.class_schedule_id, b.member_id, b.created_at as waiting_since,
  private.waitlist_position(b.class_schedule_id, b.waitlist_seq) as position
from public.bookings b
where b.booking_type = 'waitlist' and b.status = 'confirmed';
comment on view public.class_waitlist is 'Who waits for which class, in what place.';

create view public.class_utilization with (security_invoker = true) as
select
  s.location_id, s.class_type_id, t.name as class_name,
  date_trunc('week', s.scheduled_date::timestamp)::date as week_start,
  extract(isodow from s.scheduled_date)::integer as weekday, s.start_time,
  count(*) as classes, sum(s.max_participants) as capacity, sum(s.current_bookings) as booked,
  sum(b.attended) as attended, sum(b.no_shows) as no_shows, sum(b.late_cancels) as late_cancels,
  round(100.0 * sum(s.current_bookings) / sum(s.max_participants), 1) as booked_percent,
  round(100.0 * sum(b.attended) / sum(s.max_participants), 1) as attended_percent
from public.class_schedules s
join public.class_types t on t.id = s.class_type_id
cross join lateral (
  select
    count(*) filter (where a.status = 'attended') as attended,
    count(*) filter (where a.status = 'no_show') as no_shows,
    count(*) filter (where a.is_late_cancel) as late_cancels
  from public.bookings a where a.class_schedule_id = s.id
) b
where s.status <> 'cancelled'
group by 1, 2, 3, 4, 5, 6;
comment on view public.class_utilization is 'How full classes are: by week, day and hour.';

create view public.instructor_load with (security_invoker = true) as
select
  s.location_id, s.effective_instructor_id as instructor_id, i.first_name || ' ' || i.last_name as instructor_name,
  date_trunc('week', s.scheduled_date::timestamp)::date as week_start,
  count(*) as classes, count(*) filter (where s.substitute_instructor_id is not null) as as_substitute,
  round(sum(extract(epoch from s.ends_at - s.starts_at)) / 3600, 2) as hours,
  sum(s.current_bookings) as students,
  round(avg(100.0 * s.current_bookings / s.max_participants), 1) as average_fill_percent
from public.class_schedules s
join public.instructors i on i.id = s.effective_instructor_id
where s.status <> 'cancelled'
group by 1, 2, 3, 4;
comment on view public.instructor_load is 'What instructors teach in a week.';

-- The segment follows from the member's own row for all but the busiest; what is counted beside it, is counted for the
-- rows that are shown.
create view public.member_engagement with (security_invoker = true) as
select
  m.id as member_id, m.organization_id, m.home_location_id, m.first_name, m.last_name, m.membership_status,
  m.membership_type, m.classes_remaining, m.total_classes_attended, m.last_attended_at,
  extract(day from now() - m.last_attended_at)::integer as days_since_last_class,
  case
    when date_trunc('week', m.last_attended_at at time zone l.time_zone)
      >= date_trunc('week', now() at time zone l.time_zone) - interval '7 days'
      then m.streak_weeks
    else 0
  end as weeks_in_a_row,
  case
    when m.last_attended_at is null then 'new'
    when m.last_attended_at <= now() - interval '60 days' then 'lapsed'
    when m.last_attended_at <= now() - interval '30 days' then 'at_risk'
    when (
      select count(*) from public.bookings b
      where b.member_id = m.id and b.status = 'attended' and b.checked_in_at > now() - interval '30 days'
    ) >= 8 then 'champion'
    else 'active'
  end as segment,
  (
    select count(*) from public.bookings b
    where b.member_id = m.id and b.status = 'attended' and b.checked_in_at > now() - interval '30 days'
  ) as attended_30d,
  (
    select count(*) from public.bookings b
    where b.member_id = m.id and b.status = 'attended' and b.checked_in_at > now() - interval '90 days'
  ) as attended_90d,
  (
    select count(*) from public.bookings b
    where b.member_id = m.id and b.status = 'no_show' and b.created_at > now() - interval '90 days'
  ) as no_shows_90d,
  (
    select count(*) from public.bookings b
    where b.member_id = m.id and b.is_late_cancel and b.cancelled_at > now() - interval '90 days'
  ) as late_cancels_90d
from public.members m
join public.locations l on l.id = m.home_location_id
where m.is_active;
comment on view public.member_engagement is 'How members keep coming, and who is about to stop.';

create view public.member_goal_progress with (security_invoker = true) as
select
  g.id as member_goal_id, g.member_id, g.title, g.goal_type, g.target_value, g.unit, g.starts_on, g.ends_on, g.status,
  p.current_value, least(round(100 * p.current_value / g.target_value, 1), 100) as percent_complete,
  p.current_value >= g.target_value as is_reached
from public.member_goals g
join public.members m on m.id = g.member_id
left join public.locations l on l.id = m.home_location_id
cross join lateral (
  select coalesce(case
    when g.goal_type = 'custom' then (
      select sum(e.value) from public.member_goal_entries e
      where e.member_goal_id = g.id and e.entry_date between g.starts_on and coalesce(g.ends_on, e.entry_date)
    )
    when g.goal_type = 'weekly_streak' then (
      select w.weeks from private.weekly_streak(g.member_id, g.class_type_id, g.starts_on) w
      where w.last_week >= date_trunc('week', now() at time zone coalesce(l.time_zone, 'UTC'))::date - 7
    )
    else (
      select
        case g.goal_type
          when 'minutes_total' then sum(extract(epoch from s.ends_at - s.starts_at)) / 60
          else count(*)
        end
      from public.bookings b
      join public.class_schedules s on s.id = b.class_schedule_id
      where b.member_id = g.member_id and b.status = 'attended'
        and s.scheduled_date between g.starts_on and coalesce(g.ends_on, s.scheduled_date)
        and (g.class_type_id is null or s.class_type_id = g.class_type_id)
        and (
          g.goal_type <> 'classes_per_week'
          or s.scheduled_date >= date_trunc('week', now() at time zone coalesce(l.time_zone, 'UTC'))::date
        )
    )
  end, 0)::numeric as current_value
) p;
comment on view public.member_goal_progress is 'How far members are with their goals.';

create view public.member_retention_monthly with (security_invoker = true) as
select
  v.location_id, v.month, count(*) as active_members,
  count(*) filter (where v.next_month = v.month + interval '1 month') as retained_next_month,
  round(100.0 * count(*) filter (where v.next_month = v.month + interval '1 month') / count(*), 1)
    as retention_percent
from (
  select
    b.location_id, b.member_id, date_trunc('month', s.scheduled_date::timestamp)::date as month,
    lead(date_trunc('month', s.scheduled_date::timestamp)::date) over (
      partition by b.location_id, b.member_id order by date_trunc('month', s.scheduled_date::timestamp)::date
    ) as next_month
  from public.bookings b
  join public.class_schedules s on s.id = b.class_schedule_id
  where b.status = 'attended'
  group by b.location_id, b.member_id, date_trunc('month', s.scheduled_date::timestamp)::date
) v
group by v.location_id, v.month;
comment on view public.member_retention_monthly is 'Of the members who came in a month, how many came in the next.';

create view public.membership_revenue_monthly with (security_invoker = true) as
select
  p.location_id, date_trunc('month', p.captured_at)::date as month, k.name as package_name, k.billing_cycle,
  count(*) as payments, sum(p.amount) as collected, sum(p.refunded_amount) as refunded
from public.payments p
join public.invoices i on i.id = p.invoice_id
left join public.member_packages m on m.id = i.member_package_id
left join public.membership_packages k on k.id = m.membership_package_id
where p.status = 'captured'
group by 1, 2, 3, 4;
comment on view public.membership_revenue_monthly is 'What packages brought in, by month.';

revoke all on
  public.available_classes, public.my_bookings, public.class_waitlist, public.class_utilization, public.instructor_load,
  public.member_engagement, public.member_goal_progress, public.member_retention_monthly,
  public.membership_revenue_monthly
  from anon, authenticated, service_role;
grant select on public.available_classes to anon;
grant select on
  public.available_classes, public.my_bookings, public.class_waitlist, public.class_utilization, public.instructor_load,
  public.member_engagement, public.member_goal_progress, public.member_retention_monthly,
  public.membership_revenue_monthly
  to authenticated, service_role;
