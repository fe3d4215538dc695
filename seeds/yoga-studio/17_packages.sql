-- migrate: without-triggers public.member_packages, public.invoices, public.payments, public.refunds, public.member_package_freezes, public.members
-- What the members bought, and paid for or not. A subscription is told by the day, counted from today, on which its next
-- period begins, and by the months that it has run until then; a pass by its first day.

create or replace function pg_temp.yoga_roll(label text, sides integer) returns integer
language sql immutable as $$ select (hashtextextended(label, 0) & 2147483647)::integer % sides $$;

insert into public.member_packages (
  id, member_id, membership_package_id, location_id, status, price, billing_cycle, classes_per_period, starts_on,
  expires_on, billing_anchor, current_period_end, auto_renew, activated_at, cancelled_at, created_at, updated_at
)
select
  md5('yoga sale ' || sale.member || ' ' || sale.package)::uuid, m.id, k.id, m.home_location_id, state.status, k.price,
  k.billing_cycle, k.classes_included, first.day,
  case when state.status <> 'pending' then coalesce(period.ends - 1, first.day + k.validity_days - 1) + rest.days end,
  first.day + case when k.billing_cycle = 'one_time' then 0 else rest.days end,
  case when state.status <> 'pending' then period.ends + rest.days end,
  k.auto_renew and sale.fate not in ('leaving', 'left'),
  case when state.status <> 'pending' then bought.at + interval '4 minutes' end,
  case when sale.fate in ('leaving', 'left') then gone.at end, bought.at,
  case when sale.fate in ('leaving', 'left') then gone.at else bought.at + interval '4 minutes' end
