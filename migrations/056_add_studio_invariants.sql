-- What must be true of the studio's rows, whoever wrote them; private.check_invariants() asks this among others.

create function private.invariants_of_studio()
returns table (rule text, entity text, entity_id uuid, expected numeric, actual numeric)
language sql stable set search_path = '' as $$
  select 'seats taken are the bookings that hold one', 'class_schedules', s.id, count(b.id)::numeric,
         s.current_bookings::numeric
  from public.class_schedules s
  left join public.bookings b
    on b.class_schedule_id = s.id and b.status <> 'cancelled' and b.booking_type <> 'waitlist'
  group by s.id
  having s.current_bookings <> count(b.id)
  union all
  select 'people waiting are the bookings that wait', 'class_schedules', s.id, count(b.id), s.waitlist_count
  from public.class_schedules s
  left join public.bookings b
    on b.class_schedule_id = s.id and b.status = 'confirmed' and b.booking_type = 'waitlist'
  group by s.id
  having s.waitlist_count <> count(b.id)
  union all
  select 'no class is overbooked', 'class_schedules', s.id, s.max_participants, s.current_bookings
  from public.class_schedules s
  where s.current_bookings > s.max_participants
  union all
  select 'nobody waits longer than who was promoted', 'bookings', w.id, max(p.waitlist_seq), w.waitlist_seq
  from public.bookings w
  join public.bookings p on p.class_schedule_id = w.class_schedule_id and p.promoted_at is not null
  where w.booking_type = 'waitlist' and w.status = 'confirmed' and p.waitlist_seq > w.waitlist_seq
  group by w.id
  union all
  select 'nobody waits beside a free seat', 'class_schedules', s.id, s.max_participants, s.current_bookings
  from public.class_schedules s
  join public.locations l on l.id = s.location_id
  where s.status = 'scheduled' and s.waitlist_count > 0 and s.current_bookings < s.max_participants
    and now() < s.starts_at - make_interval(mins => l.waitlist_close_minutes)
  union all
  select 'nobody is promoted twice', 'bookings', e.booking_id, 1, count(*)
  from public.booking_events e
  where e.event_type = 'promoted'
  group by e.booking_id
  having count(*) > 1
  union all
  select 'credits are the sum of their ledger', 'members', m.id, coalesce(sum(t.credits), 0), m.classes_remaining
  from public.members m
  left join public.class_credit_transactions t on t.member_id = m.id
  group by m.id
  having m.classes_remaining <> coalesce(sum(t.credits), 0)
  union all
  select 'each entry says how many credits were left', 'class_credit_transactions', r.id, r.running, r.balance_after
  from (
    select t.id, t.balance_after, sum(t.credits) over (partition by t.member_id order by t.seq) as running
    from public.class_credit_transactions t
  ) r
  where r.running <> r.balance_after
  union all
  select 'credits of a package are the sum of its ledger', 'member_packages', p.id, coalesce(sum(t.credits), 0),
         p.classes_remaining
  from public.member_packages p
  left join public.class_credit_transactions t on t.member_package_id = p.id
  group by p.id
  having p.classes_remaining <> coalesce(sum(t.credits), 0)
  union all
  select 'a booking holds the credit that it took', 'bookings', b.id, -b.credits_used, coalesce(sum(t.credits), 0)
  from public.bookings b
  left join public.class_credit_transactions t on t.booking_id = b.id
  group by b.id
  having coalesce(sum(t.credits), 0) <> -b.credits_used
  union all
  select 'classes attended are the bookings that say so', 'members', m.id, count(b.id), m.total_classes_attended
  from public.members m
  left join public.bookings b on b.member_id = m.id and b.status = 'attended'
  group by m.id
  having m.total_classes_attended <> count(b.id)
  union all
  select 'weeks in a row are those of the bookings', 'members', m.id, coalesce(w.weeks, 0), m.streak_weeks
  from public.members m
  left join (
    -- What private.weekly_streak says of one member, for all of them at once: the length of each run, the latest first.
    select r.member_id, count(*) as weeks, row_number() over (partition by r.member_id order by max(r.week) desc) as place
    from (
      select a.member_id, a.week,
             a.week - 7 * (row_number() over (partition by a.member_id order by a.week))::integer as run
      from (
        select distinct b.member_id, date_trunc('week', s.scheduled_date::timestamp)::date as week
        from public.bookings b
        join public.class_schedules s on s.id = b.class_schedule_id
        where b.status = 'attended'
      ) a
    ) r
    group by r.member_id, r.run
  ) w on w.member_id = m.id and w.place = 1
  where m.total_classes_attended > 0 and m.streak_weeks <> coalesce(w.weeks, 0)
  union all
  select 'what an invoice was paid is what was captured', 'invoices', i.id, sum(p.amount), i.amount_paid
  from public.invoices i
  join public.payments p on p.invoice_id = i.id and p.status = 'captured'
  group by i.id
  having (i.amount_paid, i.amount_refunded) <> (sum(p.amount), sum(p.refunded_amount))
  union all
  select 'what a booking was paid is what was captured', 'bookings', b.id, sum(p.amount - p.refunded_amount),
         b.amount_paid
  from public.bookings b
  join public.payments p on p.booking_id = b.id and p.status = 'captured'
  group by b.id
  having b.amount_paid <> sum(p.amount - p.refunded_amount)
  union all
  select 'who is away does not teach', 'class_schedules', s.id, 0, 1
  from public.class_schedules s
  join public.instructor_time_off o
    on o.instructor_id = s.effective_instructor_id and o.status = 'approved'
    and o.starts_at < s.ends_at and o.ends_at > s.starts_at
  where s.status = 'scheduled'
  union all
  select 'no booking crosses organizations', 'bookings', b.id, 1, 2
  from public.bookings b
  join public.locations l on l.id = b.location_id
  join public.members m on m.id = b.member_id
  join public.class_schedules s on s.id = b.class_schedule_id
  where m.organization_id <> l.organization_id or s.location_id <> b.location_id
$$;
comment on function private.invariants_of_studio() is 'The rules of the yoga studio.';
revoke all on function private.invariants_of_studio() from public;
grant execute on function private.invariants_of_studio() to service_role;
