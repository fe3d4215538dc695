//! Files as the CLI takes them.

use crate::beside::Beside;

#[test]
fn a_project_works_as_it_is_and_both_pass_over_the_same_files() {
    let beside = Beside::new();
    for (file, text) in [
        ("20200101000000_init.sql", "create table old ();"),
        ("20260101000001_a.sql", "create table a (id int);"),
        ("20260101000002_b-c.d.sql", "begin; create table b (); commit;"),
        ("20260101000003_index.sql", "create index concurrently a_id on a (id);"),
        ("V9__flyway.sql", "create table flyway ();"),
        ("notes.sql", "create table notes ();"),
        ("more/20260101000009_deep.sql", "create table deep ();"),
        ("README.md", "# notes"),
    ] {
        beside.file(&format!("supabase/migrations/{file}"), text);
    }
    let ran = beside.migrate(&["up"]).ok().prints("3 migrations applied");
    let skipped = ["20200101000000_init.sql", "V9__flyway.sql", "notes.sql"];
    for file in skipped {
        assert!(ran.stderr.contains(&format!("supabase/migrations/{file} is passed over")), "{}", ran.stderr);
    }
    let theirs = beside.supabase(&["db", "push", "--yes"]).ok().prints("\"upToDate\":true");
    for file in skipped {
        assert!(theirs.stderr.contains(file), "{}", theirs.stderr);
    }
    let tables = "select string_agg(relname, ' ' order by relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace";
    assert_eq!(beside.value(tables), "a b");
    // There is no rollback yet, and no way back; from the first one on there must be.
    beside.migrate(&["down", "--yes"]).code(4).says("it is older than the first file in supabase/rollbacks/");
    beside.file("supabase/migrations/20260101000004_x.sql", "create table x ();");
    beside.file("supabase/rollbacks/20260101000004_x.sql", "drop table x;");
    beside.file("supabase/migrations/20260101000005_y.sql", "create table y ();");
    beside
        .migrate(&["up"])
        .code(2)
        .says("supabase/migrations/20260101000005_y.sql: has no rollback")
        .says("write supabase/rollbacks/20260101000005_y.sql");
    beside.file("supabase/rollbacks/20260101000005_y.sql", "drop table y;");
    beside.migrate(&["up"]).ok();
    beside.migrate(&["down", "--steps", "2", "--yes"]).ok();
    beside.migrate(&["verify", "--files"]).ok();
}

#[test]
fn a_rollback_beside_its_migration_is_refused_with_the_command_that_mends_it() {
    let beside = Beside::new();
    beside.file("supabase/migrations/20260101000001_a.up.sql", "create table a ();");
    beside.file("supabase/migrations/20260101000001_a.down.sql", "drop table a;");
    // What theirs does with it: the way back first, as a migration.
    beside.supabase(&["db", "push", "--yes"]).code(1);
    let told = beside.migrate(&["up"]).code(2).says("would run this rollback as a migration");
    let command = told.stderr.split('`').find(|part| part.starts_with("mkdir")).unwrap();
    let moved = std::process::Command::new("sh").args(["-c", command]).current_dir(beside.path()).status().unwrap();
    assert!(moved.success(), "{command}");
    beside.migrate(&["up"]).ok().prints("1 migration applied");
    beside.migrate(&["down", "--yes"]).ok();
}

#[test]
fn a_new_pair_is_what_theirs_takes() {
    let beside = Beside::new();
    beside.migrate(&["new", "Add opening hours"]).ok();
    let folder = |name: &str| {
        let mut files: Vec<String> = std::fs::read_dir(beside.path().join("supabase").join(name))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        files
    };
    let files = folder("migrations");
    assert_eq!((files.len(), &files), (1, &folder("rollbacks")));
    assert!(files[0].len() == 14 + "_add_opening_hours.sql".len(), "{files:?}");
    beside.migrate(&["up"]).ok();
    beside.lists(&[(&files[0][..14], true)]);
}
