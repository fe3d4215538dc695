-- refinery's rows, sorted by version. {refinery} is its table, quoted by the caller.
SELECT version::int8 AS version, name, applied_on, checksum
FROM {refinery}
ORDER BY 1
