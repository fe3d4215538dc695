-- Removes the version $1 from Supabase's ledger, however many zeros it begins with there. Returns nothing.
DELETE FROM supabase_migrations.schema_migrations WHERE version::text ~ ('^0*' || $1::int8::text || '$')
