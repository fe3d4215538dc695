//! Two databases that differ in one attribute only: the diff names the object, and pg_dump says that they do differ.

use crate::project::Project;
use crate::support::Cluster;

/// The object that differs (kind and name), what both databases hold, and what is done to one of them.
const CASES: [(&str, &str, &str, &str); 69] = [
    ("extension", "pg_trgm", "create schema s; create extension pg_trgm", "alter extension pg_trgm set schema s"),
    ("type", "e", "create type e as enum ('a')", "alter type e add value 'b'"),
    ("type_attribute", "x", "create type c as (x int)", "alter type c alter attribute x type bigint"),
    ("domain", "d", "create domain d as int", "alter domain d set default 1"),
    ("domain", "d", "create domain d as int", "alter domain d set not null"),
    ("domain_constraint", "k", "create domain d as int", "alter domain d add constraint k check (value > 0)"),
    ("sequence", "s", "create sequence s", "alter sequence s increment 2"),
    ("sequence", "s", "create sequence s", "alter sequence s cycle"),
    ("sequence", "s", "create sequence s; create table t (id int)", "alter sequence s owned by t.id"),
    ("column", "a", "create table t (a text)", "alter table t alter a set storage external"),
    ("column", "a", "create table t (a text)", "alter table t alter a set compression pglz"),
    ("column", "a", "create table t (a int)", "alter table t alter a set statistics 7"),
    ("column", "a", "create table t (a int)", "alter table t alter a set (n_distinct = 5)"),
    ("column", "a", "create table t (a text)", "alter table t alter a type text collate \"C\""),
    ("column", "a", "create table t (a int not null)", "alter table t alter a add generated always as identity"),
    ("column", "a", "create table t (a int generated always as identity)", "alter table t alter a set increment 3"),
    ("default", "a", "create table t (a int)", "alter table t alter a set default 1"),
    (
        "column",
        "b",
        "create table t (a int, b int generated always as (a + 1) stored)",
        "alter table t alter b drop expression",
    ),
    ("table", "t", "create table t (a int)", "alter table t set (fillfactor = 50)"),
    ("table", "t", "create table t (a text)", "alter table t set (toast.autovacuum_enabled = off)"),
    ("table", "t", "create table t (a int)", "alter table t set unlogged"),
    ("table", "t", "create table t (a int)", "alter table t replica identity full"),
    ("table", "t", "create table p (a int); create table t (a int)", "alter table t inherit p"),
    (
        "table",
        "t",
        "create table p (a int) partition by list (a); create table t (a int)",
        "alter table p attach partition t for values in (1)",
    ),
    ("table", "t", "create table t (a int)", "alter table t enable row level security"),
    ("table", "t", "create table t (a int)", "alter table t force row level security"),
    (
        "constraint",
        "k",
        "create table t (a int, constraint k unique (a))",
        "alter table t drop constraint k, add constraint k unique (a) deferrable",
    ),
    ("constraint", "k", "create table t (a int)", "alter table t add constraint k check (a > 0) not valid"),
    (
        "constraint",
        "k",
        "create table t (a int, constraint k check (a > 0))",
        "alter table t drop constraint k, add constraint k check (a > 0) no inherit",
    ),
    ("constraint", "k", "create table t (a int, constraint k primary key (a))", "cluster t using k"),
    (
        "index",
        "i",
        "create table t (a int); create index i on t (a)",
        "drop index i; create index i on t (a) where a > 0",
    ),
    (
        "index",
        "i",
        "create table t (a int, b int); create index i on t (a)",
        "drop index i; create index i on t (a) include (b)",
    ),
    (
        "index",
        "i",
        "create table t (a text); create index i on t (a)",
        "drop index i; create index i on t (a text_pattern_ops)",
    ),
    (
        "index",
        "i",
        "create table t (a int); create unique index i on t (a)",
        "drop index i; create unique index i on t (a) nulls not distinct",
    ),
    (
        "index",
        "i",
        "create table t (a int); create index i on t ((a + 1))",
        "alter index i alter column 1 set statistics 9",
    ),
    (
        "index",
        "i",
        "create table t (a int not null); create unique index i on t (a)",
        "alter table t replica identity using index i",
    ),
    ("view", "v", "create view v as select 1 as a", "alter view v set (security_invoker = on)"),
    (
        "materialized_view",
        "v",
        "create materialized view v as select 1 as a",
        "alter materialized view v set (fillfactor = 50)",
    ),
    ("function", "f()", "create function f() returns int language sql as 'select 1'", "alter function f() stable"),
    (
        "function",
        "f()",
        "create function f() returns int language sql as 'select 1'",
        "alter function f() set search_path = ''",
    ),
    (
        "function",
        "f()",
        "create function f() returns int language sql as 'select 1'",
        "revoke execute on function f() from public",
    ),
    (
        "aggregate",
        "g(integer)",
        "create aggregate g(int) (sfunc = int4pl, stype = int)",
        "create or replace aggregate g(int) (sfunc = int4pl, stype = int, initcond = '0')",
    ),
    (
        "trigger",
        "r",
        "create table t (); create trigger r before update on t for each row execute function suppress_redundant_updates_trigger()",
        "alter table t disable trigger r",
    ),
    ("rule", "r", "create table t (); create rule r as on insert to t do nothing", "alter table t disable rule r"),
    ("policy", "p", "create table t (a int); create policy p on t using (a > 0)", "alter policy p on t to pg_monitor"),
    (
        "policy",
        "p",
        "create table t (a int); create policy p on t using (a > 0)",
        "alter policy p on t with check (a > 1)",
    ),
    ("column", "a", "create table t (a int)", "grant update (a) on t to pg_monitor"),
    ("schema", "s", "create schema s", "grant usage on schema s to pg_monitor with grant option"),
    ("default_privilege", "tables", "select", "alter default privileges grant select on tables to pg_monitor"),
    (
        "statistics",
        "x",
        "create table t (a int, b int); create statistics x on a, b from t",
        "alter statistics x set statistics 9",
    ),
    ("publication", "p", "create publication p", "alter publication p set (publish = 'insert')"),
    (
        "publication_member",
        "table public.t",
        "create table t (a int); create publication p for table t",
        "alter publication p set table t where (a > 1)",
    ),
    ("column", "a", "create table t (a int generated always as identity)", "alter sequence t_a_seq rename to numbers"),
    (
        "column",
        "a",
        "create table t (a int generated always as identity)",
        "grant usage on sequence t_a_seq to pg_monitor",
    ),
    ("column", "a", "create table t (a int generated always as identity)", "comment on sequence t_a_seq is 'x'"),
    ("column", "a", "create view v as select 1 as a", "grant select (a) on v to pg_monitor"),
    ("column", "a", "create view v as select 1 as a", "comment on column v.a is 'x'"),
    ("default", "a", "create table t (a int); create view v as select a from t", "alter view v alter a set default 1"),
    (
        "column",
        "a",
        "create materialized view v as select 'x'::text as a",
        "alter materialized view v alter a set storage external",
    ),
    (
        "column",
        "a",
        "create materialized view v as select 'x'::text as a",
        "alter materialized view v alter a set compression pglz",
    ),
    ("constraint", "k", "create table t (a int, constraint k primary key (a))", "comment on index k is 'x'"),
    (
        "constraint",
        "k",
        "create table p (a int) partition by list (a); create table t partition of p for values in (1)",
        "alter table t add constraint k check (a > 0)",
    ),
    (
        "index",
        "i",
        "create table p (a int) partition by list (a); create table t partition of p for values in (1)",
        "create index i on t (a)",
    ),
    (
        "default",
        "a",
        "create table p (a int) partition by list (a); create table t partition of p for values in (1)",
        "alter table t alter a set default 1",
    ),
    (
        "constraint",
        "k",
        "create table p (a int primary key) partition by list (a); create table t partition of p for values in (1)",
        "alter index t_pkey rename to k",
    ),
    (
        "table",
        "t",
        "create table p (a int) partition by list (a); create table t partition of p for values in (1);
         create trigger r after insert on p for each row execute function suppress_redundant_updates_trigger()",
        "alter table t disable trigger r",
    ),
    ("table", "t", "create type c as (a int); create table t (a int)", "alter table t of c"),
    (
        "operator_family",
        "f using btree",
        "create operator family f using btree",
        "alter operator family f using btree add operator 1 < (int, int), function 1 btint4cmp(int, int)",
    ),
    (
        "function",
        "f()",
        "create extension pg_trgm; create function f() returns int language sql as 'select 1'",
        "alter function f() depends on extension pg_trgm",
    ),
];

