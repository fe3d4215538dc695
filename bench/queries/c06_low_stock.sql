-- bench: title what runs low
-- bench: as barista@chain.coffee.example
-- bench: let shop = select md5('volume coffee location 1')::uuid
select * from inventory where current_stock <= min_threshold and location_id = :shop
