-- Subscriptions of this database, without their connection, which may hold a password and is for superusers to read.
select
  'subscription' as kind, 6100 as class, s.oid, 0 as sub,
  null as schema, null as of, s.subname as name,
  pg_get_userbyid(s.subowner) as owner,
  to_json(s.subpublications)::text as publications, case when not s.subenabled then 'true' end as disabled,
  s.subslotname::text as slot, s.subsynccommit as synchronous_commit,
  nullif(s.binary, 'false') as binary,
  nullif(nullif(s.streaming, 'false'), 'f') as streaming,
  case when s.two_phase <> 'd' then 'true' end as two_phase,
  nullif(s.disable_on_error, 'false') as disable_on_error,
  nullif(s.password_required, 'true') as password_required,
  nullif(s.run_as_owner, 'false') as run_as_owner,
  nullif(s.failover, 'false') as failover,
  nullif(s.origin, 'any') as origin
-- Older versions lack some of these columns: there the name means the outer one.
from (
  select 'false' as subbinary, 'false' as substream, 'd' as subtwophasestate, 'false' as subdisableonerr,
    'true' as subpasswordrequired, 'false' as subrunasowner, 'false' as subfailover, 'any' as suborigin
) older
cross join lateral (
  select oid, subname, subowner, subpublications, subenabled, subslotname, subsynccommit,
    subbinary::text as binary, substream::text as streaming, subtwophasestate::text as two_phase,
    subdisableonerr::text as disable_on_error, subpasswordrequired::text as password_required,
    subrunasowner::text as run_as_owner, subfailover::text as failover, suborigin::text as origin
  from pg_subscription
  where subdbid = (select oid from pg_database where datname = current_database())
) s
