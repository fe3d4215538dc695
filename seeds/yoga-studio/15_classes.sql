-- migrate: without-triggers public.class_schedules, public.class_series
-- The timetable, from the first day of each series to four weeks ahead: what generate_class_schedules() would have made,
-- week by week, had it run since then. It finds nothing to add in these weeks.

insert into public.class_schedules (
  id, location_id, class_type_id, instructor_id, substitute_instructor_id, room_id, room_name, scheduled_date,
  start_time, end_time, time_zone, max_participants, waitlist_capacity, special_notes, class_series_id,
  occurrence_date, status, created_at, updated_at
)
select
  md5('yoga class ' || s.id || ' ' || to_char(day.occurrence, 'YYYY-MM-DD'))::uuid, s.location_id, s.class_type_id, s.instructor_id,
  nullif(x.new_instructor_id, s.instructor_id), r.id, r.name, plan.day, coalesce(x.new_start_time, s.start_time),
  coalesce(x.new_end_time, s.end_time), l.time_zone,
  coalesce(x.new_max_participants, s.max_participants, t.max_participants), s.waitlist_capacity,
  concat_ws(' ', x.reason || '.', s.special_notes), s.id, day.occurrence,
  case when plan.day < clock.today then 'completed' else 'scheduled' end, planned.at, planned.at
from (select current_setting('seed.today')::date as today) as clock
cross join public.class_series s
join public.locations l on l.id = s.location_id and l.organization_id = md5('yoga organization')::uuid
join public.class_types t on t.id = s.class_type_id
cross join lateral (
  select d as occurrence from private.rrule_dates(s.rrule, s.dtstart, s.dtstart, clock.today + 28) d
  union
  select e.occurrence_date from public.class_series_exceptions e
  where e.class_series_id = s.id and e.exception_type = 'extra'
) as day
left join public.class_series_exceptions x on x.class_series_id = s.id and x.occurrence_date = day.occurrence
left join public.rooms r on r.id = coalesce(x.new_room_id, s.room_id)
cross join lateral (select coalesce(x.new_date, day.occurrence) as day) as plan
cross join lateral (
  select (least(plan.day, day.occurrence) - 28 + time '06:00') at time zone l.time_zone as at
) as planned
where s.split_from_id is null
  and s.id in (
    select md5('yoga series ' || label)::uuid
    from unnest('{
      sunrise-flow,early-hatha,prenatal,lunch-power,midday-sitting,after-work-hatha,evening-flow,candlelight-yin,
      harbour-power,harbour-slow-flow,harbour-saturday,hatha-workshop,sunday-flow,sunday-yin,first-sunday
    }'::text[]) label
  )
  and x.exception_type is distinct from 'cancelled'
  and not exists (
    select from public.location_closures c
    where c.location_id = s.location_id and plan.day between c.starts_on and c.ends_on
  )
on conflict do nothing;

update public.class_series s
set generated_until = current_setting('seed.today')::date + 28
from public.locations l
where l.id = s.location_id and l.organization_id = md5('yoga organization')::uuid and s.generated_until is null;
