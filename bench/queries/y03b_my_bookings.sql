-- bench: title my last 20 bookings, by policy alone
-- bench: as member@chain.yoga.example
select * from bookings order by created_at desc limit 20
