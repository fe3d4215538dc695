-- Who needs whom, as PostgreSQL recorded it; and two needs that it does not record as such.
select d.classid as class, d.objid as oid, d.objsubid as sub, d.refclassid as to_class, d.refobjid as to_oid, d.refobjsubid as to_sub
from pg_depend d
left join pg_sequence s on s.seqrelid = d.objid and d.classid = 1259
where d.deptype in ('n', 'a', 'i', 'P', 'S', 'x') and d.objid >= 16384 and (d.refobjid >= 16384 or d.refclassid = 2615)
  -- A sequence is made before the column that owns it.
  and not (s.seqrelid is not null and d.refclassid = 1259 and d.deptype = 'a' and d.refobjsubid > 0)
  -- The rewrite rule of a view needs the view; a table's row type needs the table.
  and not (d.classid = 2618 and d.refclassid = 1259 and d.deptype = 'i')
