-- Run after stand_in.sql, as the same role: new objects in public are no longer reachable through the API unless a
-- migration grants it, the default of projects made since 2026-05-30; returns nothing. As there, only what the API can
-- use is taken back: TRUNCATE, REFERENCES and TRIGGER stay, so a migration must still revoke everything itself.
alter default privileges in schema public
  revoke select, insert, update, delete on tables from anon, authenticated, service_role;
alter default privileges in schema public
  revoke usage, select on sequences from anon, authenticated, service_role;
alter default privileges in schema public
  revoke execute on functions from anon, authenticated, service_role;
