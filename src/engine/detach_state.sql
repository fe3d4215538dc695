-- One row if $2 is (still) a partition of $1: whether its concurrent detachment waits to be finalized.
SELECT inhdetachpending AS pending
FROM pg_catalog.pg_inherits
WHERE inhparent = pg_catalog.to_regclass($1) AND inhrelid = pg_catalog.to_regclass($2)
