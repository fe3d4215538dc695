-- Subscriptions of this database, without their connection, which may hold a password.
select
  'subscription' as kind, 6100 as class, s.oid::text as oid, 0 as sub, 0 as position,
  null as schema, null as of, s.subname::text as name,
  pg_get_userbyid(s.subowner) as owner, obj_description(s.oid, 'pg_subscription') as comment,
  to_json(s.subpublications)::text as publications, case when not s.subenabled then 'true' end as disabled,
  s.subslotname::text as slot, s.subsynccommit as synchronous_commit
from pg_subscription s
where s.subdbid = (select oid from pg_database where datname = current_database())
