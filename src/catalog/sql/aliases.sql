-- What pg_depend calls by another name than we do: class, oid and sub there, and the object whose part it is.
select 2618 as class, r.oid as oid, 0 as sub, 1259 as to_class, r.ev_class as to_oid, 0 as to_sub
from pg_rewrite r where r.rulename = '_RETURN' and r.oid >= 16384
union all
select 1259, k.conindid, 0, 2606, k.oid, 0
from pg_constraint k where k.contype in ('p', 'u', 'x') and k.conindid >= 16384
union all
-- A generated column's expression is the column's; a default is an object.
select 2604, d.oid, 0, 1259, d.adrelid, d.adnum::int
from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum and a.attgenerated <> ''
union all
select 1247, t.oid, 0, 1259, t.typrelid, 0
from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind <> 'c' where t.oid >= 16384
union all
select 1247, a.oid, 0,
  case when c.relkind <> 'c' then 1259 else 1247 end, case when c.relkind <> 'c' then t.typrelid else t.oid end, 0
from pg_type t join pg_type a on a.oid = t.typarray left join pg_class c on c.oid = t.typrelid where a.oid >= 16384
union all
select 1259, t.typrelid, 0, 1247, t.oid, 0
from pg_type t join pg_class c on c.oid = t.typrelid and c.relkind = 'c' where t.oid >= 16384
union all
select 1247, (to_jsonb(r) ->> 'rngmultitypid')::oid, 0, 1247, r.rngtypid, 0
from pg_range r where r.rngtypid >= 16384 and to_jsonb(r) ? 'rngmultitypid'
union all
-- Parts of operator families and classes.
select 2602, m.oid, 0, 2753, m.amopfamily, 0 from pg_amop m where m.oid >= 16384
union all
select 2603, m.oid, 0, 2753, m.amprocfamily, 0 from pg_amproc m where m.oid >= 16384
union all
-- What a partition has from its parent is the parent's.
select 1259, h.inhrelid, 0, 1259, h.inhparent, 0
from pg_inherits h join pg_class c on c.oid = h.inhrelid where c.relkind in ('i', 'I')
