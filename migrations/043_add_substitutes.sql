-- Substitutes: an instructor who cannot come asks, and the first who can takes the class over.

create table public.substitute_requests (
  id uuid primary key default gen_random_uuid(),
  class_schedule_id uuid not null references public.class_schedules (id) on delete cascade,
  location_id uuid not null references public.locations (id),
  requested_by_instructor_id uuid not null references public.instructors (id) on delete cascade,
  reason text,
  status text not null default 'open' check (status in ('open', 'filled', 'cancelled', 'expired')),
  filled_by_instructor_id uuid references public.instructors (id) on delete set null,
  filled_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null
);
comment on table public.substitute_requests is 'Classes that look for a substitute. Written by functions only.';
comment on column public.substitute_requests.class_schedule_id is 'Which class; one open request each.';
comment on column public.substitute_requests.location_id is 'Where it is.';
comment on column public.substitute_requests.requested_by_instructor_id is 'Who cannot come.';
comment on column public.substitute_requests.reason is 'Why.';
comment on column public.substitute_requests.status is
  'open, filled, cancelled (with its class) or expired (the class is over).';
comment on column public.substitute_requests.filled_by_instructor_id is 'Who stands in.';
comment on column public.substitute_requests.filled_at is 'Since when that is settled.';
create unique index substitute_requests_one_open on public.substitute_requests (class_schedule_id)
  where status = 'open';
create index idx_substitute_requests_class on public.substitute_requests (class_schedule_id);
create index idx_substitute_requests_location on public.substitute_requests (location_id, status);
create index idx_substitute_requests_requested_by on public.substitute_requests (requested_by_instructor_id);
create index idx_substitute_requests_filled_by on public.substitute_requests (filled_by_instructor_id);
create index idx_substitute_requests_created_by on public.substitute_requests (created_by);
create index idx_substitute_requests_updated_by on public.substitute_requests (updated_by);
select private.stamp_tables('substitute_requests');
alter table public.substitute_requests enable row level security;
revoke all on public.substitute_requests from anon, authenticated, service_role;
grant select, insert, update, delete on public.substitute_requests to service_role;

-- However the class got its substitute, or its end: nobody looks for one any more.
create function private.settle_substitute_request() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.substitute_requests r
  set status = case new.status when 'cancelled' then 'cancelled' when 'completed' then 'expired' else 'filled' end,
      filled_by_instructor_id = case new.status when 'scheduled' then new.effective_instructor_id end,
      filled_at = case new.status when 'scheduled' then now() end
  where r.class_schedule_id = new.id and r.status = 'open';
  return null;
end
$$;
comment on function private.settle_substitute_request() is 'Trigger: closes a class''s request for a substitute.';

create trigger settle_substitute_request
  after update of instructor_id, substitute_instructor_id, status on public.class_schedules
  for each row when (
    new.status <> 'scheduled' or new.effective_instructor_id is distinct from old.effective_instructor_id
  )
  execute function private.settle_substitute_request();

-- The class, if the caller teaches it or works where it is. Everybody else learns nothing about it.
create function private.class_for_teacher(class uuid) returns public.class_schedules
language plpgsql stable security definer set search_path = '' as $$
declare
  found_class public.class_schedules;
begin
  select s.* into found_class from public.class_schedules s where s.id = class;
  if found_class.id is null or not (
    private.is_trusted_caller()
    or private.has_location_role(found_class.location_id, 'admin', 'staff')
    or found_class.effective_instructor_id = any (private.instructor_ids())
  ) then
    raise exception 'no class of yours: %', class using errcode = 'insufficient_privilege';
  end if;
  return found_class;
end
$$;
comment on function private.class_for_teacher(uuid) is 'A class, for its teacher and for staff of its location.';

create function private.available_substitutes(class uuid)
returns table (instructor_id uuid, first_name text, last_name text)
language plpgsql stable security definer set search_path = '' as $$
declare
  wanted public.class_schedules := private.class_for_teacher(class);
begin
  return query
    select i.id, i.first_name, i.last_name
    from public.locations l
    join public.instructors i on i.organization_id = l.organization_id
    where l.id = wanted.location_id and i.id not in (wanted.instructor_id, wanted.effective_instructor_id)
      and private.instructor_may_take(i.id, wanted)
      and not exists (
        select from public.instructor_time_off t
        where t.instructor_id = i.id and t.status = 'approved'
          and t.starts_at < wanted.ends_at and t.ends_at > wanted.starts_at
      )
      and not exists (
        select from public.class_schedules s
        where s.effective_instructor_id = i.id and s.status <> 'cancelled'
          and s.starts_at < wanted.ends_at and s.ends_at > wanted.starts_at
      )
    order by i.first_name, i.last_name, i.id;
