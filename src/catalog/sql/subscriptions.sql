-- Subscriptions of this database, without their connection, which may hold a password.
select
  'subscription' as kind, 6100 as class, s.oid, 0 as sub,
  null as schema, null as of, s.subname as name,
  pg_get_userbyid(s.subowner) as owner,
  to_json(s.subpublications)::text as publications, case when not s.subenabled then 'true' end as disabled,
  s.subslotname::text as slot, s.subsynccommit as synchronous_commit,
  -- Newer versions have more of them.
  nullif(to_jsonb(s) ->> 'subbinary', 'false') as binary,
  nullif(nullif(to_jsonb(s) ->> 'substream', 'false'), 'f') as streaming,
  case when to_jsonb(s) ->> 'subtwophasestate' <> 'd' then 'true' end as two_phase,
  nullif(to_jsonb(s) ->> 'subdisableonerr', 'false') as disable_on_error,
  nullif(to_jsonb(s) ->> 'subpasswordrequired', 'true') as password_required,
  nullif(to_jsonb(s) ->> 'subrunasowner', 'false') as run_as_owner,
  nullif(to_jsonb(s) ->> 'subfailover', 'false') as failover,
  nullif(to_jsonb(s) ->> 'suborigin', 'any') as origin
from pg_subscription s
where s.subdbid = (select oid from pg_database where datname = current_database())
