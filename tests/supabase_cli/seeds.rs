//! The seeds of `supabase/config.toml`: each once, whichever tool runs it.

use crate::beside::Beside;

const FILES: &str =
    "select coalesce(string_agg(path || ' ' || hash, E'\\n' order by path), '') from supabase_migrations.seed_files";

fn seeded() -> Beside {
    let beside = Beside::new();
    beside.pairs(1);
    beside.file("supabase/config.toml", "project_id = 'x'\n[db.seed]\nsql_paths = ['./first.sql', './more/*.sql']\n");
    beside.file("supabase/first.sql", "insert into t1 values (1);\n");
    beside.file("supabase/more/b.sql", "insert into t1 select max(id) * 10 from t1;\n");
    beside.file("supabase/more/a.sql", "insert into t1 select max(id) + 1 from t1;\n");
    beside
}

#[test]
fn both_tools_run_the_same_files_in_the_same_order_and_record_the_same() {
    let (ours, theirs) = (seeded(), seeded());
    ours.migrate(&["up", "--include-seed"]).ok().prints("3 seed files run").says("seeded supabase/more/a.sql");
    theirs.supabase(&["db", "push", "--include-seed", "--yes"]).ok();
    let rows = "select string_agg(id::text, ' ' order by id) from t1";
    assert_eq!((ours.value(rows), theirs.value(rows)), ("1 2 20".to_owned(), "1 2 20".to_owned()));
    assert_eq!(ours.value(FILES), theirs.value(FILES));
    // What either ran, the other does not run again.
    ours.supabase(&["db", "push", "--include-seed", "--yes"]).ok();
    theirs.migrate(&["up", "--include-seed"]).ok().prints("1 migration taken over");
    assert_eq!((ours.value(rows), theirs.value(rows)), ("1 2 20".to_owned(), "1 2 20".to_owned()));
    assert_eq!(ours.value("select count(*) from migrate.journal where event = 'seeded'"), "3");
    ours.migrate(&["history"]).ok().prints("supabase/more/a.sql");
}

#[test]
fn a_changed_seed_is_told_and_not_run_again() {
    let beside = seeded();
    beside.migrate(&["up", "--include-seed"]).ok();
    let before = beside.value(FILES);
    beside.file("supabase/first.sql", "insert into t1 values (7);\n");
    beside.migrate(&["up", "--include-seed"]).ok().says("supabase/first.sql has run and was changed since");
    assert_eq!(beside.value("select count(*) from t1"), "3");
    assert_ne!(beside.value(FILES), before);
    assert_eq!(beside.migrate(&["up", "--include-seed"]).ok().stdout, "nothing to do\n");
}

#[test]
fn a_seed_that_fails_is_told_by_line_and_leaves_nothing() {
    let beside = seeded();
    beside.file("supabase/more/b.sql", "insert into t1 values (5);\nselect 1 / 0;\n");
    beside.migrate(&["up", "--include-seed"]).code(1).says("supabase/more/b.sql:2: division by zero");
    assert_eq!(beside.value("select string_agg(id::text, ' ' order by id) from t1"), "1 2");
    beside.file("supabase/config.toml", "[db.seed]\nenabled = false\n");
    beside.migrate(&["up", "--include-seed"]).ok().says("`[db.seed] enabled = false`: no seed is run");
}

#[test]
fn migrations_that_are_switched_off_are_not_applied() {
    let beside = seeded();
    beside.file("supabase/config.toml", "[db.migrations]\nenabled = false\n");
    beside.migrate(&["up"]).ok().says("`[db.migrations] enabled = false`: no migration is applied");
    assert_eq!(beside.value("select to_regclass('t1') is null"), "t");
}