end
$$;
comment on function private.available_substitutes(uuid) is 'Who could take a class: trained, at hand, and free.';

create function private.request_substitute(class uuid, reason text) returns public.substitute_requests
language plpgsql security definer set search_path = '' as $$
declare
  wanted public.class_schedules := private.class_for_teacher(class);
  request public.substitute_requests;
begin
  perform from public.class_schedules s where s.id = class for no key update;
  if wanted.status <> 'scheduled' or wanted.starts_at <= now() then
    raise exception 'class % is over, or cancelled', class
      using errcode = 'check_violation', constraint = 'check_substitute_class';
  end if;
  insert into public.substitute_requests as r (class_schedule_id, location_id, requested_by_instructor_id, reason)
  values (class, wanted.location_id, wanted.effective_instructor_id, request_substitute.reason)
  on conflict (class_schedule_id) where status = 'open'
  do update set reason = coalesce(excluded.reason, r.reason)
  returning r.* into request;
  insert into public.notifications (organization_id, location_id, user_id, kind, title, payload, dedupe_key)
  select i.organization_id, wanted.location_id, i.user_id, 'substitute_wanted', 'A class needs a substitute',
         jsonb_build_object('substitute_request_id', request.id, 'class_schedule_id', class),
         format('substitute:%s:%s', request.id, i.id)
  from private.available_substitutes(class) a
  join public.instructors i on i.id = a.instructor_id
  where i.user_id is not null
  on conflict (dedupe_key) do nothing;
  return request;
end
$$;
comment on function private.request_substitute(uuid, text) is 'Asks everybody who could for a substitute.';

create function private.accept_substitution(request uuid) returns public.substitute_requests
language plpgsql security definer set search_path = '' as $$
declare
  wanted public.substitute_requests;
  stand_in uuid;
begin
  select r.* into wanted from public.substitute_requests r where r.id = request;
  select i.id into stand_in
  from public.locations l
  join public.instructors i on i.organization_id = l.organization_id
  where l.id = wanted.location_id and i.id = any (private.instructor_ids())
    and i.id <> wanted.requested_by_instructor_id;
  if stand_in is null then
    raise exception 'no request for you: %', request using errcode = 'insufficient_privilege';
  end if;
  -- The class first, then the request: as in every change of a class.
  perform from public.class_schedules s where s.id = wanted.class_schedule_id for no key update;
  select r.* into wanted from public.substitute_requests r where r.id = request for no key update;
  if wanted.status <> 'open' then
    raise exception 'the request is already %', wanted.status
      using errcode = 'check_violation', constraint = 'check_substitute_open';
  end if;
  -- Triggers see to it that the substitute can, and close the request.
  update public.class_schedules s set substitute_instructor_id = stand_in where s.id = wanted.class_schedule_id;
  select r.* into wanted from public.substitute_requests r where r.id = request;
  return wanted;
end
$$;
comment on function private.accept_substitution(uuid) is
  'The calling instructor takes a class over; the first to do so has it.';

-- What the API calls. These run as the caller, and stand for their namesakes, which check who that is.
create function public.available_substitutes(class_schedule_id uuid)
returns table (instructor_id uuid, first_name text, last_name text)
language sql stable set search_path = '' as $$ select * from private.available_substitutes(class_schedule_id) $$;
comment on function public.available_substitutes(uuid) is 'Who could take a class.';
create function public.request_substitute(class_schedule_id uuid, reason text default null)
returns public.substitute_requests
language sql set search_path = '' as $$ select private.request_substitute(class_schedule_id, reason) $$;
comment on function public.request_substitute(uuid, text) is 'Asks for a substitute.';
create function public.accept_substitution(substitute_request_id uuid) returns public.substitute_requests
language sql set search_path = '' as $$ select private.accept_substitution(substitute_request_id) $$;
comment on function public.accept_substitution(uuid) is 'Takes a class over.';

revoke all on function
  private.settle_substitute_request(), private.class_for_teacher(uuid), private.available_substitutes(uuid),
  private.request_substitute(uuid, text), private.accept_substitution(uuid),
  public.available_substitutes(uuid), public.request_substitute(uuid, text), public.accept_substitution(uuid)
  from public, anon, authenticated, service_role;
grant execute on function
  private.available_substitutes(uuid), private.request_substitute(uuid, text), private.accept_substitution(uuid),
  public.available_substitutes(uuid), public.request_substitute(uuid, text), public.accept_substitution(uuid)
  to authenticated, service_role;
