-- bench: title this week at one studio
-- bench: as member@chain.yoga.example
-- bench: let studio = select md5('volume yoga location 1')::uuid
select * from available_classes
where location_id = :studio and scheduled_date <= current_date + 7
order by starts_at
