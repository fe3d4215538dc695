-- Sixty members, half of them with a package, and six small classes; what each session does, at random, is tests.act.
create schema tests;
grant usage on schema tests to authenticated;
create unlogged table tests.outcomes (kind integer, outcome text);

insert into auth.users (id, email) select md5('user ' || n)::uuid, n || '@example.com' from generate_series(1, 60) n;
insert into auth.users (id, email) values ({user staff}, 'staff@example.com');
insert into user_roles (user_id, role) values ({user staff}, 'staff');
insert into instructors (id, first_name, last_name, email)
  select md5('instructor ' || n)::uuid, 'T', n, n || '@example.com' from generate_series(1, 6) n;
insert into class_types (id, name, duration, max_participants, price) values ({type vinyasa}, 'Vinyasa', 60, 10, 15);
insert into members (id, user_id, first_name, last_name, email, classes_remaining)
  select md5('member ' || n)::uuid, md5('user ' || n)::uuid, 'M', n, n || '@example.com', n % 4
  from generate_series(1, 60) n;
insert into membership_packages (id, name, price, classes_included, validity_days)
  values ({package twenty}, 'Twenty', 0, 20, 90);
select private.purchase_package({package twenty}, md5('member ' || n)::uuid, null, null)
  from generate_series(1, 30) n;
insert into class_schedules
  (id, class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants, waitlist_capacity)
  select md5('class ' || n)::uuid, {type vinyasa}, md5('instructor ' || n)::uuid, current_date + 3, '18:00', '19:00',
         3 + n, 30
  from generate_series(1, 6) n;

-- One operation, as PostgREST would send it: a member's own, or from kind 85 on one of staff's.
create procedure tests.act(kind integer, member integer, class integer)
language plpgsql as $$
declare
  who uuid := md5(case when kind >= 85 then 'user staff' else 'user ' || member end);
  member_key uuid := md5('member ' || member);
  class_key uuid := md5('class ' || class);
  mine uuid;
  outcome text := 'done';
begin
  perform set_config('request.jwt.claims', json_build_object('role', 'authenticated', 'sub', who)::text, true);
  set local role authenticated;
  begin
    select b.id into mine from bookings b
    where b.member_id = member_key and b.class_schedule_id = class_key and b.status = 'confirmed';
    if kind < 48 then
      perform book_class(class_key);
    elsif kind < 74 then
      perform cancel_booking(mine) where mine is not null;
    elsif kind < 80 then
      insert into bookings (member_id, class_schedule_id, booking_type)
      values (member_key, class_key, case when kind < 77 then 'waitlist' else 'regular' end);
    elsif kind < 85 then
      update bookings set status = 'cancelled' where id = mine;
    elsif kind < 88 then
      update class_schedules set max_participants = greatest(current_bookings, 3 + member % 7) where id = class_key;
    elsif kind < 90 then
      perform adjust_class_credits(member_key, case when member % 2 = 0 then 2 else -1 end, 'test');
    elsif kind < 94 then
      update bookings set status = case member % 3 when 0 then 'no_show' else 'attended' end
      where id = mine and booking_type <> 'waitlist';
    elsif kind < 97 then
      -- The first in line, held by somebody who does not cancel.
      update bookings b set booking_notes = 'mat' where b.id = (
        select w.id from bookings w
        where w.class_schedule_id = class_key and w.booking_type = 'waitlist' and w.status = 'confirmed'
        order by w.created_at limit 1
      );
    elsif kind < 99 then
      update members set membership_status = case membership_status when 'active' then 'suspended' else 'active' end
      where id = member_key and member > 55;
    else
      perform cancel_class(class_key, 'storm');
      reset role;
      update class_schedules set status = 'scheduled' where id = class_key;
    end if;
  exception when check_violation or unique_violation or insufficient_privilege or deadlock_detected then
    outcome := sqlstate;
  end;
  reset role;
  insert into tests.outcomes values (kind, outcome);
end
$$;

create procedure tests.plan(session integer)
language plpgsql as $$
begin
  insert into class_schedules
    (class_type_id, instructor_id, room_name, scheduled_date, start_time, end_time, max_participants)
  values (
    {type vinyasa}, md5('instructor ' || session % 2 + 1)::uuid, 'Only', current_date + 9, '10:00',
    time '10:30' + session * interval '1 minute', 5
  );
exception when exclusion_violation then
  null;
end
$$;

create procedure tests.close()
language plpgsql as $$
begin
  insert into location_closures (starts_on, ends_on, reason) values (current_date + 3, current_date + 3, 'holiday');
exception when exclusion_violation then
  null;
end
$$;
