-- migrate: without-triggers public.organizations, public.locations, public.user_roles, public.rooms, public.class_types, public.instructors, public.instructor_class_types, public.instructor_availability, public.class_series, public.location_closures, public.membership_packages, public.member_goals, public.member_goal_entries
-- When the rows of the CSV files were made: not at the moment of seeding, which differs each time, but before anything
-- that hangs on them. Those that this transaction has inserted still bear its time.

do $$
declare
  studio constant uuid := md5('yoga organization')::uuid;
  today constant date := current_setting('seed.today')::date;
  opened constant timestamptz := (today - 400 + time '09:00') at time zone 'America/New_York';
  studios constant uuid[] := array(select id from public.locations where organization_id = studio);
  teachers constant uuid[] := array(select id from public.instructors where organization_id = studio);
begin
  update public.organizations set created_at = opened, updated_at = opened where id = studio and created_at = now();
  update public.locations set created_at = opened, updated_at = opened
  where organization_id = studio and created_at = now();
  update public.user_roles set created_at = opened, updated_at = opened
  where organization_id = studio and created_at = now();
  update public.rooms set created_at = opened, updated_at = opened
  where location_id = any (studios) and created_at = now();
  update public.class_types set created_at = opened, updated_at = opened
  where organization_id = studio and created_at = now();
  update public.instructors set created_at = opened, updated_at = opened
  where organization_id = studio and created_at = now();
  update public.instructor_class_types set created_at = opened, updated_at = opened
  where instructor_id = any (teachers) and created_at = now();
  update public.instructor_availability set created_at = opened, updated_at = opened
  where instructor_id = any (teachers) and created_at = now();
  update public.membership_packages set created_at = opened, updated_at = opened
  where organization_id = studio and created_at = now();
  update public.class_series
  set created_at = (dtstart - 35 + time '11:00') at time zone 'America/New_York',
      updated_at = (dtstart - 35 + time '11:00') at time zone 'America/New_York'
  where location_id = any (studios) and created_at = now();
  update public.location_closures
  set created_at = (least(starts_on, today) - 3 + time '08:20') at time zone 'America/New_York',
      updated_at = (least(starts_on, today) - 3 + time '08:20') at time zone 'America/New_York'
  where location_id = any (studios) and created_at = now();
  update public.member_goals g
  set created_at = (g.starts_on + time '08:00') at time zone 'America/New_York',
      updated_at = coalesce(g.achieved_at, (g.starts_on + time '08:00') at time zone 'America/New_York'),
      created_by = m.user_id
  from public.members m
  where m.id = g.member_id and m.organization_id = studio and g.created_at = now();
  update public.member_goal_entries e
  set created_at = (e.entry_date + time '21:30') at time zone 'America/New_York',
      updated_at = (e.entry_date + time '21:30') at time zone 'America/New_York'
  from public.member_goals g
  join public.members m on m.id = g.member_id and m.organization_id = studio
  where g.id = e.member_goal_id and e.created_at = now();
end
$$;
