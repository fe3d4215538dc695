-- bench: title an instructor's roster of a class
-- bench: as instructor@chain.yoga.example
-- bench: let me = select i.id from instructors i join auth.users u on u.id = i.user_id where u.email = 'instructor@chain.yoga.example'
select *
from class_roster((
  select id from class_schedules
  where effective_instructor_id = :me and scheduled_date >= current_date
  order by starts_at limit 1
))
