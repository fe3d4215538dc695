-- Subscriptions of this database, without their connection, which may hold a password.
select
  'subscription' as kind, 6100 as class, s.oid, 0 as sub,
  null as schema, null as of, s.subname as name,
  pg_get_userbyid(s.subowner) as owner,
  to_json(s.subpublications)::text as publications, case when not s.subenabled then 'true' end as disabled,
  s.subslotname::text as slot, s.subsynccommit as synchronous_commit
from pg_subscription s
where s.subdbid = (select oid from pg_database where datname = current_database())
