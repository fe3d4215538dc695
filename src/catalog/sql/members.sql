-- What belongs to an extension, and to which.
select d.classid as class, d.objid as oid, d.refobjid as extension
from pg_depend d
where d.refclassid = 3079 and d.deptype = 'e'
