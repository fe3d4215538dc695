-- Who can sign in, with the password "counterpose": one account for each role of the studio, and a second teacher who
-- can stand in. The same columns are in Supabase's auth.users and in the stand-in; identities only in the former.

insert into auth.users (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
  email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select
  '00000000-0000-0000-0000-000000000000', md5('yoga user ' || person.label)::uuid, 'authenticated', 'authenticated',
  person.label || '@yoga.example', '$2a$10$l7mW8hrQeyHMY6geaSlGduagGDr8yCUYYcaceBG3re05uz7RasdMW', opened.at, '', '', '', '',
  jsonb_build_object(
    'provider', 'email', 'providers', '["email"]'::jsonb, 'organization_id', md5('yoga organization')::uuid
  ),
  jsonb_build_object('name', person.name), opened.at, opened.at
from (values
  ('admin', 'Margit Solberg'), ('staff', 'Joel Amsel'), ('instructor', 'Chloe Dubois'), ('substitute', 'Dev Patel'),
  ('member', 'Maya Lindqvist')
) as person (label, name)
cross join (
  select (current_setting('seed.today')::date - 400 + time '09:00') at time zone 'America/New_York' as at
) as opened
on conflict (id) do nothing;

do $$
begin
  if to_regclass('auth.identities') is not null then
    insert into auth.identities (id, user_id, provider, provider_id, identity_data, created_at, updated_at)
    select
      u.id, u.id, 'email', u.id::text,
      jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true), u.created_at, u.created_at
    from auth.users u
    where u.id in (
      select md5('yoga user ' || label)::uuid from unnest('{admin,staff,instructor,substitute,member}'::text[]) label
    )
    on conflict do nothing;
  end if;
end
$$;
