-- Tills: who opened which, what should be in it, and what was.
-- The table is new, or small, where this runs: the project is installed as a whole.
-- squawk-ignore-file adding-foreign-key-constraint, require-concurrent-index-creation

create table public.pos_sessions (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  register_name text not null default 'register-1' check (btrim(register_name) <> ''),
  opening_float decimal(10,2) not null default 0 check (opening_float >= 0),
  closed_at timestamp with time zone, -- none: open
  closed_by uuid references auth.users (id) on delete set null,
  expected_cash decimal(10,2),
  counted_cash decimal(10,2) check (counted_cash >= 0),
  cash_difference decimal(10,2) generated always as (counted_cash - expected_cash) stored,
  notes text,
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint pos_sessions_closed_complete check (
    (closed_at is null) = (expected_cash is null) and (closed_at is null) = (counted_cash is null)
  )
);
comment on table public.pos_sessions is 'A till from its opening to its count. created_by opened it.';
create unique index pos_sessions_one_open on public.pos_sessions (location_id, register_name) where closed_at is null;
create index idx_pos_sessions_location on public.pos_sessions (location_id, created_at desc);
create index idx_pos_sessions_closed_by on public.pos_sessions (closed_by);

create table public.cash_movements (
  id uuid primary key default gen_random_uuid(),
  pos_session_id uuid not null references public.pos_sessions (id),
  location_id uuid not null references public.locations (id),
  movement_type text not null check (movement_type in ('paid_in', 'paid_out')),
  amount decimal(10,2) not null check (amount > 0),
  reason text not null check (btrim(reason) <> ''),
  created_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null
);
comment on table public.cash_movements is
  'Cash put into a till or taken out that is no sale: change, a delivery paid; append-only.';
create index idx_cash_movements_session on public.cash_movements (pos_session_id);
create index idx_cash_movements_location on public.cash_movements (location_id);

alter table public.payments add column pos_session_id uuid references public.pos_sessions (id);
comment on column public.payments.pos_session_id is 'The till that took it.';
create index idx_payments_pos_session on public.payments (pos_session_id);

-- Who did it.
create index idx_pos_sessions_created_by on public.pos_sessions (created_by);
create index idx_pos_sessions_updated_by on public.pos_sessions (updated_by);
create index idx_cash_movements_created_by on public.cash_movements (created_by);

select private.stamp_tables(
  'pos_sessions'
);
select private.seal_tables('cash_movements');

alter table public.pos_sessions enable row level security;
alter table public.cash_movements enable row level security;
revoke all on
  public.pos_sessions, public.cash_movements
  from anon, authenticated, service_role;
grant select, insert, update, delete on
  public.pos_sessions
  to service_role;
grant select, insert on public.cash_movements to service_role;

-- While somebody counts it, nothing goes in or out: closing takes the lock that this one shares.
create function private.open_till(session uuid) returns public.pos_sessions
language plpgsql security definer set search_path = '' as $$
declare
  till public.pos_sessions;
begin
  select s.* into till from public.pos_sessions s where s.id = session for share;
  if till.closed_at is not null then
    raise exception 'till % is closed', till.register_name
      using errcode = 'check_violation', table = 'pos_sessions', constraint = 'till_is_open';
  end if;
  return till;
end
$$;
comment on function private.open_till(uuid) is 'A till that is open, and stays so until the transaction ends.';

create function private.prepare_cash_movement() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  new.location_id := (private.open_till(new.pos_session_id)).location_id;
  return new;
end
$$;
comment on function private.prepare_cash_movement() is 'Trigger: cash moves in a till that is open.';

create trigger prepare_cash_movement
  before insert on public.cash_movements
  for each row execute function private.prepare_cash_movement();

create function private.close_pos_session(session uuid, counted numeric, remark text) returns public.pos_sessions
language plpgsql security definer set search_path = '' as $$
declare
  till public.pos_sessions;
begin
  if not private.is_trusted_caller() and not exists (
    select
    from public.pos_sessions s
    where s.id = session and private.has_location_role(s.location_id, 'admin', 'staff', 'barista')
  ) then
    raise exception 'there is no such till' using errcode = 'insufficient_privilege';
  end if;
  select s.* into till from public.pos_sessions s where s.id = session for update;
  if till.closed_at is not null then
    return till; -- whoever counted first
  end if;
  update public.pos_sessions s
  set closed_at = now(), closed_by = auth.uid(), counted_cash = counted, notes = coalesce(remark, s.notes),
      expected_cash = s.opening_float
        + (
          select coalesce(sum(p.amount - p.refunded_amount), 0)
          from public.payments p
          where p.pos_session_id = session and p.method = 'cash' and p.status = 'captured'
        )
        + (
          select coalesce(sum(case c.movement_type when 'paid_in' then c.amount else -c.amount end), 0)
          from public.cash_movements c where c.pos_session_id = session
        )
  where s.id = session
  returning s.* into till;
  return till;
end
$$;
comment on function private.close_pos_session(uuid, numeric, text) is
  'Closes a till: what should be in it, and what was counted.';

-- What the API exposes runs as its caller and asks the function above, which checks him.
create function public.close_pos_session(session_id uuid, counted_cash numeric, notes text default null)
returns public.pos_sessions
language sql set search_path = '' as $$
  select private.close_pos_session($1, $2, $3)
$$;
comment on function public.close_pos_session(uuid, numeric, text) is
  'Counts and closes a till; the difference is in the answer.';

revoke all on function
  private.open_till(uuid), private.prepare_cash_movement(), private.close_pos_session(uuid, numeric, text),
  public.close_pos_session(uuid, numeric, text)
  from public, anon, authenticated, service_role;
grant execute on function
  private.close_pos_session(uuid, numeric, text), public.close_pos_session(uuid, numeric, text)
  to authenticated, service_role;
