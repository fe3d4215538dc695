-- What the columns are for that all tables have. The rollback takes back exactly these sentences.
do $$
declare
  undescribed record;
begin
  for undescribed in
    select c.oid::regclass as relation, a.attname as name, common.sentence
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join (values
      ('id', 'Primary key.'),
      ('organization_id', 'The business that the row belongs to.'),
      ('location_id', 'The location that the row belongs to.'),
      ('is_active', 'False: no longer used, and kept for what refers to it.'),
      ('created_at', 'When the row came.'),
      ('updated_at', 'When the row was last changed.'),
      ('created_by', 'The account that made the row; null for a server, or an account that is gone.'),
      ('updated_by', 'The account that last changed the row; null for a server, or an account that is gone.')
    ) as common (name, sentence) on common.name = a.attname
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and col_description(c.oid, a.attnum) is null
    order by c.relname, a.attnum
  loop
    execute format('comment on column %s.%I is %L', undescribed.relation, undescribed.name, undescribed.sentence);
  end loop;
end
$$;
