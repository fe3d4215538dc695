//! One schema for each sort of cell. The text is compared whole: a cell that is too open would be seen, and one too closed.

use crate::{matrix, same};

const OWN: &str = "\
create table notes (
  id bigint generated always as identity primary key, owner uuid not null, body text not null,
  status text not null default 'new' check (status in ('new', 'done')), price numeric not null default 0,
  touched timestamptz not null default now()
);
alter table notes enable row level security;
revoke all on notes from anon, authenticated;
grant select, insert, update, delete on notes to authenticated;
grant all on notes to service_role;
create policy own on notes to authenticated
  using (owner = (select auth.uid())) with check (owner = (select auth.uid()));
create function guard() returns trigger language plpgsql set search_path = '' as $$
begin
  new.touched := '2001-01-01';
  if current_user = 'authenticated'
    and (tg_op = 'INSERT' and new.price <> 0 or tg_op = 'UPDATE' and new.price <> old.price) then
    raise exception 'the price is not yours' using errcode = '42501';
  end if;
  return new;
end
$$;
create trigger guard before insert or update on notes for each row execute function guard();
";

const TWO_NOTES: &str = "\
insert into notes (owner, body, price) values
  ('00000000-0000-4000-8000-00000000000a', 'hers', 0), ('00000000-0000-4000-8000-00000000000b', 'not hers', 2);
";

#[test]
fn own_rows_are_some_and_guarded_columns_are_left_out() {
    let found = matrix(OWN, TWO_NOTES);
    let expected = "\
public.notes
  columns: id, owner, body, status, price, touched
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      some     some     some     some     -
    insert: owner, body, status
    update: body, status
  service  all      all      all      all      all
    insert: owner, body, status, price
    update: owner, body, status, price
";
    same(&found, expected);
}

#[test]
fn a_refusing_trigger_is_told_from_a_missing_privilege() {
    let up = "\
create table ledger (id int primary key, amount int not null);
alter table ledger enable row level security;
revoke all on ledger from anon, authenticated;
grant select (amount) on ledger to authenticated;
grant all on ledger to service_role;
create policy seen on ledger for select to authenticated using (amount > 0);
create function refuse() returns trigger language plpgsql as $$
begin
  raise exception 'only ever added to' using errcode = '55000';
end
$$;
create trigger refuse before update or delete on ledger for each row execute function refuse();
create trigger refuse_all before truncate on ledger execute function refuse();
";
    let found = matrix(up, "insert into ledger values (1, 1), (2, 2);");
    let expected = "\
public.ledger
  columns: id, amount
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      all      -        -        -        -
    select: amount
  service  all      all      refused  refused  refused
";
    same(&found, expected);
}

#[test]
fn keys_checks_and_references_come_after_the_question_who_may() {
    let up = "\
create table parents (id int primary key, code text not null unique check (code ~ '^[A-Z]$'));
create table children (id int primary key, parent int not null unique references parents);
revoke all on parents, children from anon, service_role;
grant select, insert, update, delete on parents, children to authenticated;
revoke truncate on parents, children from authenticated;
";
    let found =
        matrix(up, "insert into parents values (1, 'A'), (2, 'B'); insert into children values (1, 1), (2, 2);");
    let expected = "\
public.children
  columns: id, parent
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      all      all      all      all      -
  service  -        -        -        -        -

public.parents
  columns: id, code
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      all      all      all      all      -
  service  -        -        -        -        -
";
    same(&found, expected);
}

#[test]
fn a_view_that_asks_with_its_owners_rights_opens_the_table_behind_it() {
    let views = "\
create view leaks as select id, body from notes;
create view holds with (security_invoker) as select id, body from notes;
create view counts as select status, count(*) from notes group by status;
revoke all on leaks, holds, counts from anon, service_role;
grant select, insert, update, delete on leaks, holds, counts to authenticated;
revoke truncate on leaks, holds, counts from authenticated;
";
    let found = matrix(&format!("{OWN}{views}"), TWO_NOTES);
    let line = |view: &str| {
        let block = found.split(&format!("public.{view}\n")).nth(1).unwrap().split("\n\n").next().unwrap();
        block.lines().find(|line| line.starts_with("  ann")).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("leaks"), "ann all refused all all -", "{found}");
    assert_eq!(line("holds"), "ann some - some some -", "{found}");
    assert_eq!(line("counts"), "ann all - - - -", "{found}");
}

