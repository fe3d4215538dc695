//! Files: which are meant, what their headers say, and what is wrong with them.

use crate::{measured, project, ran};

#[test]
fn values_are_put_in_and_rotate_over_the_runs() {
    let query = "-- bench: let shop, text = select id, 'it''s \\ ' || id from generate_series(1, 3) as id order by 1\n\
        -- bench: let twice = select id * 2\n--     from shops where id = :shop\n\
        -- bench: let nothing = select null\n\
        select v.id, ':shop' as same -- :shop\n\
        from visits as v, (select :text::text) as t (t)\n\
        where v.id <= :shop and t = 'it''s \\ ' || :shop and :twice = 2 and :nothing::int is null";
    let json = measured(&[("q1", query)], &[]);
    // 1, 2 or 3 rows, as the value says; each client warmed up with some of them before.
    assert_eq!((&json["queries"][0]["rows_min"], &json["queries"][0]["rows_max"]), (&1.into(), &3.into()), "{json}");
}

#[test]
fn a_let_that_finds_nothing_fails_its_query() {
    let json = ran(
        &[
            ("q1", "\n-- bench: let shop = select id from shops where id < 0\nselect :shop"),
            ("q2", "-- bench: let shop = select id, name from shops\nselect :shop"),
            ("q3", "-- bench: let shop = select no_such_column from shops\nselect :shop"),
        ],
        &[],
    )
    .code(1)
    .json();
    let failure = |at: usize| json["queries"][at]["failure"].clone();
    assert_eq!((&failure(0)["line"], &failure(0)["message"]), (&2.into(), &"`let shop` found no row".into()));
    assert_eq!(failure(1)["message"], "`let shop` wants 1 columns, and its query has 2");
    assert_eq!((&failure(2)["line"], &failure(2)["sqlstate"]), (&1.into(), &"42703".into()));
}

#[test]
fn what_is_wrong_with_files_is_told_at_once_and_nothing_runs() {
    let ran = ran(
        &[
            ("q1", "-- bench: titel x\nselect 1"),
            ("q2", "-- a word\n\n-- bench: max p95<100\nselect 1;\nselect 2"),
            ("q3", "select :shop"),
            ("q4", "drop table shops"),
            ("q5", "select 1"),
        ],
        &[],
    )
    .code(2);
    for line in [
        "bench/queries/q1.sql:1: unknown directive `titel`; did you mean `title`?",
        "bench/queries/q2.sql:3: `p95<100` is no limit: write `p95<100ms`, `max<1.5s` or `warnings=0`",
        "bench/queries/q2.sql:5: a second statement: a file holds one query",
        "bench/queries/q3.sql:1: `:shop` has no value: `-- bench: let shop = select …` gives one",
        "bench/queries/q4.sql:1: no query: it begins with none of SELECT, WITH, VALUES, TABLE, INSERT, UPDATE, DELETE, MERGE",
    ] {
        assert!(ran.stderr.contains(line), "{line}\n{}", ran.stderr);
    }
}

#[test]
fn queries_are_listed_and_chosen_without_and_with_a_server() {
    let project = project(&[
        ("c01_menu", "-- bench: title the menu\n-- bench: role anon\n-- bench: max p95<10s\nselect 1"),
        ("c10_days", "select 1"),
        ("y01_classes", "-- bench: writes\nselect 1"),
    ]);
    let list = project.migrate(&["bench", "--list", "--url", "postgres://nowhere.invalid/"]).ok();
    assert_eq!(
        list.stdout,
        "query  title     as                   limits   file\n\
         C1     the menu  anon                 p95<10s  bench/queries/c01_menu.sql\n\
         C10              the connecting role           bench/queries/c10_days.sql\n\
         Y1               the connecting role           bench/queries/y01_classes.sql\n"
    );
    assert_eq!(list.stderr, "");
    let json = project.migrate(&["bench", "--list", "--json", "c1"]).ok().json();
    assert_eq!(
        json,
        serde_json::json!({ "queries": [{
            "id": "C1", "title": "the menu", "file": "bench/queries/c01_menu.sql", "as": "anon", "writes": false,
            "limits": ["p95<10s"]
        }] })
    );
    let run = |name: &str| project.migrate(&["bench", name, "--runs", "2", "--clients", "1", "--json"]);
    let ids = |name: &str| {
        let json = run(name).ok().json();
        json["queries"].as_array().unwrap().iter().map(|q| q["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("c"), ["C1", "C10"]);
    assert_eq!(ids("c1"), ["C1"]);
    assert_eq!(ids("y01_classes.sql"), ["Y1"]);
    run("x").code(2).says("no query is called `x`; there are C1, C10, Y1");
}

#[test]
fn a_project_without_queries_is_told_how_to_write_one() {
    let project = project(&[]);
    project.migrate(&["bench"]).code(2).says("there are no queries in ").says("bench/queries/q1_newest_orders.sql");
}

#[test]
fn the_bundled_project_brings_its_queries() {
    let project = project(&[]);
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    let list = project.migrate(&["bench", "--list", "c", "y"]).ok();
    for file in ["bundled:bench/queries/c01_menu.sql", "bundled:bench/queries/y13_instructor_load.sql"] {
        assert!(list.stdout.contains(file), "{}", list.stdout);
    }
    // A folder of one's own takes their place.
    project.file("bench/queries/q1.sql", "select 1");
    assert_eq!(project.migrate(&["bench", "--list"]).ok().stdout.lines().count(), 2);
}
