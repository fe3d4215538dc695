-- The views and the statistics as they were.
alter table public.bookings alter column location_id reset (n_distinct), alter column location_id set statistics -1;
create or replace view public.member_goal_progress with (security_invoker = true) as
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

create or replace view public.instructor_load with (security_invoker = true) as
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

create or replace view public.class_utilization with (security_invoker = true) as
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

alter table public.class_schedules drop column week_start;
