-- migrate: without-triggers public.bookings, public.booking_events, public.class_schedules, public.payments, public.refunds
-- Who came, from the first class to two weeks ahead. People keep to their habits (members.preferences): their kinds of
-- class, their teachers, their hours, so many times a week; what pays is the package that they had then. Everything
-- that looks like chance is a hash of who and what.

create or replace function pg_temp.yoga_roll(label text, sides integer) returns integer
language sql immutable as $$ select (hashtextextended(label, 0) & 2147483647)::integer % sides $$;

-- The next Sunday's yin, told by hand: six seats; Bianca gave hers up, so that Clara moved in, and Maya is the next.
create or replace function pg_temp.yoga_sunday(slug text) returns integer
language sql immutable as $$
  select array_position(
    array[
      'lucia-ferrari', 'femke-de-vries', 'ines-silva', 'bianca-rossi', 'zoe-papadakis', 'nadia-petrova', 'clara-jensen',
      'maya-lindqvist', 'grace-kim', 'yuki-tanaka'
    ],
    slug
  )
$$;

-- Nobody knows how many rows these steps have; joined row by row they would take a hundred times as long. And what looks
-- so costly then must not be compiled first.
set local enable_nestloop = off;
set local jit = off;

insert into public.bookings (
  id, member_id, class_schedule_id, location_id, booking_type, status, payment_status, amount_paid, payment_method,
  member_package_id, credits_used, amount_due, waitlist_seq, promoted_at, is_late_cancel, cancelled_at,
  cancellation_reason, checked_in_at, created_at, updated_at, created_by
)
with person as materialized (
  select
    m.id, m.home_location_id, m.user_id, m.created_at, m.membership_status = 'active' as may_book,
    m.preferences -> 'favorite_class_types' as types, m.preferences -> 'favorite_instructors' as teachers,
    m.preferences ->> 'time_of_day' as hour, (m.preferences ->> 'visits_per_week')::integer as visits,
    replace(lower(m.first_name || '-' || m.last_name), ' ', '-') as slug,
    exists (select from public.member_packages p where p.member_id = m.id) as has_bought
  from public.members m
  where m.organization_id = md5('yoga organization')::uuid and m.preferences ? 'visits_per_week'
),
class as materialized (
  select
    s.id, s.location_id, s.class_series_id, s.scheduled_date, s.starts_at, s.ends_at, s.start_time, s.time_zone,
    s.max_participants, s.status, s.cancelled_at, s.cancellation_reason, clock.today, t.name as type, t.price,
    i.first_name || ' ' || i.last_name as teacher, l.waitlist_close_minutes, l.late_cancel_forfeits_credit,
    l.cancellation_window_minutes, s.scheduled_date < clock.today as is_over,
    date_trunc('week', s.scheduled_date::timestamp)::date as week,
    case
      when extract(dow from s.scheduled_date) in (0, 6) then 'weekend'
      when s.start_time < '11:00' then 'morning'
      when s.start_time < '15:00' then 'midday'
      else 'evening'
    end as hour,
    s.class_series_id = md5('yoga series sunday-yin')::uuid
      and s.scheduled_date between clock.today + 1 and clock.today + 7 as is_told
  from (select current_setting('seed.today')::date as today) as clock
  join public.locations l on l.organization_id = md5('yoga organization')::uuid
  join public.class_schedules s on s.location_id = l.id and s.scheduled_date <= clock.today + 14
  join public.class_types t on t.id = s.class_type_id
  join public.instructors i on i.id = s.effective_instructor_id
  where s.id = md5('yoga class ' || s.class_series_id || ' ' || to_char(s.occurrence_date, 'YYYY-MM-DD'))::uuid
),
wish as materialized (
  select
    p.id as member_id, c.id as class_id,
    case
      when c.is_told then 1000
      else 60 * (p.types ? c.type)::integer + 25 * (p.teachers ? c.teacher)::integer
        + 30 * (p.hour in (c.hour, 'any'))::integer + pg_temp.yoga_roll(p.id::text || c.class_series_id, 50)
        + pg_temp.yoga_roll(p.id::text || c.id, 25)
    end as eagerness
  from person p
  join class c on case
    when c.is_told then pg_temp.yoga_sunday(p.slug) is not null
    when c.location_id <> p.home_location_id
      and pg_temp.yoga_roll(p.id::text || c.class_series_id || 'way', 100) > 8
      then false
    when p.types ? c.type then true
    else c.type <> 'Prenatal' and pg_temp.yoga_roll(p.id::text || c.class_series_id || 'taste', 100) < 12
  end
  where c.scheduled_date > (p.created_at at time zone c.time_zone)::date
    and (p.may_book or c.scheduled_date < c.today - 9)
    -- The further ahead, the fewer have booked.
    and (
      c.is_over or c.is_told
      or pg_temp.yoga_roll(p.id::text || c.id || 'ahead', 100) < 85 - 5 * (c.scheduled_date - c.today)
    )
),
choice as materialized (
  select w.member_id, w.class_id, c.week, c.is_told, w.eagerness
  from (
    -- One class a day; the told one beside another.
    select
      w.*, row_number() over (
        partition by w.member_id, c.scheduled_date, c.is_told order by w.eagerness desc, w.class_id
      ) as place
    from wish w join class c on c.id = w.class_id
  ) w
  join class c on c.id = w.class_id
  where w.place = 1
),
kept as materialized (
  select h.*, p.has_bought
  from (
    select
      h.*, row_number() over (partition by h.member_id, h.week order by h.eagerness desc, h.class_id) as visit
    from choice h
  ) h
  join person p on p.id = h.member_id
  where h.is_told or h.visit <= p.visits + (pg_temp.yoga_roll(h.member_id::text || to_char(h.week, 'YYYYMMDD'), 5) - 2) / 2
),
-- What each paid invoice is good for; a subscription without limits also for what comes after its last.
period as materialized (
  select
    p.member_id, p.id as package_id, p.classes_per_period, p.expires_on, i.id as invoice_id, i.paid_at,
    i.period_start as first_day,
    least(
      lead(i.period_start) over w - 1,
      case when not (p.status = 'active' and p.auto_renew and p.classes_per_period is null) then p.expires_on end,
      case when p.status = 'cancelled' then (p.cancelled_at at time zone l.time_zone)::date - 1 end
    ) as last_day
  from public.member_packages p
  join public.locations l on l.id = p.location_id and l.organization_id = md5('yoga organization')::uuid
  join public.invoices i on i.member_package_id = p.id and i.status = 'paid'
  window w as (partition by p.id order by i.period_start)
),
covered as materialized (
  select
    k.*,
    row_number() over (
      partition by k.package_id, k.invoice_id
      order by k.is_told desc,
        case when k.member_id = md5('yoga member maya-lindqvist')::uuid then abs(k.scheduled_date - k.today) end,
        k.starts_at, k.class_id
    ) as credit,
    row_number() over (
      partition by k.member_id, k.package_id is null, k.is_over order by k.starts_at desc, k.class_id
    ) as nth
  from (
    select
      k.member_id, k.class_id, k.has_bought, k.is_told, c.scheduled_date, c.today, c.starts_at, c.is_over,
      r.package_id, r.invoice_id, r.classes_per_period, r.paid_at,
      row_number() over (
        partition by k.member_id, k.class_id
        order by r.classes_per_period is not null, r.expires_on nulls last, r.package_id
      ) as rank
    from kept k
    join class c on c.id = k.class_id
    left join period r
      on r.member_id = k.member_id and c.scheduled_date between r.first_day and coalesce(r.last_day, c.scheduled_date)
      and not exists (
        select from public.member_package_freezes f
        where f.member_package_id = r.package_id and c.scheduled_date between f.starts_on and f.ends_on
      )
  ) k
  where k.rank = 1
),
booked as materialized (
  select
    v.member_id, v.class_id, v.package_id, v.classes_per_period, v.is_told,
    v.package_id is null and not v.has_bought as is_guest,
    greatest(
      (
        case
          when v.is_told then
            c.today - 5 + pg_temp.yoga_sunday(p.slug) / 3 + time '08:10'
            + pg_temp.yoga_sunday(p.slug) % 3 * interval '5 hours'
          when not c.is_over then
            c.today - 2 - pg_temp.yoga_roll(v.member_id::text || c.id || 'day', 7) + time '07:00'
            + make_interval(mins => pg_temp.yoga_roll(v.member_id::text || c.id || 'minute', 780))
          when lead.days = 0 then
            c.scheduled_date + c.start_time - interval '2 hours'
            - make_interval(mins => pg_temp.yoga_roll(v.member_id::text || c.id || 'minute', 90))
          else
            c.scheduled_date - lead.days + time '06:30'
            + make_interval(mins => pg_temp.yoga_roll(v.member_id::text || c.id || 'minute', 900))
        end
      ) at time zone c.time_zone,
      v.paid_at + make_interval(mins => 8 + pg_temp.yoga_roll(v.member_id::text || c.id || 'soon', 60)),
      p.created_at + interval '20 minutes'
    ) as at
  from covered v
  join person p on p.id = v.member_id
  join class c on c.id = v.class_id
  cross join lateral (
    select greatest(
      least(
        pg_temp.yoga_roll(v.member_id::text || c.id || 'lead', 7),
        pg_temp.yoga_roll(v.member_id::text || c.id || 'lead again', 7)
      ),
      (c.start_time < '10:00' or c.status = 'cancelled')::integer
    ) as days
  ) as lead
  where case
    -- Maya keeps a credit to try things with.
    when v.package_id is not null then v.classes_per_period is null
      or v.credit <= v.classes_per_period - (p.slug = 'maya-lindqvist')::integer
    when not v.has_bought then true
    -- Who owes, or has not paid yet, sits on one unpaid seat.
    else not c.is_over and v.nth = 1 and exists (
      select from public.member_packages o where o.member_id = v.member_id and o.status in ('past_due', 'pending')
    )
  end
),
queue as materialized (
  select
    b.*, count(*) over (partition by b.class_id) as asked, max(b.at) over (partition by b.class_id) as last_at,
    row_number() over (partition by b.class_id order by b.at, b.member_id) as place
  from booked b
),
leaving as materialized (
  select
    q.*, p.slug, c.is_over, q.asked > c.max_participants as is_crowded,
    case
      when c.status = 'cancelled' or q.place > c.max_participants then false
      when q.is_told then p.slug = 'bianca-rossi'
      when p.slug = 'maya-lindqvist' then c.is_over and q.calm = 2 and q.asked <= c.max_participants
      else pg_temp.yoga_roll(q.member_id::text || c.id || 'leave', 100) < case when c.is_over then 10 else 7 end
    end as leaves
  from (
    select
      q.*, row_number() over (
        partition by q.member_id, c.is_over, q.asked > c.max_participants order by c.starts_at desc, c.id
      ) as calm
    from queue q
    join class c on c.id = q.class_id
  ) q
  join class c on c.id = q.class_id
  join person p on p.id = q.member_id
  where q.place <= c.max_participants + 4
),
left_at as materialized (
  select
    g.*,
    case
      when not g.leaves then null
      when g.slug = 'maya-lindqvist' then greatest(c.starts_at - interval '5 hours', g.at + interval '10 minutes')
      when not g.is_over then
        (c.today - 1 + time '09:00' + case
          when g.is_crowded then g.exit * interval '1 hour'
          else make_interval(mins => pg_temp.yoga_roll(g.member_id::text || c.id || 'exit', 480))
        end) at time zone c.time_zone
      when g.is_crowded then g.last_at + (closes.at - g.last_at) * (g.exit::double precision / (g.exits + 1))
      else g.at + (closes.at - g.at) * (0.15 + 0.01 * pg_temp.yoga_roll(g.member_id::text || c.id || 'exit', 84))
    end as away_at
  from (
    select
      l.*, count(*) filter (where l.leaves) over (partition by l.class_id) as exits,
      count(*) filter (where l.leaves) over (partition by l.class_id order by l.place) as exit
    from leaving l
  ) g
  join class c on c.id = g.class_id
  cross join lateral (
    select c.starts_at - make_interval(mins => c.waitlist_close_minutes + 5) as at
  ) as closes
),
seated as materialized (
  select
    e.*, e.place > c.max_participants as has_waited,
    -- The first seat that was given up went to who waited longest.
    case when e.place > c.max_participants then x.away_at end as promoted_at
  from left_at e
  join class c on c.id = e.class_id
  left join left_at x on x.class_id = e.class_id and x.leaves and x.exit = e.place - c.max_participants
),
fate as materialized (
  select
    s.*, c.type, c.price, c.location_id, c.today, c.starts_at, c.ends_at, c.late_cancel_forfeits_credit, p.user_id,
    s.has_waited and s.promoted_at is null as waits,
    case
      when c.status = 'cancelled' or s.leaves or (s.has_waited and s.promoted_at is null and c.is_over) then 'cancelled'
      when not c.is_over then 'confirmed'
      when s.slug = 'maya-lindqvist' then case when s.calm = 3 and not s.is_crowded then 'no_show' else 'attended' end
      when pg_temp.yoga_roll(s.member_id::text || c.id || 'show', 100) < 7 then 'no_show'
      else 'attended'
    end as status,
    case
      when c.status = 'cancelled' then c.cancelled_at
      when s.leaves then s.away_at
      when s.has_waited and s.promoted_at is null and c.is_over then c.ends_at + interval '15 minutes'
    end as cancelled_at,
    case
      when c.status = 'cancelled' then c.cancellation_reason
      when s.leaves then (
        '{"",Working late,Child is ill,Travelling,A cold,"",Train is late,Sore shoulder}'::text[]
      )[1 + pg_temp.yoga_roll(s.member_id::text || c.id || 'why', 8)]
      when s.has_waited and s.promoted_at is null and c.is_over then 'no seat became free'
    end as cancellation_reason,
    coalesce(
      s.leaves and s.away_at > c.starts_at - make_interval(mins => c.cancellation_window_minutes), false
    ) as is_late,
    c.starts_at - make_interval(mins => 1 + pg_temp.yoga_roll(s.member_id::text || c.id || 'door', 14)) as door_at
  from seated s
  join class c on c.id = s.class_id
  join person p on p.id = s.member_id
),
paid as materialized (
  select
    f.*,
    f.package_id is not null and not f.waits as by_package,
    -- Guests pay on their telephones, or at the desk when they come.
    case
      when f.package_id is not null or f.waits then null
      when f.is_guest and not f.has_waited and pg_temp.yoga_roll(f.member_id::text || f.class_id || 'pay', 10) < 6
        then 'wallet'
      when f.is_guest and f.status = 'attended'
        then case when pg_temp.yoga_roll(f.member_id::text || f.class_id || 'cash', 3) = 0 then 'cash' else 'card' end
    end as method
  from fate f
)
select
  n.id, n.member_id, n.class_id, n.location_id,
  case when n.waits then 'waitlist' when n.is_guest and not n.has_waited then 'drop_in' else 'regular' end, n.status,
  case
    when (n.by_package or n.method is not null) and n.comes_back then 'refunded'
    when n.by_package or n.method is not null then 'paid'
    else 'pending'
  end,
  case when n.method is not null then case when n.comes_back then 0 else n.price end end,
  case when n.by_package then 'package' else n.method end,
  case when n.by_package then n.package_id end,
  (n.by_package and n.classes_per_period is not null and not n.comes_back)::integer,
  case when n.by_package or n.waits then 0 else n.price end,
  case when n.has_waited then nextval('private.waitlist_seq') end, n.promoted_at, n.is_late, n.cancelled_at,
  nullif(n.cancellation_reason, ''), case when n.status = 'attended' then n.door_at end, n.at,
  coalesce(
    n.cancelled_at, case n.status when 'attended' then n.door_at when 'no_show' then n.ends_at + interval '15 minutes' end,
    n.promoted_at, n.at
  ),
  n.user_id
