-- Undoes 070: the sentences that it wrote, and no others.
do $$
declare
  described record;
begin
  for described in
    select c.oid::regclass as relation, a.attname as name
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
      and col_description(c.oid, a.attnum) in (
        'Primary key.',
        'The business that the row belongs to.',
        'The location that the row belongs to.',
        'False: no longer used, and kept for what refers to it.',
        'When the row came.',
        'When the row was last changed.',
        'The account that made the row; null for a server, or an account that is gone.',
        'The account that last changed the row; null for a server, or an account that is gone.'
      )
  loop
    execute format('comment on column %s.%I is null', described.relation, described.name);
  end loop;
end
$$;
