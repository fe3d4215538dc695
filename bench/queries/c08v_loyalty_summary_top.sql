-- bench: title the same from customer_loyalty_summary, the first 100
-- bench: as barista@chain.coffee.example
select * from customer_loyalty_summary order by total_spent desc limit 100
