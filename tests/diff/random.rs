//! The law of the script for schemas that nobody wrote: each byte decides what one part of a schema is like.

use std::fmt::Write as _;

use proptest::prelude::{ProptestConfig, any, proptest};
use proptest::test_runner::RngSeed;

use crate::law::script_holds;
use crate::project::Project;
use crate::support::Cluster;

/// How many bytes a schema takes.
const BYTES: usize = 24;

/// One of several, by a byte.
fn pick<'a>(byte: u8, from: &[&'a str]) -> &'a str {
    from[usize::from(byte) % from.len()]
}

/// A column of the table, or nothing.
fn column(name: &str, kind: u8, more: u8) -> String {
    let kind =
        pick(kind, &["", "", "int", "bigint", "text", "varchar(20)", "numeric(8,2)", "mood", "mood[]", "positive"]);
    let more = pick(more, &["", "", "not null", "collate \"C\"", "unique", "default null"]);
    match (kind, more) {
        ("", _) => String::new(),
        (kind, more) if more.starts_with("collate") && !matches!(kind, "text" | "varchar(20)") => {
            format!(",\n  {name} {kind}")
        }
        (kind, more) => format!(",\n  {name} {kind} {more}"),
    }
}

/// A schema of a few objects that need each other.
fn schema(bytes: &[u8]) -> String {
    let mut b = bytes.iter().copied();
    let mut next = move || b.next().unwrap_or_default();
    let mut sql = String::new();
    let labels = pick(next(), &["'sad', 'happy'", "'sad', 'fine', 'happy'", "'happy', 'sad'", "'sad', 'happy', 'odd'"]);
    let check = pick(next(), &["", "check (value > 0)", "check (value > 0) not null", "default 1 check (value > 1)"]);
    let base = pick(next(), &["int", "int", "bigint"]);
    writeln!(sql, "create type mood as enum ({labels}); create domain positive as {base} {check};").unwrap();
    let body = pick(next(), &["select 1", "select 2", "select count(*)::int from t"]);
    writeln!(sql, "set check_function_bodies = off; create function f() returns int language sql stable as '{body}';")
        .unwrap();
    let key = pick(
        next(),
        &["int primary key", "bigint primary key", "int generated always as identity", "serial", "int default f()"],
    );
    let columns: Vec<String> = ["a", "b", "c"].iter().map(|name| column(name, next(), next())).collect();
    let generated = pick(next(), &["", "", ", g int generated always as (1 + 1) stored", ", g int"]);
    let storage = pick(next(), &["", "", " with (fillfactor = 70)"]);
    writeln!(sql, "create table t (id {key}{}{generated}){storage};", columns.concat()).unwrap();
    let has = |name: usize| !columns[name].is_empty();
    let index = pick(next(), &["", "create index i on t (id);", "create unique index i on t (id desc) where id > 0;"]);
    sql.push_str(index);
    let shown = if has(0) { pick(next(), &["id, a", "a, id", "id"]) } else { "id" };
    let view = pick(next(), &["", "view", "view", "materialized view"]);
    if !view.is_empty() {
        writeln!(sql, "create {view} v as select {shown} from t; create view w as select id from v;").unwrap();
    }
    sql.push_str(pick(next(), &["", "comment on table t is 'one';", "comment on column t.id is 'it''s';"]));
    sql.push_str(pick(next(), &["", "grant select on t to public;", "grant select (id), insert on t to public;"]));
    sql.push_str(pick(
        next(),
        &[
            "",
            "alter table t enable row level security; create policy p on t using (id > f());",
            "create policy p on t for select using (true);",
        ],
    ));
    sql.push_str(pick(
        next(),
        &[
            "",
            "create function g() returns trigger language plpgsql as 'begin return new; end'; \
         create trigger z before update of id on t for each row when (new.id > 0) execute function g();",
            "create function g() returns trigger language plpgsql as 'begin return null; end';",
        ],
    ));
    let bound = pick(next(), &["for values in (1)", "for values in (1, 2)"]);
    sql.push_str("create table p (k int, note text) partition by list (k);");
    sql.push_str(pick(next(), &["", "create index on p (k);", "alter table p add primary key (k);"]));
    writeln!(
        sql,
        "{}",
        pick(
            next(),
            &[
                "create table q (k int, note text);".to_owned(),
                format!("create table q partition of p {bound};"),
                String::new(),
            ]
            .each_ref()
            .map(String::as_str)
        )
    )
    .unwrap();
    sql
}

fn database(bytes: &[u8]) -> Project {
    let project = Project::on(Cluster::shared().database());
    let sql = schema(bytes);
    project.client().batch_execute(&sql).unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    project
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12),
        // The same schemas every time, unless more are asked for: a red run must be somebody's change.
        rng_seed: match std::env::var("PROPTEST_CASES") {
            Ok(_) => RngSeed::Random,
            Err(_) => RngSeed::Fixed(2026),
        },
        max_shrink_iters: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn any_schema_can_be_made_of_any_other(from in any::<[u8; BYTES]>(), to in any::<[u8; BYTES]>()) {
        let (a, b) = (database(&from), database(&to));
        let wanted = b.dump();
        let held = script_holds(&a, &b.url, &wanted);
        assert!(held.is_ok(), "{}\n=====\n{}\n=====\n{}", schema(&from), schema(&to), held.unwrap_err());
    }
}
