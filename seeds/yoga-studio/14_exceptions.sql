-- migrate: without-triggers public.class_series_exceptions, public.instructor_time_off
-- The days on which a series differs from its rule: each is the first day of the rule from some days after (or, negative,
-- before) today. A substitute's colleague is away that day, which is time off.

insert into public.class_series_exceptions (
  id, class_series_id, occurrence_date, exception_type, new_date, new_start_time, new_end_time, new_instructor_id,
  new_room_id, new_max_participants, reason, created_at, updated_at
)
select
  md5('yoga exception ' || change.label)::uuid, s.id, day.occurrence,
  change.kind, case when change.kind = 'moved' then day.rule + nullif(change.days_later, 0) end,
  change.start_time, change.end_time, md5('yoga instructor ' || change.teacher)::uuid,
  md5('yoga room ' || change.room)::uuid, change.seats, change.reason, known.at, known.at
from (values
  -- label, series, days from today, kind, days later, start, end, who stands in, room, its seats, what members are told
  ('substitute', 'sunrise-flow', 2, 'moved', 0, null, null, 'dev', null, null, 'Anna is at a training, Dev stands in'),
  ('late start', 'candlelight-yin', 2, 'moved', 0, time '19:30', time '20:45', null, null, null,
    'Half an hour later: the floor is being oiled'),
  ('other day', 'prenatal', 3, 'moved', 1, null, null, null, null, null, 'Elena is on call on the usual day'),
  ('other room', 'hatha-workshop', 1, 'moved', 0, null, null, null, 'moon', 10,
    'In the Moon room: the Sun room is painted'),
  ('concert', 'evening-flow', 8, 'cancelled', 0, null, null, null, null, null, 'A kirtan evening in the Sun room instead'),
  ('second saturday class', 'harbour-saturday', 8, 'extra', 1, null, null, null, null, null,
    'Once more on Sunday, since Saturday was full so soon'),
  ('dentist', 'early-hatha', -20, 'moved', 0, null, null, 'elena', null, null, 'Ben is at the dentist, Elena stands in'),
  ('blackout', 'harbour-slow-flow', -15, 'cancelled', 0, null, null, null, null, null, 'No electricity in the whole street')
) as change (label, series, days_ahead, kind, days_later, start_time, end_time, teacher, room, seats, reason)
join public.class_series s on s.id = md5('yoga series ' || change.series)::uuid
cross join (select current_setting('seed.today')::date as today) as clock
cross join lateral (
  select d as rule, case when change.kind = 'extra' then d + change.days_later else d end as occurrence
  from private.rrule_dates(
    s.rrule, s.dtstart, clock.today + change.days_ahead, clock.today + change.days_ahead + 34
  ) d
  order by d
  limit 1
) as day
cross join lateral (select (clock.today - 22 + time '16:10') at time zone 'America/New_York' as at) as known
on conflict (id) do nothing;

-- Whoever is replaced for a day is away on it.
insert into public.instructor_time_off (
  id, instructor_id, starts_at, ends_at, reason, status, created_at, updated_at
)
select
  md5('yoga time off ' || x.id)::uuid, s.instructor_id, x.occurrence_date::timestamp at time zone l.time_zone,
  (x.occurrence_date + 1)::timestamp at time zone l.time_zone, split_part(x.reason, ',', 1), 'approved', x.created_at,
  x.created_at
from public.class_series_exceptions x
join public.class_series s on s.id = x.class_series_id
join public.locations l on l.id = s.location_id
where l.organization_id = md5('yoga organization')::uuid and x.new_instructor_id is not null
on conflict (id) do nothing;

insert into public.instructor_time_off (
  id, instructor_id, starts_at, ends_at, reason, status, created_at, updated_at
)
select
  md5('yoga time off ' || away.label)::uuid, md5('yoga instructor ' || away.instructor)::uuid,
  (clock.today + away.first_day)::timestamp at time zone 'America/New_York',
  (clock.today + away.last_day + 1)::timestamp at time zone 'America/New_York', away.reason, away.status, asked.at,
  asked.at
from (values
  ('wedding', 'chloe', 24, 26, 'My sister''s wedding, on the coast', 'requested', -2),
  ('festival', 'dev', 6, 8, 'A festival; tickets were cheap', 'declined', -9),
  ('move', 'ben', 10, 11, 'Moving house; postponed to spring', 'cancelled', -14),
  ('sabbatical', 'elena', 60, 74, 'Two weeks in Kyoto with the twins', 'approved', -6)
) as away (label, instructor, first_day, last_day, reason, status, asked_on)
cross join (select current_setting('seed.today')::date as today) as clock
cross join lateral (
  select (clock.today + away.asked_on + time '20:40') at time zone 'America/New_York' as at
) as asked
on conflict (id) do nothing;
