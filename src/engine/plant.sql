-- Plants two rows in every table that has none, as far as values can be guessed that its constraints take. Returns nothing.
-- What a check, a domain or a partition compares with is tried first; foreign keys point to rows that are there. A table for
-- which nothing fits stays empty, and is named in the setting `migrate.hopeless`, which is read, too. One transaction, one round trip, whatever the number of tables.
do $plant$
declare
  rows_each constant int := 2;
  tries_most constant int := 30;
  passes_most constant int := 8;
  t record; col record; k record;
  is_there boolean; has_planted boolean; has_progress boolean; is_superuser boolean := current_setting('is_superuser') = 'on';
  base oid; sort "char"; known oid[]; hints text[]; numbers text[]; near text[]; values_of text[]; picked text; parent text[];
  filled oid[] := '{}'; hopeless text[] := coalesce(string_to_array(nullif(current_setting('migrate.hopeless', true), ''), ','), '{}');
  columns jsonb; fixed jsonb; names text[]; literals text[];
begin
  set constraints all immediate;
  for pass in 1 .. passes_most loop
    has_progress := false;
    for t in
      select c.oid, format('%I.%I', n.nspname, c.relname) as name,
        format('%s %s %s', c.oid, c.relnatts, (select count(*) from pg_catalog.pg_constraint o where o.conrelid = c.oid)) as key
      from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema', 'migrate') and n.nspname !~ '^pg_'
        and not exists (select from pg_catalog.pg_depend e where e.classid = 1259 and e.objid = c.oid and e.deptype = 'e')
      order by 2
    loop
      if t.oid = any (filled) then
        continue;
      end if;
      execute format('select exists (select from %s)', t.name) into is_there;
      if is_there then
        filled := filled || t.oid;
      end if;
      -- Its turn comes when there is something to point to. What fitted nowhere before is not tried again until it changes.
      continue when is_there or t.key = any (hopeless) or exists (
        select from pg_catalog.pg_constraint f join pg_catalog.pg_attribute o on o.attrelid = f.conrelid and o.attnum = any (f.conkey)
        where f.conrelid = t.oid and f.contype = 'f' and f.confrelid <> t.oid and f.confrelid <> all (filled) and o.attnotnull);
      for n in 1 .. rows_each loop
        -- What may be written into each column, the likeliest first; a null at the end is one more candidate.
        columns := '[]';
        for col in
          select a.attname::text as name, a.attnum, a.atttypid, a.atttypmod, a.attnotnull, a.atthasdef,
            format_type(a.atttypid, a.atttypmod) as type, pg_get_expr(d.adbin, d.adrelid) as default
          from pg_catalog.pg_attribute a
          left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
          order by a.attnum
        loop
          continue when col.default ~ '^nextval\(';
          base := col.atttypid; known := array[base];
          for depth in 1 .. 8 loop
            exit when (select typtype <> 'd' from pg_catalog.pg_type where oid = base);
            base := (select typbasetype from pg_catalog.pg_type where oid = base);
            known := known || base;
          end loop;
          select array_agg(m[1]) filter (where m[1] is not null), array_agg(m[2]) filter (where m[2] is not null)
          into hints, numbers
          from (
            select regexp_matches(words, '''((?:[^'']|'''')*)''|(-?[0-9]+(?:\.[0-9]+)?)', 'g') as m
            from (
              select pg_get_constraintdef(c.oid) as words from pg_catalog.pg_constraint c
              where c.contype = 'c' and (c.conrelid = t.oid and col.attnum = any (c.conkey) or c.contypid = any (known))
              union all
              select pg_get_expr(p.relpartbound, p.oid) from pg_catalog.pg_partitioned_table g
              join pg_catalog.pg_inherits h on h.inhparent = g.partrelid join pg_catalog.pg_class p on p.oid = h.inhrelid
              where g.partrelid = t.oid and col.attnum = any (g.partattrs::int2[])
            ) found
          ) matched;
          sort := (select typcategory from pg_catalog.pg_type where oid = base);
          -- A number in a check is a bound: it and the one after it, those that are large enough first.
          select coalesce(array_agg(v::text order by v < n, v), '{}') into near
          from (select word::numeric + more as v from unnest(hints || numbers) word, (values (0), (1)) as next (more)
                where word ~ '^-?[0-9]{1,9}(\.[0-9]{1,9})?$') bounds;
          values_of := case
            when base in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'oid'::regtype)
              then near || array[n::text, (n * 10)::text, '100', '0', '5']
            when base in ('numeric'::regtype, 'float4'::regtype, 'float8'::regtype, 'money'::regtype)
              then near || array[n || '.25', (n * 10)::text, '100', '0', '0.5']
            when sort = 'E'
              then (select array_agg(enumlabel::text order by enumsortorder) from pg_catalog.pg_enum where enumtypid = base)
            when base in ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype, 'name'::regtype) or sort = 'S'
              then coalesce(hints, '{}') || array['Planted ' || n, 'planted' || n || '@example.com', 'planted-' || n, 'P' || n, '+1555010000' || n, '#00000' || n,
                'https://example.com/' || n, 'EUR', 'en', '10:0' || n, '1000' || n]
            when base in ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
              then coalesce(hints, '{}') || array['2026-01-0' || n || ' 08:00', '2026-02-0' || n || ' 09:30', '2030-01-0' || n, '2020-01-0' || n, '2000-01-0' || n]
            when base in ('time'::regtype, 'timetz'::regtype) then coalesce(hints, '{}') || array['0' || n || ':00', '12:00', '23:0' || n]
            when base = 'interval'::regtype then array[n || ' hours', n || ' days', n || ' minutes']
            when base = 'bool'::regtype then array[(n = 1)::text, (n <> 1)::text]
            when base = 'uuid'::regtype then array[md5(t.name || col.name || n)::uuid::text]
            when base in ('json'::regtype, 'jsonb'::regtype) then array['{"planted": ' || n || '}', '{}', '[]', '"planted"', n::text]
            when base = 'bytea'::regtype then array['\x0' || n]
            when base in ('inet'::regtype, 'cidr'::regtype) then array['192.0.2.' || n]
            when sort = 'A'
              then array['{}', '{' || n || '}', '{planted}', '{2026-01-01}', (select '{' || quote_ident(min(enumlabel::text)) || '}' from pg_catalog.pg_enum e
                join pg_catalog.pg_type y on y.typelem = e.enumtypid where y.oid = base)]
            when sort = 'R' then array['[' || n * 10 || ',' || n * 10 + 5 || ')',
                '[2026-01-0' || n || ' 08:00,2026-01-0' || n + 1 || ' 08:00)', 'empty']
            when sort = 'V' then array[repeat('1', greatest(col.atttypmod, 1)), n::text]
            else array[n::text, '(0,' || n || ')', '((0,0),(1,' || n || '))', '<(0,0),' || n || '>', '{1,1,' || n || '}', '08:00:2b:01:02:0' || n,
              '0/' || n, '<a/>', 'planted', '{}', '']
          end;
          columns := columns || jsonb_build_array(jsonb_build_object('name', col.name, 'type', col.type, 'default', col.atthasdef,
            'most', case when base in ('varchar'::regtype, 'bpchar'::regtype) and col.atttypmod > 4 then col.atttypmod - 4 end,
            'values', to_jsonb(values_of) || case when col.attnotnull then '[]'::jsonb else '[null]'::jsonb end));
        end loop;

        has_planted := false;
        for attempt in 1 .. tries_most loop
          -- The last tries go without triggers, where that is allowed. A second row is worth less.
          exit when attempt > tries_most * 2 / 3 and not is_superuser or n > 1 and attempt > tries_most / 5;
          fixed := '{}';
          for k in select conkey, confrelid, confkey from pg_catalog.pg_constraint where conrelid = t.oid and contype = 'f' order by conname loop
            parent := null;
            if k.confrelid <> t.oid then
              -- Another row than the last one, if there is another.
              for skipped in reverse (n + attempt) % rows_each .. 0 loop
                execute format('select array[%s] from %s order by 1 offset %s limit 1',
                  (select string_agg(format('%I::text', f.attname), ', ' order by o) from unnest(k.confkey) with ordinality u (f, o)
                   join pg_catalog.pg_attribute f on f.attrelid = k.confrelid and f.attnum = u.f), k.confrelid::regclass, skipped) into parent;
                exit when parent is not null;
              end loop;
            end if;
            select fixed || coalesce(jsonb_object_agg(f.attname, parent[o]) filter (where not fixed ? f.attname::text), '{}') into fixed
            from unnest(k.conkey) with ordinality u (f, o) join pg_catalog.pg_attribute f on f.attrelid = t.oid and f.attnum = u.f;
          end loop;
          names := '{}'; literals := '{}';
          for col in select c ->> 'name' as name, c ->> 'type' as type, (c ->> 'default')::boolean as has_default, (c ->> 'most')::int as most, c -> 'values' as candidates
            from jsonb_array_elements(columns) c
          loop
            if fixed ? col.name then
              picked := fixed ->> col.name;
            elsif attempt = 1 then
              picked := col.candidates ->> 0;
            elsif col.has_default and (hashtext(col.name || attempt) % 3 = 0 or attempt = 2) then
              continue;
            elsif attempt = 3 then
              picked := col.candidates ->> -1;
            else
              picked := col.candidates ->> (abs(hashtext(col.name || attempt || n)) % jsonb_array_length(col.candidates));
            end if;
            names := names || quote_ident(col.name);
            literals := literals || format('%s::%s', quote_nullable(coalesce(left(picked, col.most), picked)), col.type);
          end loop;
          begin
            if attempt > tries_most * 2 / 3 then
              perform set_config('session_replication_role', 'replica', true);
            end if;
            if names = '{}' then
              execute format('insert into %s default values', t.name);
            else
              execute format('insert into %s (%s) values (%s)', t.name, array_to_string(names, ', '), array_to_string(literals, ', '));
            end if;
            has_planted := true;
          exception when others then
            null; -- the next guess
          end;
          if attempt > tries_most * 2 / 3 then
            perform set_config('session_replication_role', 'origin', true);
          end if;
          exit when has_planted;
        end loop;
        has_progress := has_progress or has_planted;
        if has_planted then
          filled := filled || t.oid;
        elsif n = 1 then
          hopeless := hopeless || t.key;
          exit;
        end if;
      end loop;
    end loop;
    exit when not has_progress;
  end loop;
  perform pg_catalog.set_config('migrate.hopeless', array_to_string(hopeless, ','), false);
end
$plant$
