-- migrate: without-triggers public.class_feedback, public.substitute_requests, public.notifications
-- What people thought of their classes, who looked for a substitute, what the staff and the accounts should hear of, and
-- what the admin changed.

create or replace function pg_temp.yoga_roll(label text, sides integer) returns integer
language sql immutable as $$ select (hashtextextended(label, 0) & 2147483647)::integer % sides $$;

insert into public.class_feedback (id, booking_id, rating, comment, created_at, updated_at, created_by)
select
  md5('yoga feedback ' || b.id)::uuid, b.id, said.rating,
  case
    when pg_temp.yoga_roll(b.id::text || 'words', 3) = 0 then null
    when said.rating <= 3 then (
      '{Too full for my taste,"Lovely teacher, cold room",I got lost in the second half,The music was a bit loud}'::text[]
    )[1 + pg_temp.yoga_roll(b.id::text || 'which', 4)]
    else (
      case t.name
        when 'Vinyasa Flow' then array[
          'Best start of the day', 'My first crow!',
          'Sweaty and happy', 'I could breathe through all of it, for once'
        ]
        when 'Hatha Basics' then array[
          'At last somebody explained where the knee goes', 'Slow, and harder than it looks',
          'So clear', 'My back says thank you'
        ]
        when 'Yin & Restore' then array[
          'I fell asleep and nobody minded', 'Chloe''s voice alone is worth it',
          'Floated home', 'Just what Sunday needs'
        ]
        when 'Power Yoga' then array[
          'Dead. Will come again', 'Dev counts slower every week',
          'Strong and short, as it says', 'Best lunch break'
        ]
        when 'Prenatal' then array[
          'Half the class is in my birth group now', 'Gentle and wise',
          'Elena knows everything', 'Two of us, and room for both'
        ]
        else array[
          'Half an hour that makes the afternoon', 'So quiet that one hears the river',
          'The only meeting I like', 'Short and good'
        ]
      end
    )[1 + pg_temp.yoga_roll(b.id::text || 'which', 4)]
  end,
  said.at, said.at, b.created_by
from public.bookings b
join public.class_schedules s on s.id = b.class_schedule_id
join public.class_types t on t.id = s.class_type_id
cross join lateral (
  select
    ('{5,5,5,4,4,5,4,3,5,2}'::integer[])[1 + pg_temp.yoga_roll(b.id::text || 'stars', 10)] as rating,
    s.ends_at + make_interval(mins => 20 + pg_temp.yoga_roll(b.id::text || 'later', 150)) as at
) as said
where b.id = md5('yoga booking ' || b.member_id || ' ' || b.class_schedule_id)::uuid and b.status = 'attended'
  and (
    pg_temp.yoga_roll(b.id::text || 'says', 100) < 15
    or (b.member_id = md5('yoga member maya-lindqvist')::uuid and pg_temp.yoga_roll(b.id::text || 'says', 100) < 50)
  )
on conflict do nothing;

-- The next class of a series from some days after today (or before it) on.
insert into public.substitute_requests (
  id, class_schedule_id, location_id, requested_by_instructor_id, reason, status, filled_by_instructor_id, filled_at,
  created_at, updated_at, created_by
)
select
  md5('yoga substitute request ' || wanted.label)::uuid, class.id, class.location_id, class.instructor_id, wanted.reason,
  wanted.status, class.substitute_instructor_id, case when wanted.status = 'filled' then asked.at + interval '3 hours' end,
  asked.at, asked.at + case when wanted.status = 'open' then interval '0' else interval '3 hours' end,
  (select i.user_id from public.instructors i where i.id = class.instructor_id)
