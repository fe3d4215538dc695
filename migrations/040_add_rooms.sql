-- Rooms: where a class is held, and how many fit in.
-- The table is new, or small, where this runs: the project is installed as a whole.
-- squawk-ignore-file constraint-missing-not-valid, adding-foreign-key-constraint, require-concurrent-index-creation

create table public.rooms (
  id uuid primary key default gen_random_uuid(),
  location_id uuid not null default private.default_location_id() references public.locations (id),
  name text not null check (btrim(name) <> ''),
  capacity integer not null check (capacity > 0),
  equipment text[] not null default '{}',
  is_active boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  created_by uuid references auth.users (id) on delete set null,
  updated_by uuid references auth.users (id) on delete set null,
  constraint rooms_name_key unique (location_id, name),
  unique (location_id, id)
);
comment on table public.rooms is 'The rooms of a location. A room holds one class at a time.';
comment on column public.rooms.location_id is 'Where it is.';
comment on column public.rooms.name is 'What the timetable calls it.';
comment on column public.rooms.capacity is 'How many fit in; no class there has more seats.';
comment on column public.rooms.equipment is 'What is in it.';
create index idx_rooms_created_by on public.rooms (created_by);
create index idx_rooms_updated_by on public.rooms (updated_by);
select private.stamp_tables('rooms');
alter table public.rooms enable row level security;
revoke all on public.rooms from anon, authenticated, service_role;
grant select, insert, update, delete on public.rooms to service_role;

-- Both columns in the key: a room is one of the class's own location.
alter table public.class_schedules
  add column room_id uuid,
  add constraint class_schedules_room_id_fkey
    foreign key (location_id, room_id) references public.rooms (location_id, id);
comment on column public.class_schedules.room_id is 'The room, where it is one of the list; its name is room_name.';
create index idx_class_schedules_room on public.class_schedules (location_id, room_id);

-- The name is what the timetable shows and what no two classes share at a time; the key is what it follows from.
create function private.place_in_room() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  room public.rooms;
begin
  -- One plan at a time for a location: two that want the same room would each wait for the other to give way.
  perform from public.locations l where l.id = new.location_id for no key update;
  if tg_op = 'UPDATE' and new.room_id is not distinct from old.room_id
    and new.room_name is distinct from old.room_name
  then
    new.room_id := null;
  end if;
  if new.room_id is null then
    select r.* into room from public.rooms r where r.location_id = new.location_id and r.name = new.room_name;
    new.room_id := room.id;
  else
    select r.* into room from public.rooms r where r.location_id = new.location_id and r.id = new.room_id;
    new.room_name := coalesce(room.name, new.room_name);
  end if;
  if new.max_participants > room.capacity then
    raise exception 'room % holds %, not %', room.name, room.capacity, new.max_participants
      using errcode = 'check_violation', table = 'class_schedules', constraint = 'check_room_capacity';
  end if;
  return new;
end
$$;
comment on function private.place_in_room() is 'Trigger: a class''s room and its name go together, and it fits in.';

create trigger place_in_room
  before insert or update of room_id, room_name, max_participants on public.class_schedules
  for each row execute function private.place_in_room();

create function private.rename_room() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.class_schedules s set room_name = new.name, room_id = new.id where s.room_id = new.id;
  return null;
end
$$;
comment on function private.rename_room() is 'Trigger: the classes in a room show its new name.';

create trigger rename_room
  after update of name on public.rooms
  for each row when (new.name <> old.name)
  execute function private.rename_room();

revoke all on function private.place_in_room(), private.rename_room() from public;
