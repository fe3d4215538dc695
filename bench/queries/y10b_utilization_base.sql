-- bench: title the same from the classes themselves
-- bench: as staff@chain.yoga.example
-- bench: let studio = select md5('volume yoga location 1')::uuid
select ct.name, count(*), sum(cs.current_bookings), sum(cs.max_participants)
from class_schedules cs
join class_types ct on ct.id = cs.class_type_id
where cs.location_id = :studio and cs.scheduled_date >= current_date - 28 and cs.scheduled_date < current_date
  and cs.status <> 'cancelled'
group by ct.name
