//! `migrate up`.

use crate::project::Project;

#[test]
fn applies_in_order_then_finds_nothing_to_do() {
    let project = Project::new();
    project.tables(3);
    project.migrate(&["up"]).ok().prints("3 migrations applied");
    assert_eq!(project.applied(), "1 2 3");
    let before = (project.dump(), project.ledger());
    let again = project.migrate(&["up"]).ok();
    assert_eq!(again.stdout, "nothing to do\n");
    assert_eq!((project.dump(), project.ledger()), before);
    assert_eq!(project.value("select count(*) from migrate.journal"), "3");
}

#[test]
fn versions_are_ordered_as_numbers() {
    let project = Project::new();
    project.pair("9_parent", "CREATE TABLE parent (id int PRIMARY KEY);", "DROP TABLE parent;");
    project.pair("10_child", "CREATE TABLE child (id int REFERENCES parent);", "DROP TABLE child;");
    project.migrate(&["up"]).ok();
    assert_eq!(project.applied(), "9 10");
}

#[test]
fn a_failing_script_leaves_nothing_and_is_shown_with_its_place() {
    let project = Project::new();
    project.tables(2);
    project.pair("003_bad", "CREATE TABLE c (id int);\n\nSELECT id,\n       no_such_column FROM c;\n", "DROP TABLE c;");
    project.tables(2).pair("004_never", "CREATE TABLE never ();", "DROP TABLE never;");
    let ran = project.migrate(&["up"]).code(1);
    let ran = ran.says("migrations/003_bad.sql:4:8: column \"no_such_column\" does not exist (SQLSTATE 42703)");
    let ran = ran.says("       no_such_column FROM c;\n").says("^");
    ran.says("done so far, and standing: 2 (001_t1, 002_t2)");
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.value("select to_regclass('c') is null and to_regclass('never') is null"), "t");
    assert_eq!(
        project.value("select event || ' ' || version from migrate.journal order by id desc limit 1"),
        "failed 3"
    );
    project.migrate(&["status"]).ok().prints("003_bad    failed").prints("004_never  pending");
}

#[test]
fn an_error_without_a_position_names_the_line_of_its_statement() {
    let project = Project::new();
    project.pair(
        "001_dup",
        "CREATE TABLE a (id int PRIMARY KEY);\nINSERT INTO a VALUES (1);\n\nINSERT INTO a\nVALUES (1);\n",
        "DROP TABLE a;",
    );
    let ran = project.migrate(&["up"]).code(1).says("migrations/001_dup.sql:4: duplicate key");
    ran.says("detail: Key (id)=(1) already exists.");
}

#[test]
fn notices_are_shown_with_file_and_line() {
    let project = Project::new();
    let up = "DO $$ BEGIN RAISE NOTICE 'one'; END $$;\nCREATE TABLE a ();\nDO $$ BEGIN RAISE NOTICE 'two';\n RAISE WARNING 'three' USING HINT = 'look'; END $$;\n";
    project.pair("001_talk", up, "DROP TABLE a;");
    let ran = project.migrate(&["up"]).ok();
    let ran = ran.says("migrations/001_talk.sql:1: notice: one").says("migrations/001_talk.sql:3: notice: two");
    ran.says("migrations/001_talk.sql:3: warning: three\n  hint: look");
}

#[test]
fn to_and_steps_stop_where_they_say() {
    let project = Project::new();
    project.tables(5);
    project.migrate(&["up", "--to", "2"]).ok();
    assert_eq!(project.applied(), "1 2");
    project.migrate(&["up", "--steps", "2"]).ok();
    assert_eq!(project.applied(), "1 2 3 4");
    project.migrate(&["up", "--to", "77"]).code(2).says("there is no migration with version 77");
}

#[test]
fn dry_run_prints_the_very_statements_and_changes_nothing() {
    let project = Project::new();
    project.tables(2);
    let before = project.dump();
    let ran = project.migrate(&["up", "--dry-run"]).ok();
    assert!(
        ran.stdout.contains("-- migrations/001_t1.sql (one transaction)\nCREATE TABLE t1 (id int PRIMARY KEY);"),
        "{}",
        ran.stdout
    );
    assert_eq!(project.dump(), before);
    assert_eq!(project.value("select to_regnamespace('migrate') is null"), "t");
}

#[test]
fn rehearse_reports_locks_and_rewrites_and_takes_everything_back() {
    let project = Project::new();
    project.pair(
        "001_a",
        "CREATE TABLE a (id int, n int);\nINSERT INTO a SELECT g, g FROM generate_series(1, 10) g;",
        "DROP TABLE a;",
    );
    project.migrate(&["up"]).ok();
    project.pair(
        "002_b",
        "ALTER TABLE a ALTER COLUMN n TYPE bigint;\nUPDATE a SET n = 2;",
        "ALTER TABLE a ALTER COLUMN n TYPE int;",
    );
    let before = project.dump();
    let ran = project.migrate(&["up", "--rehearse", "--json"]).ok();
    let statements = ran.json()["statements"].clone();
    assert_eq!(statements[0]["rewrites"], serde_json::json!(["public.a"]));
    assert!(statements[0]["locks"].as_array().unwrap().contains(&"public.a: AccessExclusive".into()), "{statements}");
    assert_eq!(statements[1]["rows"], 10);
    assert_eq!(project.dump(), before);
    assert_eq!(project.applied(), "1");
}

