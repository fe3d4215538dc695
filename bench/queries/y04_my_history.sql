-- bench: title my last 50 classes
-- bench: as member@chain.yoga.example
-- bench: let me = select m.id from members m join auth.users u on u.id = m.user_id where u.email = 'member@chain.yoga.example'
select b.status, cs.scheduled_date, ct.name
from bookings b
join class_schedules cs on cs.id = b.class_schedule_id
join class_types ct on ct.id = cs.class_type_id
where b.member_id = :me
order by cs.scheduled_date desc
limit 50
