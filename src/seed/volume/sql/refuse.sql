DECLARE
    broken text;
BEGIN
    EXECUTE {query} INTO broken;
    IF broken IS NOT NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = pg_catalog.format('rows of %s refer to what is not there: %s', {relation}, broken);
    END IF;
END