#[test]
fn a_policy_without_a_row_to_reach_is_none_and_with_check_false_is_a_denial() {
    let up = "\
create table closed (id int primary key, x text);
alter table closed enable row level security;
create table write_only (id int primary key, x text);
alter table write_only enable row level security;
create policy add on write_only for insert to authenticated with check (true);
create policy seen on write_only for update to authenticated using (true) with check (false);
revoke all on closed, write_only from anon, authenticated, service_role;
grant select, insert, update, delete on closed, write_only to authenticated;
";
    let found = matrix(up, "insert into closed values (1, 'a'); insert into write_only values (1, 'a');");
    let expected = "\
public.closed
  columns: id, x
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      none     -        none     none     -
  service  -        -        -        -        -

public.write_only
  columns: id, x
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      none     all      -        none     -
  service  -        -        -        -        -
";
    same(&found, expected);
}

#[test]
fn a_policy_that_fails_shows_its_code_and_a_partition_is_a_table_of_its_own() {
    let up = "\
create table loops (id int primary key);
alter table loops enable row level security;
create policy loops on loops to authenticated using (id in (select id from loops));
create table days (id int, day date not null) partition by range (day);
alter table days enable row level security;
create table days_2026 partition of days for values from ('2026-01-01') to ('2027-01-01');
revoke all on loops, days, days_2026 from anon, authenticated, service_role;
grant select on loops, days, days_2026 to authenticated;
";
    let found = matrix(up, "insert into loops values (1); insert into days values (1, '2026-03-01');");
    let expected = "\
public.days
  columns: id, day
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      none     -        -        -        -
  service  -        -        -        -        -

public.days_2026
  columns: id, day
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      all      -        -        -        -
  service  -        -        -        -        -

public.loops
  columns: id
           select   insert   update   delete   truncate
  anon     -        -        -        -        -
  ann      !42P17   !42P17   !42P17   !42P17   -
  service  -        -        -        -        -
";
    same(&found, expected);
}

#[test]
fn functions_are_those_that_somebody_could_call() {
    let up = "\
create function everybodys(a int, variadic b text[]) returns int language sql as 'select 1';
create function hers(a int default 3, out b text) language plpgsql as $$ begin raise exception 'it was run'; end $$;
create function of_a_trigger() returns trigger language plpgsql as $$ begin return new; end $$;
create procedure done() language sql as 'select 1';
revoke execute on all functions in schema public from public, anon, authenticated, service_role;
revoke execute on procedure done() from public, anon, authenticated;
grant execute on procedure done() to service_role;
grant execute on function everybodys to public;
grant execute on function hers to authenticated;
create schema hidden;
create function hidden.f() returns int language sql as 'select 1';
";
    let expected = "\
public.done()
  execute: service

public.everybodys(integer, text[])
  execute: anon, ann, service

public.hers(integer)
  execute: ann
";
    same(&matrix(up, ""), expected);
}

#[test]
fn a_table_without_rows_is_given_one_where_that_can_be() {
    let up = "\
create type mood as enum ('good', 'bad');
create domain code as text check (value in ('first', 'second'));
create table people (id uuid primary key default gen_random_uuid(), mood mood not null, code code not null);
create table visits (id bigint generated always as identity primary key, person uuid not null references people, day date not null);
create table never (id int primary key check (id > 100), x int not null check (x < -5));
alter table visits enable row level security;
revoke all on people, visits, never from anon, authenticated, service_role;
grant select on people, visits, never to authenticated;
";
    let (_cluster, project) = crate::project(up, "");
    let ran = project.migrate(&["access"]).ok().says("no row to try on in public.never: let fixture.sql make one");
    let ann = |table: &str| {
        let block = ran.stdout.split(&format!("public.{table}\n")).nth(1).unwrap();
        block.lines().find(|line| line.starts_with("  ann")).unwrap().split_whitespace().nth(1).unwrap().to_owned()
    };
    assert_eq!([ann("people"), ann("visits"), ann("never")], ["all", "none", "granted"], "{}", ran.stdout);
}