from (
  select
    md5('yoga booking ' || d.member_id || ' ' || d.class_id)::uuid as id, d.*,
    d.status = 'cancelled' and not d.waits and not (d.is_late and d.late_cancel_forfeits_credit) as comes_back
  from paid d
  order by d.at, d.class_id, d.member_id
) n
where not exists (select from public.bookings b where b.id = n.id)
on conflict do nothing;

set local enable_nestloop = on;

-- What guests paid, on the telephone when they booked or at the desk when they came, and what they got back.
insert into public.payments (
  id, location_id, booking_id, member_id, amount, currency, method, provider, external_id, refunded_amount, captured_at,
  created_at, updated_at
)
select
  md5('yoga payment ' || b.id)::uuid, b.location_id, b.id, b.member_id, b.amount_due, l.currency, b.payment_method,
  case when b.payment_method <> 'cash' then 'stripe' end,
  case when b.payment_method <> 'cash' then 'pi_yoga_' || left(md5('yoga charge ' || b.id), 16) end,
  b.amount_due - b.amount_paid, paid.at, paid.at, case when b.amount_paid < b.amount_due then b.cancelled_at else paid.at end
from public.bookings b
join public.locations l on l.id = b.location_id and l.organization_id = md5('yoga organization')::uuid
cross join lateral (
  select case when b.payment_method = 'wallet' then b.created_at + interval '1 minute' else b.checked_in_at end as at
) as paid
where b.id = md5('yoga booking ' || b.member_id || ' ' || b.class_schedule_id)::uuid and b.amount_paid is not null
on conflict do nothing;

