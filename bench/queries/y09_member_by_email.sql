-- bench: title a member by e-mail
-- bench: as staff@chain.yoga.example
-- bench: let mail = select email from members where home_location_id = md5('volume yoga location 1')::uuid order by id limit 5
select * from members where email = :mail
