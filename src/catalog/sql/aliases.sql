-- What pg_depend calls by another name than we do: class, oid and sub there, and the object whose part it is.
select 2618 as class, r.oid::text as oid, 0 as sub, 1259 as to_class, r.ev_class::text as to_oid, 0 as to_sub
from pg_rewrite r where r.rulename = '_RETURN' and r.oid >= 16384
union all
select 1259, k.conindid::text, 0, 2606, k.oid::text, 0
from pg_constraint k where k.contype in ('p', 'u', 'x') and k.conindid >= 16384
union all
-- A generated column's expression is the column's; a default is an object.
select 2604, d.oid::text, 0, 1259, d.adrelid::text, d.adnum::int
from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated <> ''
union all
select 1247, t.oid::text, 0, 1259, t.typrelid::text, 0
from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind <> 'c' where t.oid >= 16384
union all
select 1247, a.oid::text, 0,
  case when c.relkind <> 'c' then 1259 else 1247 end, case when c.relkind <> 'c' then t.typrelid else t.oid end::text, 0
from pg_type t join pg_type a on a.oid = t.typarray left join pg_class c on c.oid = t.typrelid where a.oid >= 16384
union all
select 1259, t.typrelid::text, 0, 1247, t.oid::text, 0
from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c' where t.oid >= 16384
union all
select 1247, (to_jsonb(r) ->> 'rngmultitypid'), 0, 1247, r.rngtypid::text, 0
from pg_range r where r.rngtypid >= 16384 and to_jsonb(r) ? 'rngmultitypid'
union all
-- Members of an extension are the extension.
select d.classid::int, d.objid::text, 0, 3079, d.refobjid::text, 0
from pg_depend d where d.deptype = 'e' and d.refclassid = 3079
union all
-- Parts of operator families and classes.
select 2602, m.oid::text, 0, 2753, m.amopfamily::text, 0 from pg_amop m where m.oid >= 16384
union all
select 2603, m.oid::text, 0, 2753, m.amprocfamily::text, 0 from pg_amproc m where m.oid >= 16384
union all
-- What a partition has from its parent is the parent's.
select 1259, h.inhrelid::text, 0, 1259, h.inhparent::text, 0
from pg_inherits h join pg_class c on c.oid = h.inhrelid where c.relkind in ('i', 'I')
