-- bench: title my upcoming bookings, through my_bookings
-- bench: as member@chain.yoga.example
select * from my_bookings where scheduled_date >= current_date order by starts_at
