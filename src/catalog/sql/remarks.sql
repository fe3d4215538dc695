-- What may be said of an object of any kind that initdb did not make: its comment, and the extensions that it goes with.
select d.classoid as class, d.objoid as oid, d.objsubid as sub, 'comment' as attribute, d.description as value
from pg_description d
-- Large objects are data.
where d.objoid >= 16384 and d.classoid <> 2613
union all
select d.classid, d.objid, 0, 'depends_on_extensions', json_agg(quote_ident(e.extname) order by e.extname)::text
from pg_depend d
join pg_extension e on e.oid = d.refobjid
where d.refclassid = 3079 and d.deptype = 'x'
group by d.classid, d.objid
