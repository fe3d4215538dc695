-- bench: title the last 50 movements of a stock, by the number that the ledger gives
-- bench: as barista@chain.coffee.example
-- bench: let stock = select i.id from inventory i where i.location_id = md5('volume coffee location 1')::uuid order by (select count(*) from stock_movements m where m.inventory_id = i.id) desc limit 3
select * from stock_movements where inventory_id = :stock order by seq desc limit 50
