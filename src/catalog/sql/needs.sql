-- Who needs whom, as PostgreSQL recorded it; and two needs that it does not record as such.
select
  d.classid::int as class, d.objid::text as oid, d.objsubid::int as sub,
  d.refclassid::int as to_class, d.refobjid::text as to_oid, d.refobjsubid::int as to_sub
from pg_depend d
where d.deptype in ('n', 'a', 'i', 'P', 'S', 'x') and d.objid >= 16384 and (d.refobjid >= 16384 or d.refclassid = 2615)
  -- A sequence is made before the column that owns it.
  and not (d.classid = 1259 and d.refclassid = 1259 and d.deptype = 'a' and d.refobjsubid > 0
    and exists (select from pg_sequence s where s.seqrelid = d.objid))
  -- The rewrite rule of a view needs the view; a table's row type needs the table.
  and not (d.classid = 2618 and d.refclassid = 1259 and d.deptype = 'i')