#[test]
fn single_transaction_is_all_or_nothing() {
    let project = Project::new();
    project.tables(3).pair("004_bad", "SELECT 1/0;", "SELECT 1;");
    project.migrate(&["up", "--single-transaction"]).code(1).says("migrations/004_bad.sql:1: division by zero");
    assert_eq!(project.applied(), "");
    project.pair("004_bad", "SELECT 1;", "SELECT 1;");
    project.migrate(&["up", "--single-transaction"]).ok().prints("4 migrations applied");
    assert_eq!(project.applied(), "1 2 3 4");
}

#[test]
fn single_transaction_refuses_a_script_outside_one() {
    let project = Project::new();
    project.tables(1).pair("002_i", "-- migrate: no-transaction\nVACUUM t1;", "-- migrate: no-transaction\nVACUUM t1;");
    project.migrate(&["up", "--single-transaction"]).code(2).says("migrations/002_i.sql runs outside a transaction");
    assert_eq!(project.value("select to_regclass('t1') is null"), "t");
}

#[test]
fn what_a_script_sets_does_not_reach_the_ledger_or_the_next_script() {
    let project = Project::new();
    let hostile = "SELECT set_config('search_path', '', false);\nSET lock_timeout = '1ms';\nSET default_transaction_read_only = on;\n\
                   SET ROLE pg_read_all_data;\nSET standard_conforming_strings = off;";
    project.pair("001_hostile", hostile, "SELECT 1;").pair(
        "002_next",
        "CREATE TABLE next (t text DEFAULT 'a\\b');",
        "DROP TABLE next;",
    );
    project.migrate(&["up"]).ok();
    assert_eq!(project.applied(), "1 2");
    assert_eq!(
        project.value("select tableowner || ' ' || schemaname from pg_tables where tablename = 'next'"),
        "postgres public"
    );
}

#[test]
fn copy_blocks_are_loaded() {
    let project = Project::new();
    let up = "CREATE TABLE a (id int, t text);\nCOPY a (id, t) FROM stdin;\n1\tone; 'quoted'\n2\t$$two$$\n\\.\nCREATE INDEX ON a (id);\nSELECT count(*) / 0 FROM nothing;\n";
    project.pair("001_copy", up, "DROP TABLE a;");
    project.migrate(&["up"]).code(1).says("migrations/001_copy.sql:7:26: relation \"nothing\" does not exist");
    project.pair("001_copy", up.trim_end().trim_end_matches("SELECT count(*) / 0 FROM nothing;"), "DROP TABLE a;");
    project.migrate(&["up"]).ok();
    assert_eq!(project.value("select string_agg(t, '|' order by id) from a"), "one; 'quoted'|$$two$$");
}

#[test]
fn a_late_file_is_refused_and_taken_when_told() {
    let project = Project::new();
    project.tables(3);
    std::fs::remove_file(project.path().join("migrations/002_t2.sql")).unwrap();
    std::fs::remove_file(project.path().join("rollbacks/002_t2.sql")).unwrap();
    project.migrate(&["up"]).ok();
    project.tables(3);
    project.migrate(&["up"]).code(6).says("002_t2 is older than what is applied").says("--out-of-order");
    project.migrate(&["up", "--out-of-order"]).ok();
    assert_eq!(project.applied(), "1 2 3");
}

#[test]
fn twenty_at_once_apply_each_migration_once() {
    let project = Project::new();
    project.tables(30);
    project.pair("031_slow", "SELECT pg_sleep(0.2);", "SELECT 1;");
    let runs: Vec<_> = (0..20).map(|_| project.start(&["up"])).collect();
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(
        project.value("select count(*) || ' ' || count(distinct version) from migrate.journal where event = 'applied'"),
        "31 31"
    );
    assert_eq!(project.value("select count(*) from migrate.journal where event <> 'applied'"), "0");
}

#[test]
fn a_role_without_rights_is_told_what_to_grant() {
    let project = Project::new();
    let name = project.value("select current_database()");
    project
        .client()
        .batch_execute(&format!("create role {name}_poor login; revoke create on schema public from public"))
        .unwrap();
    let poor = Project::on(project.url.replace("postgres@", &format!("{name}_poor@")));
    poor.tables(1);
    poor.migrate(&["up"])
        .code(1)
        .says("permission denied")
        .says(&format!("GRANT CREATE ON DATABASE \"{name}\" TO \"{name}_poor\""));
    project.client().batch_execute(&format!("drop role {name}_poor")).unwrap();
}

#[test]
fn a_read_only_database_is_refused_before_anything() {
    let project = Project::new();
    project.tables(1);
    let name = project.value("select current_database()");
    project.client().batch_execute(&format!("alter database {name} set default_transaction_read_only = on")).unwrap();
    project.migrate(&["up"]).code(1).says("is read-only here").says("primary");
    project.migrate(&["status"]).ok().prints("pending");
}

#[test]
fn the_bundled_project_is_not_put_among_somebody_elses_tables() {
    let project = Project::new();
    std::fs::remove_dir(project.path().join("migrations")).unwrap();
    project.client().batch_execute("CREATE TABLE mine ()").unwrap();
    project.migrate(&["up", "--stand-in"]).code(4).says("has tables that they did not make").says("--yes");
    assert_eq!(project.value("select count(*) from pg_tables where schemaname in ('public', 'migrate', 'auth')"), "1");
}
