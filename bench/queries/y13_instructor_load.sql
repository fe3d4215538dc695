-- bench: title what instructors teach, 4 weeks of a studio
-- bench: as staff@chain.yoga.example
-- bench: let studio = select md5('volume yoga location 1')::uuid
select * from instructor_load where location_id = :studio and week_start >= current_date - 28
