-- Makes the table in which Supabase's CLI keeps the seeds that have run, in its own columns. Re-runnable. Returns nothing.
CREATE SCHEMA IF NOT EXISTS supabase_migrations;
CREATE TABLE IF NOT EXISTS supabase_migrations.seed_files (path text NOT NULL PRIMARY KEY, hash text NOT NULL)
