-- bench: title the source's available-classes query, text unchanged, as a member
-- bench: as member@chain.yoga.example
select
  cs.id,
  ct.name,
  cs.scheduled_date,
  cs.start_time,
  cs.max_participants,
  cs.current_bookings,
  (cs.max_participants - cs.current_bookings) as spots_available,
  i.first_name || ' ' || i.last_name as instructor_name
from class_schedules cs
join class_types ct on cs.class_type_id = ct.id
join instructors i on cs.instructor_id = i.id
where cs.scheduled_date >= current_date
  and cs.status = 'scheduled'
  and cs.current_bookings < cs.max_participants
order by cs.scheduled_date, cs.start_time
