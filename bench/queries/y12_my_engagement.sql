-- bench: title how I keep coming
-- bench: as member@chain.yoga.example
select * from member_engagement
