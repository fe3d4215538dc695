-- Makes the ledger of Supabase's CLI, in its own columns. Re-runnable. Returns nothing.
CREATE SCHEMA IF NOT EXISTS supabase_migrations;
CREATE TABLE IF NOT EXISTS supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY, statements text[], name text)
