-- What a studio's triggers and functions would have done, and constraints do not say: each rule that is broken in the
-- chain, and how often. Empty is good.
with
place as (select l.* from public.locations l where l.organization_id = md5('volume yoga organization')::uuid),
class as (select s.* from public.class_schedules s join place l on l.id = s.location_id),
booking as (
  select b.*, s.starts_at, s.scheduled_date, s.time_zone, s.status as class_status, l.booking_opens_days, l.id as place
  from public.bookings b
  join class s on s.id = b.class_schedule_id
  join place l on l.id = b.location_id
),
package as (select p.* from public.member_packages p join place l on l.id = p.location_id),
member as (select m.* from public.members m join place l on l.id = m.home_location_id),
series as (select s.* from public.class_series s join place l on l.id = s.location_id),
event as (
  select e.*, lag(e.created_at) over by_seq as before, row_number() over by_seq = 1 as is_first,
         lead(e.seq) over by_seq is null as is_last
  from public.booking_events e
  join place l on l.id = e.location_id
  window by_seq as (partition by e.booking_id order by e.seq)
),
broken (rule, place) as (
  select 'a member is of the best package that runs', m.id
  from member m
  left join lateral (
    select k.name, p.starts_on, case when not p.auto_renew then p.expires_on end as ends_on
    from package p
    join public.membership_packages k on k.id = p.membership_package_id
    where p.member_id = m.id and p.status in ('active', 'past_due')
    order by array_position(array['trial', 'standard', 'plus', 'premium'], k.tier) desc, p.expires_on desc nulls first
    limit 1
  ) best on true
  where (m.membership_type, m.membership_start_date, m.membership_end_date)
    is distinct from (best.name, best.starts_on, best.ends_on)
  union all
  select 'members know when they came last', m.id
  from member m
  where m.last_attended_at is distinct from (
    select max(b.checked_in_at) from booking b where b.member_id = m.id and b.status = 'attended'
  )
  union all
  select 'who is not active has nothing booked', b.id
  from booking b join member m on m.id = b.member_id
  where b.status = 'confirmed' and m.membership_status <> 'active'
  union all
  select 'each day of a rule has its class, or a reason why not', c.id
  from series c
  cross join lateral private.rrule_dates(c.rrule, c.dtstart, c.dtstart, c.generated_until) day
  where not exists (select from class s where s.class_series_id = c.id and s.occurrence_date = day)
    and not exists (
      select from public.class_series_exceptions x
      where x.class_series_id = c.id and x.occurrence_date = day and x.exception_type = 'cancelled'
    )
    and not exists (
      select from public.location_closures o where o.location_id = c.location_id and day between o.starts_on and o.ends_on
    )
  union all
  select 'a class is as its series and its exception say', s.id
  from class s
  join series c on c.id = s.class_series_id
  left join public.class_series_exceptions x on x.class_series_id = c.id and x.occurrence_date = s.occurrence_date
  where case x.exception_type
      when 'cancelled' then true
      when 'extra' then s.start_time <> x.new_start_time
      else to_char(s.occurrence_date, 'DY') not like right(c.rrule, 2) || '%'
        or (s.start_time, s.end_time)
          <> (coalesce(x.new_start_time, c.start_time), coalesce(x.new_end_time, c.end_time))
        or (x.new_instructor_id is not null and s.substitute_instructor_id is distinct from x.new_instructor_id)
    end
  union all
  select 'a class fits into its room', s.id
  from class s join public.rooms r on r.id = s.room_id
  where s.max_participants > r.capacity or s.room_name <> r.name
  union all
  select 'a queue is no longer than the place has it', s.id
  from class s join place l on l.id = s.location_id
  where s.waitlist_count > coalesce(s.waitlist_capacity, l.default_waitlist_capacity)
  union all
  select 'who teaches is trained, at work and not away', s.id
  from class s
  where s.status <> 'cancelled' and (
    not exists (
      select from public.instructor_class_types t
      where t.instructor_id = s.effective_instructor_id and t.class_type_id = s.class_type_id
    )
    or not exists (
      select from public.instructor_availability a
      where a.instructor_id = s.effective_instructor_id and a.location_id = s.location_id
        and a.day_of_week = extract(dow from s.scheduled_date)
        and a.start_time <= s.start_time and a.end_time >= s.end_time
    )
    or exists (
      select from public.instructor_time_off o
      where o.instructor_id = s.effective_instructor_id and o.status = 'approved'
        and o.starts_at < s.ends_at and o.ends_at > s.starts_at
    )
  )
  union all
  select 'classes are booked when they can be', b.id
  from booking b
  where b.created_at > b.starts_at
    or b.scheduled_date > (b.created_at at time zone b.time_zone)::date + b.booking_opens_days
  union all
  select 'what happened has its moment', b.id
  from booking b
  where (b.status = 'cancelled') <> (b.cancelled_at is not null) or b.cancelled_at < b.created_at
    or (b.status = 'attended') <> (b.checked_in_at is not null)
  union all
  select 'late is within twelve hours', b.id
  from booking b
  where b.status = 'cancelled' and b.class_status <> 'cancelled' and b.waitlist_seq is null
    and b.is_late_cancel <> (b.cancelled_at > b.starts_at - interval '12 hours')
  union all
  select 'who cancels in time has the credit back, who is late has not', b.id
  from booking b
  where b.status = 'cancelled' and case
      when b.is_late_cancel then b.payment_status = 'refunded'
      else b.credits_used <> 0 or b.payment_status = 'paid'
    end
  union all
  select 'a package pays from its first day on, once it is paid itself', b.id
  from booking b join package p on p.id = b.member_package_id
  where p.member_id <> b.member_id or b.scheduled_date < p.starts_on
    or p.activated_at is null or p.activated_at > coalesce(b.promoted_at, b.created_at)
  union all
  select 'a package runs until its end', p.id
  from package p
  where (p.status = 'active' and (
      p.expires_on is null or p.expires_on < (select max(s.scheduled_date) - 56 from class s)
    ))
    or p.expires_on <> p.current_period_end - 1
    or not exists (select from public.invoices i where i.member_package_id = p.id)
  union all
  select 'periods follow one another', i.id
  from (
    select i.id, i.period_start, i.period_end, p.billing_anchor, p.billing_cycle,
           lag(i.period_end) over (partition by p.id order by i.period_start) as before
    from public.invoices i
    join package p on p.id = i.member_package_id
    where not exists (select from public.member_package_freezes f where f.member_package_id = p.id)
  ) i
  where i.before <> i.period_start
    or i.period_end is distinct from private.next_period(i.billing_anchor, i.billing_cycle, i.period_start)
  union all
  select 'what is paid, somebody has paid', i.id
  from public.invoices i
  join place l on l.id = i.location_id
  where (i.status = 'paid') <> exists (
    select from public.payments p where p.invoice_id = i.id and p.status = 'captured'
  )
  union all
  select 'what went back is in the books', p.id
  from public.payments p
  join place l on l.id = p.location_id
  where p.refunded_amount
    <> coalesce((select sum(r.amount) from public.refunds r where r.payment_id = p.id), 0)
  union all
  select 'credits come and go in the order of time', t.member_id
  from (
    select t.member_id, t.created_at, lag(t.created_at) over (partition by t.member_id order by t.seq) as before
    from public.class_credit_transactions t
    join member m on m.id = t.member_id
  ) t
  where t.before > t.created_at
  union all
  select 'the history of a booking is one', e.booking_id
  from event e
  join booking b on b.id = e.booking_id
  where e.before > e.created_at
    or (e.is_first and e.event_type not in ('booked', 'waitlisted'))
    or (e.is_last and e.event_type <> all (case b.status
      when 'attended' then array['checked_in']
      when 'no_show' then array['no_show']
      when 'cancelled' then array[case when b.is_late_cancel then 'late_cancelled' else 'cancelled' end]
      else array['booked', 'waitlisted', 'promoted']
    end))
  union all
  select 'every booking has a history', b.id
  from booking b where not exists (select from public.booking_events e where e.booking_id = b.id)
  union all
  select 'who rates a class came to it', f.booking_id
  from public.class_feedback f join booking b on b.id = f.booking_id
  where b.status <> 'attended' or f.created_at < b.checked_in_at
)
select rule, count(*) from broken group by rule order by rule
