-- bench: title an instructor's week
-- bench: as instructor@chain.yoga.example
-- bench: let me = select i.id from instructors i join auth.users u on u.id = i.user_id where u.email = 'instructor@chain.yoga.example'
select cs.*, ct.name
from class_schedules cs
join class_types ct on ct.id = cs.class_type_id
where cs.effective_instructor_id = :me and cs.scheduled_date between current_date and current_date + 7
order by cs.starts_at
