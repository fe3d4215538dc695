-- Removes refinery's row. Returns nothing.
DELETE FROM {refinery} WHERE version = $1
