-- bench: title members about to stop coming
-- bench: as staff@chain.yoga.example
select * from member_engagement where segment = 'at_risk' limit 100
