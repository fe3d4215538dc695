-- Two tables under row security: one as it should be, and one whose policy is asked for each row.
create table shops (id int primary key, owner uuid not null, name text not null);
insert into shops
select n, case when n <= 3 then '00000000-0000-4000-8000-00000000000a' else '00000000-0000-4000-8000-00000000000b' end::uuid,
  'shop ' || n
from generate_series(1, 10) as n;
alter table shops enable row level security;
create policy own on shops for select to authenticated using (owner = (select auth.uid()));
create policy window_shoppers on shops for select to anon using (id <= 2);
grant select on shops to anon, authenticated;

create table visits (id bigint primary key, shop_id int not null, visitor uuid not null, note text not null);
insert into visits
select n, n % 10 + 1, md5((n % 5000)::text)::uuid, 'visit ' || n
from generate_series(1, 200000) as n;
create index visits_shop_id_idx on visits (shop_id);
create index visits_note_idx on visits (note);
create function may_see(visitor uuid) returns boolean language plpgsql stable as 'begin return visitor is not null; end';
alter table visits enable row level security;
create policy "asked each time" on visits for select to authenticated using (may_see(visitor));
grant select, insert on visits to authenticated;

-- A policy that looks into another table for each row, unless the planner makes a join of it.
create table replies (id bigint primary key, visit_id bigint not null, text text not null);
insert into replies select n, n, 'reply ' || n from generate_series(1, 2000) as n;
alter table replies enable row level security;
create policy "of a visit" on replies for select to authenticated
using (text <> '' and (select v.shop_id from visits as v where v.id = visit_id) > 0);
grant select on replies to authenticated;

-- A policy that is written as everybody writes it first.
create table carts (id bigint primary key, owner uuid not null);
insert into carts select n, '00000000-0000-4000-8000-00000000000a' from generate_series(1, 500) as n;
alter table carts enable row level security;
create policy bare on carts for select to authenticated using (owner = auth.uid());
create policy nobody on carts for select to authenticated using (owner = (select auth.uid()) and id < 0);
grant select on carts to authenticated;

insert into auth.users (id, email, raw_app_meta_data)
values ('00000000-0000-4000-8000-00000000000a', 'ann@shop.example', '{"level": 7}');
-- Workers would make the plans depend on how many are free.
do $$ begin execute format('alter database %I set max_parallel_workers_per_gather = 0', current_database()); end $$;
analyze;
