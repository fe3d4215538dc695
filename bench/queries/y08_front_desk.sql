-- bench: title the front desk: today, with seats
-- bench: as staff@chain.yoga.example
-- bench: let studio = select md5('volume yoga location 1')::uuid
select cs.*, ct.name
from class_schedules cs
join class_types ct on ct.id = cs.class_type_id
where cs.location_id = :studio and cs.scheduled_date = current_date
order by cs.start_time