from (values
  -- member, package, months until then, days from today, what became of it
  ('maya-lindqvist', 'trial', 0, -28, 'runs'), ('maya-lindqvist', 'eight', 1, 10, 'runs'),
  ('hannah-weber', 'unlimited', 7, 6, 'runs'), ('tom-okafor', 'eight', 1, 14, 'runs'),
  ('ines-silva', 'annual', 12, 120, 'runs'), ('jonas-brandt', 'ten', 0, -34, 'runs'),
  ('mei-chen', 'annual', 12, 45, 'runs'), ('karim-haddad', 'unlimited', 3, 9, 'runs'),
  ('nora-schmidt', 'eight', 2, 5, 'runs'), ('paul-dufour', 'unlimited', 4, 17, 'runs'),
  ('zoe-papadakis', 'unlimited', 11, 3, 'runs'), ('arjun-rao', 'eight', 1, 18, 'runs'),
  ('lucia-ferrari', 'unlimited', 5, 12, 'runs'), ('sam-whitfield', 'five', 0, -33, 'runs'),
  ('aisha-bello', 'eight', 2, 8, 'runs'), ('greta-nilsson', 'eight', 1, 16, 'runs'),
  ('priya-menon', 'ten', 0, -40, 'runs'), ('caroline-abbott', 'five', 0, -21, 'runs'),
  ('diego-morales', 'unlimited', 2, 20, 'runs'), ('yuki-tanaka', 'annual', 12, 200, 'runs'),
  ('oliver-grant', 'founders', 14, 11, 'runs'), ('femke-de-vries', 'eight', 2, 13, 'runs'),
  ('liam-byrne', 'ten', 0, -18, 'runs'), ('sofia-kowalska', 'unlimited', 6, 22, 'runs'),
  ('marcus-reid', 'unlimited', 3, 4, 'runs'), ('amara-nwosu', 'eight', 1, 21, 'runs'),
  ('ruth-goldberg', 'founders', 16, 7, 'runs'), ('theo-laurent', 'ten', 0, -55, 'runs'),
  ('bianca-rossi', 'unlimited', 1, 15, 'runs'), ('hugo-andersen', 'five', 0, -26, 'runs'),
  ('leila-rahimi', 'eight', 1, 12, 'runs'), ('noah-fischer', 'unlimited', 2, 19, 'runs'),
  ('clara-jensen', 'annual', 12, 300, 'runs'), ('ethan-cole', 'trial', 0, -26, 'runs'),
  ('ethan-cole', 'five', 0, -19, 'runs'), ('isabel-navarro', 'eight', 2, 6, 'runs'),
  ('vera-sokolova', 'unlimited', 8, 23, 'runs'), ('ben-achebe', 'ten', 0, -12, 'runs'),
  ('wei-zhang', 'ten', 0, -25, 'runs'), ('grace-kim', 'trial', 0, -50, 'runs'),
  ('grace-kim', 'unlimited', 1, 24, 'runs'), ('george-osei', 'ten', 0, -69, 'runs'),
  ('finn-gallagher', 'trial', 0, -2, 'runs'), ('mateo-vargas', 'trial', 0, -3, 'runs'),
  -- Came once, or five times, and were not seen again.
  ('victor-lemaire', 'trial', 0, -70, 'runs'), ('tessa-quinn', 'trial', 0, -68, 'runs'),
  ('elif-demir', 'five', 0, -70, 'runs'), ('patrick-doyle', 'five', 0, -27, 'runs'),
  -- Resting: a hip, and a month at sea that is over.
  ('dorothy-hayes', 'ten', 0, -38, 'frozen'), ('nadia-petrova', 'unlimited', 9, 14, 'frozen'),
  -- Whom the billing job has something to do for today, who owes, who has not paid yet, who goes.
  ('alma-ortega', 'unlimited', 3, 0, 'runs'), ('julia-hoffmann', 'unlimited', 2, -3, 'past due'),
  ('rafael-costa', 'eight', 1, -1, 'past due'), ('kofi-mensah', 'eight', 2, -10, 'given up'),
  ('simon-keller', 'five', 0, 0, 'pending'), ('sienna-brooks', 'eight', 0, 0, 'pending'),
  ('emma-lindgren', 'unlimited', 4, 2, 'leaving'), ('rosa-delgado', 'unlimited', 2, 5, 'left')
) as sale (member, package, months, day, fate)
cross join (select current_setting('seed.today')::date as today) as clock
join public.members m on m.id = md5('yoga member ' || sale.member)::uuid
join public.membership_packages k on k.id = md5('yoga package ' || sale.package)::uuid
-- As many months back as lead forth to the same day: the 31st has no month before it.
cross join lateral (
  select clock.today + sale.day - coalesce(min(back.months) filter (where back.place = 1), 0) * interval '1 month' as day
  from (
    select n as months, row_number() over (order by abs(n - sale.months), n) as place
    from generate_series(1, 24) n
    where sale.months > 0 and (
      k.billing_cycle = 'annually' and n = 12
      or k.billing_cycle = 'monthly'
        and (clock.today + sale.day - n * interval '1 month')::date + n * interval '1 month' = clock.today + sale.day
    )
  ) as back
) as begin
cross join lateral (select begin.day::date as day) as first
cross join lateral (
  select case k.billing_cycle
    when 'monthly' then clock.today + sale.day
    when 'annually' then (first.day + interval '1 year')::date
  end as ends
) as period
cross join lateral (
  select case
    when sale.fate = 'pending' then 'pending'
    when sale.fate in ('past due', 'given up') then 'past_due'
    when sale.fate = 'left' then 'cancelled'
    when first.day + k.validity_days <= clock.today and sale.fate <> 'frozen' then 'expired'
    else 'active'
  end as status
) as state
cross join lateral (
  select case when sale.fate <> 'frozen' then 0 when k.billing_cycle = 'one_time' then 14 else 10 end as days
) as rest
-- Paid at the desk the evening before its first day.
cross join lateral (
  select (
    first.day - 1 + time '18:00' + make_interval(mins => pg_temp.yoga_roll(sale.member, 60))
  ) at time zone 'America/New_York' as at
) as bought
cross join lateral (select (clock.today - 8 + time '12:20') at time zone 'America/New_York' as at) as gone
on conflict (id) do nothing;

insert into public.member_package_freezes (id, member_package_id, starts_on, ends_on, reason, created_at)
select
  md5('yoga freeze ' || rest.member)::uuid, md5('yoga sale ' || rest.member || ' ' || rest.package)::uuid,
  clock.today + rest.first_day, clock.today + rest.last_day, rest.reason,
  (clock.today + rest.first_day - 2 + time '09:40') at time zone 'America/New_York'
