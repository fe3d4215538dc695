//! `migrate down`, `redo`, `release`.

use crate::project::Project;

#[test]
fn down_takes_back_the_newest_and_all_leaves_what_was_before() {
    let project = Project::new();
    project.client().batch_execute("create table mine ()").unwrap();
    let before = project.dump();
    project.tables(3);
    project.migrate(&["up"]).ok();
    project.migrate(&["down", "--yes"]).ok().prints("1 migration rolled back");
    assert_eq!(project.applied(), "1 2");
    project.migrate(&["down", "--all", "--yes"]).ok();
    assert_eq!(project.dump(), before);
    assert_eq!(project.migrate(&["down", "--yes"]).ok().stdout, "nothing to do\n");
}

#[test]
fn the_stored_rollback_runs_without_any_file() {
    let project = Project::new();
    project.tables(3);
    project.migrate(&["up"]).ok();
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir_all(project.path().join(folder)).unwrap();
        std::fs::create_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["down", "--to", "1", "--yes"]).ok().says("will roll back 003_t3");
    assert_eq!(project.applied(), "1");
    assert_eq!(project.value("select to_regclass('t2') is null and to_regclass('t1') is not null"), "t");
}

#[test]
fn a_changed_rollback_is_shown_and_refused_until_accepted() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["up"]).ok();
    project.file("rollbacks/001_t1.sql", "DROP TABLE IF EXISTS t1;\n");
    let ran = project.migrate(&["down", "--yes"]).code(6).says("-DROP TABLE t1;\n+DROP TABLE IF EXISTS t1;");
    ran.says("migrate repair --accept 1");
    project.migrate(&["repair", "--accept", "1", "--yes"]).ok();
    project.migrate(&["down", "--yes"]).ok();
    assert_eq!(project.applied(), "");
}

#[test]
fn what_will_be_lost_is_counted_before_it_is_asked() {
    let project = Project::new();
    project.pair("001_a", "CREATE TABLE a (id int);\nINSERT INTO a SELECT generate_series(1, 7);", "DROP TABLE a;");
    project.pair(
        "002_c",
        "ALTER TABLE a ADD COLUMN c text;\nUPDATE a SET c = 'x' WHERE id < 4;",
        "ALTER TABLE a DROP COLUMN c;",
    );
    project.migrate(&["up"]).ok();
    let ran = project.migrate(&["down", "--all"]).code(4).says("destroys table \"a\" (7 rows)");
    ran.says("destroys column \"a\".\"c\" (3 values)").says("--yes");
    assert_eq!(project.applied(), "1 2");
}

#[test]
fn a_protected_environment_wants_the_databases_name() {
    let project = Project::new();
    project.tables(1);
    let name = project.value("select current_database()");
    project.file("migrate.toml", format!("[env.production]\nurl = \"{}\"\nprotected = true\n", project.url));
    let run = |arguments: &[&str]| {
        let mut command = project.command(arguments);
        let output = command.env_remove("DATABASE_URL").args(["--env", "production"]).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(run(&["up"]).0, 0);
    let (code, stderr) = run(&["down", "--yes"]);
    assert_eq!(code, 4, "{stderr}");
    assert!(stderr.contains(&format!("--confirm {name}")), "{stderr}");
    assert_eq!(run(&["down", "--confirm", "other"]).0, 4);
    assert_eq!(project.applied(), "1");
    assert_eq!(run(&["down", "--confirm", &name]).0, 0);
    assert_eq!(project.applied(), "");
}

#[test]
fn to_release_undoes_exactly_what_came_since_in_one_transaction() {
    let project = Project::new();
    project.tables(2);
    project.migrate(&["up", "--release", "v1"]).ok();
    let before = project.dump();
    project.tables(4).pair("005_bad", "CREATE TABLE five ();", "DROP TABLE five;\nDROP TABLE no_such;");
    project.migrate(&["up"]).ok();
    project.migrate(&["down", "--to-release", "v1", "--yes"]).code(1).says("005_bad.sql:2");
    assert_eq!(project.applied(), "1 2 3 4 5");
    project.file("rollbacks/005_bad.sql", "DROP TABLE five;\n");
    project.migrate(&["repair", "--accept-all", "--yes"]).ok();
    project.migrate(&["down", "--to-release", "v1", "--yes"]).ok().prints("3 migrations rolled back");
    assert_eq!(project.dump(), before);
    project.migrate(&["down", "--to-release", "v2", "--yes"]).code(2).says("there is no release v2").says("v1");
    project.migrate(&["release", "v1"]).code(2).says("was named already");
    project.migrate(&["release", "list"]).ok().prints("v1");
}

#[test]
fn irreversible_migrations_say_why() {
    let project = Project::new();
    project.file(
        "migrations/001_once.sql",
        "-- migrate: irreversible: the old data is gone for good\nCREATE TABLE a ();\n",
    );
    project.migrate(&["up"]).ok();
    project.migrate(&["down", "--yes"]).code(4).says("001_once has no rollback: the old data is gone for good");
}

#[test]
fn a_migration_without_a_rollback_is_refused() {
    let project = Project::new();
    project.file("migrations/001_lonely.sql", "CREATE TABLE a ();\n");
    let ran = project.migrate(&["up"]);
    assert_ne!(ran.code, 0);
    ran.says("migrations/001_lonely.sql").says("irreversible");
    assert_eq!(project.value("select to_regclass('a') is null"), "t");
}

#[test]
fn redo_takes_an_edited_script() {
    let project = Project::new();
    project.tables(2);
    project.migrate(&["up"]).ok();
    project.file("migrations/002_t2.sql", "CREATE TABLE t2 (id bigint);\n");
    project.migrate(&["redo", "--yes"]).ok().prints("1 migration rolled back, 1 applied");
    assert_eq!(
        project
            .value("select atttypid::regtype::text from pg_attribute where attrelid = 't2'::regclass and attnum = 1"),
        "bigint"
    );
    project.migrate(&["status", "--check"]).ok();
}
