-- Gives refinery's row the name and checksum of the file as it is now. Returns nothing.
UPDATE {refinery} SET name = $2, checksum = $3 WHERE version = $1
