-- Moves the row in flight forward. $4: a statement that cannot share a transaction with this row is running. Returns nothing.
UPDATE migrate.journal
SET statements_done = $2, progress = $3, detail = CASE WHEN $4 THEN '{"running": true}'::jsonb END
WHERE id = $1
