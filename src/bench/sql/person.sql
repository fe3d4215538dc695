-- The claims of the person with an e-mail, as a token of Supabase has them: a row of JSON, or none.
select
  jsonb_strip_nulls(jsonb_build_object(
    'aud', 'authenticated',
    'sub', person.id,
    'email', person.email,
    'role', coalesce(nullif(to_jsonb(person) ->> 'role', ''), 'authenticated'),
    'app_metadata', to_jsonb(person) -> 'raw_app_meta_data',
    'user_metadata', to_jsonb(person) -> 'raw_user_meta_data'
  ))::text as claims
from auth.users as person
where lower(person.email) = lower($1)
order by person.id
limit 1
