-- migrate: without-triggers public.class_credit_transactions, public.member_packages, public.members, public.bookings
-- The ledger of class credits, from the invoices, the bookings and the ends of periods, and what the balances are for it.

insert into public.class_credit_transactions (
  id, member_id, member_package_id, transaction_type, credits, balance_after, booking_id, reason, created_at
)
with period as (
  select
    p.id as package_id, p.member_id, p.classes_per_period as granted, i.id as invoice_id, i.invoice_number, i.paid_at,
    lead(i.paid_at) over w as renewed_at,
    case
      when p.status = 'expired' then (p.expires_on + 1 + time '02:00') at time zone l.time_zone
    end as ended_at,
    row_number() over w as number
  from public.member_packages p
  join public.locations l on l.id = p.location_id and l.organization_id = md5('yoga organization')::uuid
  join public.invoices i on i.member_package_id = p.id and i.status = 'paid'
  where p.classes_per_period is not null
    and p.created_at < current_setting('seed.today')::date::timestamp at time zone l.time_zone
  window w as (partition by p.id order by i.period_start)
),
used as (
  select
    b.id as booking_id, b.member_id, b.member_package_id as package_id, b.credits_used, b.cancelled_at,
    coalesce(b.promoted_at, b.created_at) as at
  from public.bookings b
  join public.member_packages p on p.id = b.member_package_id and p.classes_per_period is not null
  where b.id = md5('yoga booking ' || b.member_id || ' ' || b.class_schedule_id)::uuid
),
entry as (
  select 'grant ' || invoice_id as label, member_id, package_id, 'grant' as type, granted as credits,
         null::uuid as booking_id, 'invoice ' || invoice_number as reason, paid_at as at, 2 as place
  from period
  union all
  select 'booking ' || booking_id, member_id, package_id, 'booking', -1, booking_id, null, at, 3 from used
  union all
  select 'booking refund ' || booking_id, member_id, package_id, 'booking_refund', 1, booking_id, null, cancelled_at, 3
  from used where credits_used = 0
  union all
  -- What was left when the period was over: granted, less what was taken and not given back until then.
  select 'expire ' || r.invoice_id, r.member_id, r.package_id, 'expire', u.left_over, null,
         case when r.ended_at is null then 'period ended' else 'package ended' end,
         coalesce(r.renewed_at, r.ended_at), 1
  from period r
  cross join lateral (
    select (count(*) - r.granted)::integer as left_over
    from used u
    where u.package_id = r.package_id and u.credits_used = 1 and u.at >= r.paid_at
      and u.at < coalesce(r.renewed_at, r.ended_at)
  ) u
  where coalesce(r.renewed_at, r.ended_at) is not null and u.left_over < 0
  union all
  select 'present', md5('yoga member maya-lindqvist')::uuid, null, 'adjust', 1, null,
         'For the burst pipe, with our apologies',
         (current_setting('seed.today')::date - 15 + time '10:30') at time zone 'America/New_York', 4
)
select
  md5('yoga credit ' || e.label)::uuid, e.member_id, e.package_id, e.type, e.credits, e.balance, e.booking_id, e.reason,
  e.at
from (
  select
    entry.*, sum(credits) over (partition by member_id order by at, place, label) as balance
  from entry
  order by at, place, label
) e
where not exists (
  select from public.class_credit_transactions t where t.id = md5('yoga credit ' || e.label)::uuid
);

update public.member_packages p
set classes_remaining = t.credits
from (
  select member_package_id, sum(credits) as credits from public.class_credit_transactions group by member_package_id
) as t
where t.member_package_id = p.id and p.classes_remaining <> t.credits
  and p.location_id in (select l.id from public.locations l where l.organization_id = md5('yoga organization')::uuid);

-- What members' rows keep of it, and of the classes they came to.
update public.members m
set classes_remaining = coalesce(credit.balance, 0), total_classes_attended = visit.times,
    last_attended_at = visit.last_at, streak_weeks = coalesce(streak.weeks, 0)
from public.members o
left join lateral (
  select t.balance_after as balance from public.class_credit_transactions t
  where t.member_id = o.id
  order by t.seq desc
  limit 1
) as credit on true
left join lateral (
  select count(*) as times, max(b.checked_in_at) as last_at from public.bookings b
  where b.member_id = o.id and b.status = 'attended'
) as visit on true
left join lateral private.weekly_streak(o.id, null, null) as streak on visit.times > 0
where m.id = o.id and o.organization_id = md5('yoga organization')::uuid
  and (o.classes_remaining, o.total_classes_attended, o.last_attended_at, o.streak_weeks)
    is distinct from (coalesce(credit.balance, 0), visit.times, visit.last_at, coalesce(streak.weeks, 0));
