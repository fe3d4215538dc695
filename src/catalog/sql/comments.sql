-- Comments on what initdb did not make; those of large objects are data.
select d.classoid as class, d.objoid as oid, d.objsubid as sub, d.description
from pg_description d
where d.objoid >= 16384 and d.classoid <> 2613
