-- bench: title my upcoming bookings
-- bench: as member@chain.yoga.example
-- bench: let me = select m.id from members m join auth.users u on u.id = m.user_id where u.email = 'member@chain.yoga.example'
select b.id, b.status, cs.scheduled_date, cs.start_time, ct.name
from bookings b
join class_schedules cs on cs.id = b.class_schedule_id
join class_types ct on ct.id = cs.class_type_id
where b.member_id = :me and b.status = 'confirmed' and cs.scheduled_date >= current_date
order by cs.starts_at