from (values
  ('training', 'sunrise-flow', 2, 'substitute', 'A training in Boston', 'filled', -6),
  ('dentist', 'early-hatha', -20, 'dentist', 'Root canal, wish me luck', 'filled', -24),
  ('recital', 'evening-flow', 3, null, 'My daughter plays her first recital', 'open', -1),
  ('flu', 'lunch-power', 2, 'cancelled class', 'Flu since last night', 'cancelled', -1),
  ('strike', 'midday-sitting', -10, null, 'No trains, they say. I try to come by bicycle', 'expired', -11)
) as wanted (label, series, days_ahead, told, reason, status, asked_on)
cross join (select current_setting('seed.today')::date as today) as clock
cross join lateral (
  select s.* from public.class_schedules s
  left join public.class_series_exceptions x
    on x.class_series_id = s.class_series_id and x.occurrence_date = s.occurrence_date
  where s.class_series_id = md5('yoga series ' || wanted.series)::uuid
    and s.scheduled_date >= clock.today + wanted.days_ahead
    and case wanted.told
      when 'cancelled class' then s.status = 'cancelled'
      else x.id is not distinct from md5('yoga exception ' || wanted.told)::uuid and s.status <> 'cancelled'
    end
  order by s.scheduled_date
  limit 1
) as class
cross join lateral (
  select (clock.today + wanted.asked_on + time '07:15') at time zone class.time_zone as at
) as asked
on conflict do nothing;

insert into public.notifications (
  id, organization_id, location_id, user_id, kind, title, body, payload, dedupe_key, read_at, sent_at, created_at,
  updated_at
)
select
  md5('yoga notification ' || news.label)::uuid, md5('yoga organization')::uuid, md5('yoga location mill-street')::uuid,
  md5('yoga user ' || news.account)::uuid, news.kind, news.title, news.body, news.payload, news.dedupe_key,
  case when news.is_read then told.at + interval '40 minutes' end, told.at + interval '1 minute', told.at, told.at
from (
  select 'recital' as label, 'substitute' as account, 'substitute_wanted' as kind, 'A class needs a substitute' as title,
         r.reason as body,
         jsonb_build_object('substitute_request_id', r.id, 'class_schedule_id', r.class_schedule_id) as payload,
         format('substitute:%s:%s', r.id, md5('yoga instructor dev')::uuid) as dedupe_key, -1 as told_on, false as is_read
  from public.substitute_requests r
  where r.id = md5('yoga substitute request recital')::uuid
  union all
  select 'full ' || who.account, nullif(who.account, 'everybody'), 'class_full', 'Sunday''s yin is full',
         format('%s people wait for one of the %s seats.', s.waitlist_count, s.max_participants),
         jsonb_build_object('class_schedule_id', s.id), null, -1, false
  from public.class_schedules s
  cross join (values ('everybody'), ('instructor')) as who (account)
  where s.class_series_id = md5('yoga series sunday-yin')::uuid and s.waitlist_count > 0
    and s.scheduled_date between current_setting('seed.today')::date + 1 and current_setting('seed.today')::date + 7
  union all
  select 'welcome', 'member', 'welcome', 'Welcome, Maya!', 'Bring water, and nothing else.', '{}', null, -29, true
  union all
  select 'present', 'member', 'credit_given', 'A class on us', 'For the burst pipe, with our apologies.', '{}', null, -15,
         true
) as news
cross join lateral (
  select (current_setting('seed.today')::date + news.told_on + time '10:40') at time zone 'America/New_York' as at
) as told
on conflict do nothing;

-- The price of the month went up in spring; Joel came to the desk of Mill Street.
insert into public.audit_log (
  id, organization_id, table_name, row_id, action, changed, actor_role, created_at, created_by
)
select
  md5('yoga audit ' || change.label)::uuid, md5('yoga organization')::uuid, change.table_name, md5(change.row)::uuid,
  change.action, change.changed, 'authenticated',
  (current_setting('seed.today')::date + change.days + time '09:30') at time zone 'America/New_York',
  md5('yoga user admin')::uuid
from (values
  ('price', 'membership_packages', 'yoga package unlimited', 'UPDATE', '{"price": [139.00, 149.00]}'::jsonb, -190),
  ('founders', 'membership_packages', 'yoga package founders', 'UPDATE', '{"is_active": [true, false]}', -370),
  ('joel', 'user_roles', 'yoga role staff', 'INSERT', jsonb_build_object(
    'user_id', md5('yoga user staff')::uuid, 'role', 'staff', 'location_id', md5('yoga location mill-street')::uuid
  ), -300)
) as change (label, table_name, row, action, changed, days)
where not exists (select from public.audit_log a where a.id = md5('yoga audit ' || change.label)::uuid)
order by change.days;