from (values
  ('dorothy-hayes', 'ten', -5, 8, 'The other hip'), ('nadia-petrova', 'unlimited', -22, -13, 'Ten days at sea')
) as rest (member, package, first_day, last_day, reason)
cross join (select current_setting('seed.today')::date as today) as clock
on conflict (id) do nothing;

-- One invoice for each period that has begun.
insert into public.invoices (
  id, location_id, member_id, member_package_id, billing_reason, status, period_start, period_end, subtotal, amount_paid,
  amount_refunded, currency, due_date, attempt_count, next_attempt_at, paid_at, created_at, updated_at
)
select
  md5('yoga invoice ' || p.id || ' ' || to_char(period.first_day, 'YYYY-MM-DD'))::uuid, p.location_id, p.member_id, p.id,
  case when period.number = 0 then 'purchase' else 'renewal' end, state.status, period.first_day,
  private.next_period(p.starts_on, p.billing_cycle, period.first_day), p.price,
  case when state.status = 'paid' then p.price else 0 end, back.amount, l.currency, period.first_day, tried.times,
  case when state.status = 'open' and tried.times > 0 then made.at + make_interval(days => tried.times * tried.times) end,
  case when state.status = 'paid' then made.paid_at end, made.at,
  coalesce(case when back.amount > 0 then p.cancelled_at end, tried.last_at, made.paid_at, made.at)
from (select current_setting('seed.today')::date as today) as clock
cross join public.member_packages p
join public.locations l on l.id = p.location_id and l.organization_id = md5('yoga organization')::uuid
cross join lateral (
  select n as number, (p.starts_on + n * step.length)::date as first_day
  from generate_series(0, 24) n
  cross join (
    select case p.billing_cycle when 'monthly' then interval '1 month' else interval '1 year' end as length
  ) as step
  where n = 0 or (
    p.billing_cycle <> 'one_time' and (p.starts_on + n * step.length)::date <= clock.today
    -- The billing job has not run yet today.
    and ((p.starts_on + n * step.length)::date < coalesce(p.current_period_end, clock.today) or p.status = 'past_due')
  )
) as period
cross join lateral (
  select case
    when p.status = 'pending' then 'open'
    when p.status = 'past_due' and period.first_day = p.current_period_end
      then case when period.first_day > clock.today - 9 then 'open' else 'uncollectible' end
    else 'paid'
  end as status
) as state
cross join lateral (
  select
    case
      when period.number = 0 then p.created_at
      else (period.first_day + time '02:00') at time zone l.time_zone
    end as at,
    case
      when period.number = 0 then p.activated_at
      else (
        period.first_day + time '03:00'
        + make_interval(mins => pg_temp.yoga_roll(p.id::text || to_char(period.first_day, 'YYYYMMDD'), 50))
      ) at time zone l.time_zone
    end as paid_at
) as made
-- A charge that fails is tried again after 1, 3 and 5 days.
cross join lateral (
  select times, case when times > 0 then made.at + make_interval(days => (times - 1) * (times - 1)) end as last_at
  from (
    select case
      when state.status = 'uncollectible' then 4
      when state.status = 'open' and p.status = 'past_due'
        then (select count(*)::integer from unnest('{0,1,4,9}'::integer[]) d where period.first_day + d < clock.today)
      else 0
    end as times
  ) as counted
) as tried
-- Who left at once got half of the last month back.
cross join lateral (
  select case
    when p.status = 'cancelled'
      and private.next_period(p.starts_on, p.billing_cycle, period.first_day) >= p.current_period_end
      then round(p.price / 2, 2)
    else 0
  end as amount
) as back
-- Not what was sold by hand since then.
where p.created_at < clock.today::timestamp at time zone l.time_zone
  and not exists (
    select from public.invoices i where i.member_package_id = p.id and i.period_start = period.first_day
  )
order by made.at, p.id;

