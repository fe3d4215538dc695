-- Who can sign in: the people behind the counter, and twelve of the guests. The password of all is `counterpose`. Where
-- Supabase Auth runs they sign in with it; anywhere else their ids do, as claims.
set local client_min_messages = warning;

create temporary table coffee_people (label, email, name) on commit drop as
values
  ('admin', 'admin@coffee.example', 'Marta Quill'), -- owns it
  ('manager', 'manager@coffee.example', 'Desmond Achebe'), -- both shops
  ('barista', 'barista@coffee.example', 'Sunny Varga'), -- Old Town
  ('june', 'june@coffee.example', 'June Castellano'), -- Old Town
  ('teo', 'teo@coffee.example', 'Teo Lindgren'), -- Old Town
  ('station', 'station@coffee.example', 'Paz Ortega'), -- Station
  ('wren', 'wren@coffee.example', 'Wren Ashby'), -- Station
  ('customer', 'customer@coffee.example', 'Ines Marchetti'),
  ('priya', 'priya.raman@guests.example', 'Priya Raman'),
  ('noor', 'noor.haddad@guests.example', 'Noor Haddad'),
  ('lucia', 'lucia.ferrer@guests.example', 'Lucía Ferrer'),
  ('mei', 'mei.tanaka@guests.example', 'Mei Tanaka'),
  ('fatou', 'fatou.diallo@guests.example', 'Fatou Diallo'),
  ('kofi', 'kofi.mensah@guests.example', 'Kofi Mensah'),
  ('yara', 'yara.benali@guests.example', 'Yara Benali'),
  ('arjun', 'arjun.pillai@guests.example', 'Arjun Pillai'),
  ('emeka', 'emeka.obi@guests.example', 'Emeka Obi'),
  ('amos', 'amos.reyes@guests.example', 'Amos Reyes'),
  ('clem', 'clem.vos@guests.example', 'Clementine Vos');

-- Auth reads these tokens as texts, and fails where they are null.
insert into auth.users as u (
  instance_id, id, aud, role, email, encrypted_password, email_confirmed_at, confirmation_token, recovery_token,
  email_change_token_new, email_change, raw_app_meta_data, raw_user_meta_data, created_at, updated_at
)
select '00000000-0000-0000-0000-000000000000', md5('coffee user ' || p.label)::uuid, 'authenticated', 'authenticated',
       p.email, '$2a$10$fNsLtDMo9PSGEGAmnkaFqOV0qd1r2hOuonA4ncVAtD/ZGb/FSb0Xy', d.joined, '', '', '', '',
       jsonb_build_object(
         'provider', 'email', 'providers', jsonb_build_array('email'), 'organization_id',
         md5('coffee organization')::uuid
       ),
       jsonb_build_object('name', p.name), d.joined, d.joined
from coffee_people p
cross join (select (current_setting('seed.today')::date - 90)::timestamp at time zone 'UTC') as d (joined)
on conflict (id) do update
set email = excluded.email, raw_app_meta_data = excluded.raw_app_meta_data,
raw_user_meta_data = excluded.raw_user_meta_data
where (u.email, u.raw_app_meta_data, u.raw_user_meta_data)
  is distinct from (excluded.email, excluded.raw_app_meta_data, excluded.raw_user_meta_data);

-- A way of signing in is a row of its own on a real project.
do $$
begin
  if to_regclass('auth.identities') is not null then
    insert into auth.identities (id, provider_id, user_id, identity_data, provider, created_at, updated_at)
    select md5('coffee identity ' || p.label)::uuid, u.id::text, u.id,
           jsonb_build_object('sub', u.id, 'email', u.email, 'email_verified', true), 'email', u.created_at,
           u.updated_at
    from coffee_people p
    join auth.users u on u.id = md5('coffee user ' || p.label)::uuid
    on conflict do nothing;
  end if;
end
$$;
