-- Puts the rows of every table, as JSON, into the setting `migrate.rows`: of large tables only how many. Returns nothing.
do $rows$
declare
  rows_most constant int := 1000;
  t record; found jsonb; counted bigint; tables jsonb[] := '{}';
begin
  for t in
    select n.nspname::text as schema, c.relname::text as name
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
      and n.nspname not in ('pg_catalog', 'information_schema', 'migrate') and n.nspname !~ '^pg_'
      and not exists (select from pg_catalog.pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
  loop
    execute format('select count(*), jsonb_agg(to_jsonb(r)) from (select * from %I.%I limit %s) r', t.schema, t.name, rows_most + 1)
      into counted, found;
    if counted > rows_most then
      execute format('select count(*) from %I.%I', t.schema, t.name) into counted;
      found := null;
    end if;
    if counted > 0 then
      tables := tables || jsonb_build_object('schema', t.schema, 'name', t.name, 'count', counted, 'rows', found);
    end if;
  end loop;
  perform pg_catalog.set_config('migrate.rows', pg_catalog.to_jsonb(tables)::text, false);
end
$rows$