/// What has an owner or a comment of its own: the object, what makes it, and its words in ALTER and COMMENT ON.
const OWNED: [(&str, &str, &str, &str); 8] = [
    ("table", "t", "create table t ()", "table t"),
    ("view", "v", "create view v as select 1 as a", "view v"),
    ("sequence", "s", "create sequence s", "sequence s"),
    ("function", "f()", "create function f() returns int language sql as 'select 1'", "function f()"),
    ("type", "e", "create type e as enum ()", "type e"),
    ("schema", "s", "create schema s", "schema s"),
    ("collation", "c", "create collation c from \"C\"", "collation c"),
    (
        "text_search_configuration",
        "g",
        "create text search configuration g (copy = simple)",
        "text search configuration g",
    ),
];

/// What is wrong, if anything is.
fn judge(kind: &str, name: &str, setup: &str, change: &str) -> Option<String> {
    let (before, after) = (Project::on(Cluster::shared().database()), Project::on(Cluster::shared().database()));
    before.client().batch_execute(setup).unwrap();
    after.client().batch_execute(setup).unwrap();
    after.client().batch_execute(change).unwrap_or_else(|error| panic!("{change}: {error:?}"));
    assert_ne!(before.dump(), after.dump(), "{change}: pg_dump sees no difference");
    let found = before.migrate(&["diff", "--to", &after.url, "--json"]).ok().json();
    let named = found["differences"].as_array().unwrap().iter().any(|d| d["kind"] == kind && d["name"] == name);
    (!named).then(|| format!("{change}: {found}"))
}

#[test]
fn every_attribute_alone_is_seen() {
    let wrong: Vec<String> =
        CASES.iter().filter_map(|(kind, name, setup, change)| judge(kind, name, setup, change)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn owners_and_comments_alone_are_seen() {
    let mut wrong = Vec::new();
    for (kind, name, setup, words) in OWNED {
        wrong.extend(judge(kind, name, setup, &format!("alter {words} owner to pg_database_owner")));
        wrong.extend(judge(kind, name, setup, &format!("comment on {words} is 'x'")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