-- Passes are paid in cash now and then, subscriptions by the card that the provider keeps.
insert into public.payments (
  id, location_id, invoice_id, member_id, amount, currency, method, provider, external_id, refunded_amount, captured_at,
  created_at, updated_at
)
select
  md5('yoga payment ' || i.id)::uuid, i.location_id, i.id, i.member_id, i.total_amount, i.currency,
  case when with_card.paid then 'card' else 'cash' end, case when with_card.paid then 'stripe' end,
  case when with_card.paid then 'pi_yoga_' || left(md5('yoga charge ' || i.id), 16) end, i.amount_refunded, i.paid_at,
  i.paid_at, i.updated_at
from public.invoices i
join public.locations l on l.id = i.location_id and l.organization_id = md5('yoga organization')::uuid
join public.member_packages p on p.id = i.member_package_id
cross join lateral (
  select p.billing_cycle <> 'one_time' or pg_temp.yoga_roll(i.id::text, 3) > 0 as paid
) as with_card
where i.status = 'paid' and i.created_at < current_setting('seed.today')::date::timestamp at time zone l.time_zone
on conflict do nothing;

insert into public.payments (
  id, location_id, invoice_id, member_id, amount, currency, method, status, provider, external_id, failure_reason,
  created_at, updated_at
)
select
  md5('yoga failed payment ' || i.id || ' ' || n)::uuid, i.location_id, i.id, i.member_id, i.total_amount, i.currency,
  'card', 'failed', 'stripe', 'pi_yoga_' || left(md5('yoga failed charge ' || i.id || ' ' || n), 16),
  case when i.status = 'uncollectible' then 'card expired' else 'insufficient funds' end, tried.at, tried.at
from public.invoices i
join public.locations l on l.id = i.location_id and l.organization_id = md5('yoga organization')::uuid
cross join generate_series(1, 4) n
cross join lateral (select i.created_at + make_interval(days => (n - 1) * (n - 1), mins => 5) as at) as tried
where n <= i.attempt_count
  and i.created_at < current_setting('seed.today')::date::timestamp at time zone l.time_zone
on conflict do nothing;

-- Rosa moved away.
insert into public.refunds (id, payment_id, location_id, member_id, amount, reason, provider, external_id, created_at)
select
  md5('yoga refund ' || pay.id)::uuid, pay.id, pay.location_id, pay.member_id, pay.refunded_amount, 'Moved to Lisbon',
  pay.provider, 're_yoga_' || left(md5('yoga refund ' || pay.id), 16), pay.updated_at
from public.invoices i
join public.payments pay on pay.id = md5('yoga payment ' || i.id)::uuid
where i.member_package_id = md5('yoga sale rosa-delgado unlimited')::uuid and pay.refunded_amount > 0
on conflict do nothing;

-- Members since their first package, or some days longer where it is not paid yet; guests who bought nothing for months,
-- two of them only since the day before yesterday.
update public.members m
set created_at = joined.at, updated_at = joined.at
from (
  select
    g.id,
    coalesce(
      min(p.created_at - case p.status when 'pending' then interval '3 days' else interval '10 minutes' end),
      (
        current_setting('seed.today')::date + time '11:00'
        - make_interval(days => case
          when g.email in ('jasper.mills@example.com', 'anouk.bernard@example.com') then 2
          else 30 + pg_temp.yoga_roll(g.email, 90)
        end)
      ) at time zone 'America/New_York'
    ) as at
  from public.members g
  left join public.member_packages p on p.member_id = g.id
  where g.organization_id = md5('yoga organization')::uuid
  group by g.id
) as joined
where m.id = joined.id and m.created_at = now();

-- members.membership_*: the best package that runs, as summarize_membership() says it.
update public.members m
set membership_type = best.name, membership_start_date = best.starts_on, membership_end_date = best.ends_on
from (
  select distinct on (p.member_id)
    p.member_id, k.name, p.starts_on, case when not p.auto_renew then p.expires_on end as ends_on
  from public.member_packages p
  join public.membership_packages k on k.id = p.membership_package_id
  where p.status in ('active', 'past_due') and k.organization_id = md5('yoga organization')::uuid
  order by
    p.member_id, array_position(array['trial', 'standard', 'plus', 'premium'], k.tier) desc,
    p.expires_on desc nulls first
) as best
where m.id = best.member_id
  and (m.membership_type, m.membership_start_date, m.membership_end_date)
    is distinct from (best.name, best.starts_on, best.ends_on);
