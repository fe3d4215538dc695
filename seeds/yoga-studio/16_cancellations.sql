-- migrate: without-triggers public.class_schedules
-- Two classes did not take place after all: one next week, one three weeks ago.
update public.class_schedules s
set status = 'cancelled', cancelled_at = told.at, updated_at = told.at, cancellation_reason = story.reason
from (values
  ('lunch-power', 2, -1, time '10:15', 'Dev has the flu. Rest well, Dev!'),
  ('candlelight-yin', -21, -21, time '14:05', 'A burst pipe: the street is closed tonight')
) as story (series, days_ahead, told_on, told_at, reason)
cross join (select current_setting('seed.today')::date as today) as clock
cross join lateral (
  select c.id, c.scheduled_date, c.time_zone from public.class_schedules c
  where c.class_series_id = md5('yoga series ' || story.series)::uuid
    and c.scheduled_date >= clock.today + story.days_ahead
    and not exists (
      select from public.class_series_exceptions x
      where x.class_series_id = c.class_series_id and x.occurrence_date = c.occurrence_date
    )
  order by c.scheduled_date
  limit 1
) as class
cross join lateral (
  select (
    case when story.days_ahead < 0 then class.scheduled_date else clock.today + story.told_on end + story.told_at
  ) at time zone class.time_zone as at
) as told
where s.id = class.id and s.status <> 'cancelled';