insert into public.refunds (id, payment_id, location_id, member_id, amount, reason, provider, external_id, created_at)
select
  md5('yoga refund ' || p.id)::uuid, p.id, p.location_id, p.member_id, p.refunded_amount, 'Cancelled in time',
  p.provider, case when p.provider is not null then 're_yoga_' || left(md5('yoga refund ' || p.id), 16) end, p.updated_at
from public.payments p
join public.bookings b on b.id = p.booking_id
where p.id = md5('yoga payment ' || b.id)::uuid and p.refunded_amount > 0
on conflict do nothing;

update public.class_schedules s
set current_bookings = c.seats, waitlist_count = c.waiting, updated_at = greatest(s.updated_at, c.last_at)
from (
  select
    b.class_schedule_id, count(*) filter (where b.booking_type <> 'waitlist') as seats,
    count(*) filter (where b.booking_type = 'waitlist') as waiting, max(b.created_at) as last_at
  from public.bookings b
  join public.locations l on l.id = b.location_id and l.organization_id = md5('yoga organization')::uuid
  where b.status <> 'cancelled'
  group by b.class_schedule_id
) as c
where c.class_schedule_id = s.id and (s.current_bookings, s.waitlist_count) is distinct from (c.seats, c.waiting);

-- The history of each, as the triggers would have written it down.
insert into public.booking_events (id, booking_id, location_id, event_type, created_at, created_by)
select
  md5('yoga booking event ' || b.id || ' ' || event.type)::uuid, b.id, b.location_id, event.type, event.at,
  case when event.type not in ('promoted', 'checked_in', 'no_show') then b.created_by end
from public.bookings b
join public.class_schedules s on s.id = b.class_schedule_id
cross join lateral (
  values
    (1, case when b.waitlist_seq is null then 'booked' else 'waitlisted' end, b.created_at),
    (2, 'promoted', b.promoted_at),
    (3, case when b.is_late_cancel then 'late_cancelled' else 'cancelled' end, b.cancelled_at),
    (4, 'checked_in', b.checked_in_at),
    (5, 'no_show', case when b.status = 'no_show' then s.ends_at + interval '15 minutes' end)
) as event (place, type, at)
where b.id = md5('yoga booking ' || b.member_id || ' ' || b.class_schedule_id)::uuid and event.at is not null
  and not exists (select from public.booking_events e where e.booking_id = b.id)
order by event.at, b.id, event.place;
