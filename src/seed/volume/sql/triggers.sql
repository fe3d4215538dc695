-- All triggers of schema public that people made and that are on: how they are switched off, and on again as they were.
SELECT coalesce(pg_catalog.string_agg(
         pg_catalog.format('ALTER TABLE ONLY %s DISABLE TRIGGER %I', t.tgrelid::pg_catalog.regclass, t.tgname), '; '
       ), ''),
       coalesce(pg_catalog.string_agg(
         pg_catalog.format(
           'ALTER TABLE ONLY %s ENABLE%s TRIGGER %I', t.tgrelid::pg_catalog.regclass,
           CASE t.tgenabled WHEN 'R' THEN ' REPLICA' WHEN 'A' THEN ' ALWAYS' ELSE '' END, t.tgname
         ), '; '
       ), '')
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = 'public'::pg_catalog.regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'D';
