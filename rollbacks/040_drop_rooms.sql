-- Undoes 040. Classes keep the names of their rooms.
drop trigger rename_room on public.rooms;
drop trigger place_in_room on public.class_schedules;
drop function private.rename_room();
drop function private.place_in_room();
alter table public.class_schedules drop column room_id;
drop table public.rooms;
