//! `db dump`: what it writes loads, and is the same schema to pg_dump.

use std::process::Command;

use crate::project::Project;
use crate::support::{Cluster, Setup, succeed};

const SCHEMA: &str = "
    create schema app; comment on schema app is 'ours';
    create type app.size as enum ('small', 'large'); create domain app.email as text check (value ~ '@');
    create sequence app.numbers start 100;
    create table app.shops (id bigint generated always as identity primary key, name text not null unique,
      number bigint default nextval('app.numbers'), mail app.email, size app.size default 'small', twice bigint);
    create table app.items (id int primary key, shop bigint references app.shops on delete cascade, price numeric(8,2) check (price > 0));
    alter table app.shops add main_item int references app.items deferrable initially deferred;
    create index on app.items (shop) where price > 1; create view app.cheap as select id from app.items where price < 5;
    create function app.later() returns int language sql stable as 'select id from app.items limit 1';
    create function app.touch() returns trigger language plpgsql as 'begin return new; end';
    create trigger touch before update on app.items for each row execute function app.touch();
    alter table app.items enable row level security; create policy everybody on app.items for select using (true);
    create table app.days (day date) partition by range (day);
    create table app.days_1 partition of app.days for values from ('2024-01-01') to ('2025-01-01');
    grant select on app.items to public; comment on column app.items.price is E'it''s\\nin euros';
    create materialized view app.counted as select count(*) from app.items; create publication p for table app.items";

fn loaded(dump: &str) -> Project {
    let other = Project::on(Cluster::shared().database());
    let file = other.file("dump.sql", dump);
    succeed(Command::new("psql").args(["-qXv", "ON_ERROR_STOP=1", "-1", "-d", &other.url, "-f"]).arg(file));
    other
}

#[test]
fn a_dump_loads_and_is_the_same_schema() {
    let project = Project::new();
    project.client().batch_execute(SCHEMA).unwrap();
    let dump = project.migrate(&["db", "dump"]).ok().stdout;
    let other = loaded(&dump);
    assert_eq!(other.dump(), project.dump());
    assert_eq!(other.migrate(&["db", "dump"]).ok().stdout, dump, "the same schema is the same text");
    project.migrate(&["diff", "--to", &other.url, "--check"]).ok().prints("no differences");
}

#[test]
fn what_the_migrations_promise_can_be_dumped_too() {
    let project = Project::new();
    project.tables(2);
    let dump = project.migrate(&["db", "dump", "--from", "expected"]).ok().stdout;
    project.migrate(&["up"]).ok().prints("2 migrations applied");
    assert_eq!(project.migrate(&["db", "dump"]).ok().stdout, dump, "the ledger is not in it");
    let json = project.migrate(&["db", "dump", "--json", "--from", "1"]).ok().json();
    assert!(json["sql"].as_str().unwrap().contains("CREATE TABLE public.t1"));
    assert!(!json["sql"].as_str().unwrap().contains("t2"));
}

#[test]
fn owners_can_be_left_out() {
    let project = Project::new();
    project.client().batch_execute("create table t (id int)").unwrap();
    assert!(project.migrate(&["db", "dump"]).ok().stdout.contains("OWNER TO postgres"));
    assert!(!project.migrate(&["db", "dump", "--no-owner"]).ok().stdout.contains("OWNER TO"));
}

#[test]
fn a_patch_shows_what_makes_an_object_on_either_side() {
    let (project, other) = (Project::new(), Project::new());
    project.client().batch_execute("create table t (id int, a text); create table same (id int)").unwrap();
    other
        .client()
        .batch_execute("create table t (id bigint, a text); create index i on t (a); create table same (id int)")
        .unwrap();
    let ran = project.migrate(&["diff", "--to", &other.url, "--patch", "--check"]).code(3);
    let heads: Vec<&str> = ran.stdout.lines().filter(|l| l.starts_with("--- ") || l.starts_with("+++ ")).collect();
    assert!(heads.len() == 2 && heads.iter().all(|head| head.ends_with(": table public.t")), "{}", ran.stdout);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines.iter().any(|l| l.starts_with('-') && l.contains("id integer")), "{}", ran.stdout);
    assert!(lines.iter().any(|l| l.starts_with('+') && l.contains("id bigint")), "{}", ran.stdout);
    assert!(lines.contains(&"+CREATE INDEX i ON public.t USING btree (a);"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("1 object not the same\n"), "{}", ran.stdout);
    let json = project.migrate(&["diff", "--to", &other.url, "--patch", "--json"]).ok().json();
    assert_eq!(json["patches"][0]["object"], "table public.t");
    assert_eq!(project.migrate(&["diff", "--to", &project.url, "--patch", "--check"]).ok().stdout, "no differences\n");
}

#[test]
fn a_dump_of_a_supabase_project_grants_no_more_than_there_was() {
    let cluster = Cluster::start(&Setup::default());
    let project = Project::on(cluster.database());
    project.file("migrate.toml", "platform = \"supabase\"\n");
    project.pair(
        "001_notes",
        "create table notes (id int primary key, owner uuid references auth.users, a int, b int, c int);
         revoke all on notes from anon, authenticated; grant select on notes to authenticated;
         create function f() returns trigger language plpgsql as 'begin return new; end';
         create trigger t before update on notes for each row when ((old.a, old.b, old.c) is distinct from (new.a, new.b, new.c))
           execute function f();\n",
        "drop table notes; drop function f();\n",
    );
    project.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    let dump = project.migrate(&["db", "dump"]).ok().stdout;
    assert!(!dump.contains("SCHEMA auth") && !dump.contains("TABLE auth"), "{dump}");
    // A new project of Supabase's: nothing but the stand-in.
    let other = Project::on(cluster.database());
    other.file("migrate.toml", "platform = \"supabase\"\n");
    other.pair("001_x", "select;\n", "select;\n");
    other.migrate(&["up", "--stand-in"]).ok().prints("1 migration applied");
    let file = other.file("dump.sql", &dump);
    succeed(Command::new("psql").args(["-qXv", "ON_ERROR_STOP=1", "-1", "-d", &other.url, "-f"]).arg(file));
    project.migrate(&["diff", "--to", &other.url, "--check"]).ok().prints("no differences");
    let held = "select string_agg(acl::text, ' ' order by acl::text) from pg_class, unnest(relacl) acl where relname = 'notes'";
    assert_eq!(project.value(held), other.value(held));
}
