//! What `migrate diff` prints, and what it exits with.

use crate::project::Project;
use crate::support::Cluster;

/// A project whose database holds `ours`, and the URL of another database that holds `theirs`.
fn two(ours: &str, theirs: &str) -> (Project, String) {
    let project = Project::new();
    project.client().batch_execute(ours).unwrap();
    let other = Project::on(Cluster::shared().database());
    other.client().batch_execute(theirs).unwrap();
    (project, other.url)
}

#[test]
fn what_differs_is_named_and_the_rest_is_not() {
    let (project, other) = two(
        "create table t (id int primary key, a text); create table gone (); create view v as select 1 as x",
        "create table t (id int primary key, a text not null); create table made (); create view v as\nselect 2 as x",
    );
    let ran = project.migrate(&["diff", "--to", &other]).ok();
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let expected = [
        "- table public.gone",
        "+ table public.made",
        "~ table public.t",
        "    ~ column a",
        "        may not be null any more",
        "~ view public.v",
    ];
    assert_eq!(lines[..6], expected, "{}", ran.stdout);
    assert!(ran.stdout.contains("    definition: SELECT 1 AS x -> SELECT 2 AS x"), "{}", ran.stdout);
    assert!(lines.last().unwrap().starts_with("4 differences: 1 only in "), "{}", ran.stdout);
}

#[test]
fn a_check_exits_with_3_only_if_something_differs() {
    let (project, other) = two("create table t (id int)", "create table t (id int)");
    assert_eq!(project.migrate(&["diff", "--to", &other, "--check"]).ok().stdout, "no differences\n");
    project.client().batch_execute("comment on table t is 'x'").unwrap();
    let ran = project.migrate(&["diff", "--to", &other, "--check", "--json"]).code(3);
    let difference = &ran.json()["differences"][0];
    assert_eq!(difference["kind"], "table");
    assert_eq!(difference["standing"], "changed");
    assert_eq!(difference["attributes"][0], serde_json::json!({"name": "comment", "from": "x", "to": null}));
    project.migrate(&["diff", "--to", &other]).ok();
}

#[test]
fn the_ledger_and_excluded_schemas_are_left_out() {
    let (project, other) = two("create schema extra", "select");
    project.tables(1);
    project.migrate(&["up"]).ok().prints("1 migration applied");
    let ran = project.migrate(&["diff", "--to", &other, "--exclude", "extra", "--exclude", "public"]).ok();
    assert_eq!(ran.stdout, "no differences\n");
    project.migrate(&["diff", "--to", &other, "--check"]).code(3).prints("- schema extra");
}

#[test]
fn secrets_are_not_printed() {
    let (project, other) = two(
        "create foreign data wrapper w; create server s foreign data wrapper w options (host 'h', api_key 'hunter2');
         create user mapping for public server s options (password 'hunter3')",
        "select",
    );
    let ran = project.migrate(&["diff", "--to", &other, "--json"]).ok();
    assert!(ran.stdout.contains("host=h") && ran.stdout.contains("password"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("hunter"), "{}", ran.stdout);
}

#[test]
fn mistakes_are_named() {
    let project = Project::new();

    project.migrate(&["diff", "--to", "nonsense"]).code(2);
    project.migrate(&["diff", "--to", "postgres://nobody@127.0.0.1:1/x"]).code(1).says("127.0.0.1:1");
}

#[test]
fn what_the_project_ignores_is_no_difference() {
    let (project, other) = two(
        "create table tmp_1 (id int primary key); create view v as select 1 as x; create schema audit; create table audit.t ()",
        "select",
    );
    project.file("migrate.toml", "[diff]\nignore = [\"table public.tmp_*\", \"schema audit\"]\n");
    let ran = project.migrate(&["diff", "--to", &other]).ok();
    assert!(ran.stdout.contains("- view public.v, with 1 column\n2 differences"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("tmp_1") && !ran.stdout.contains("audit"), "{}", ran.stdout);
    project.file("migrate.toml", "[diff]\nignore = [\"tabel public.x\"]\n");
    project
        .migrate(&["diff", "--to", &other])
        .code(2)
        .says("`tabel` is no kind of object")
        .says("migrate.toml: [diff] ignore");
}

#[test]
fn people_read_it_by_object_and_in_their_words() {
    let role = format!("reader_{}", std::process::id());
    Cluster::shared().sql(&format!("create role {role}"));
    let (project, other) = two(
        &format!(
            "create table t (id int primary key, a text); create index i on t (a); grant select, insert on t to {role};
             create function f() returns int language plpgsql as E'begin\\n  return 1;\\nend'; create type e as enum ('a', 'b');
             create table gone (id int primary key, b int); create index on gone (b)"
        ),
        &format!(
            "create table t (id bigint primary key, a text, n int not null default 7); grant select on t to {role};
             create policy p on t for update to {role} using (true); alter table t enable row level security;
             create function f() returns int language plpgsql as E'begin\\n  return 2;\\nend'; create type e as enum ('a', 'c')"
        ),
    );
    let ran = project.migrate(&["diff", "--to", &other]).ok();
    for text in [
        "- table public.gone, with 2 columns, 1 constraint, 1 index\n".to_owned(),
        format!(
            "~ table public.t\n    - {role} may insert\n    row security: on\n    ~ column id\n        type: integer -> bigint\n"
        ),
        "    + column n: integer not null\n    + default n: 7\n    - index i\n".to_owned(),
        format!("    + policy p: for update to {role}\n"),
        "~ type public.e\n    - labels: b\n    + labels: c\n".to_owned(),
        "    -  return 1;\n    +  return 2;\n".to_owned(),
    ] {
        assert!(ran.stdout.contains(&text), "{text}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains('\u{1b}'), "no colours where nobody sees them");
}
