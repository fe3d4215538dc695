-- bench: title the same from customer_loyalty_summary, all rows
-- bench: as barista@chain.coffee.example
select * from customer_loyalty_summary order by total_spent desc
