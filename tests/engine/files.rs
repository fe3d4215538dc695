//! Files that were edited, deleted, renamed, duplicated, and that cannot be run.

use crate::project::Project;

#[test]
fn an_edited_file_is_refused_with_both_checksums_and_the_command_that_mends_it() {
    let project = Project::new();
    project.tables(2);
    project.migrate(&["up"]).ok();
    project.file("migrations/001_t1.sql", "CREATE TABLE t1 (id bigint PRIMARY KEY);\n");
    let ran = project.migrate(&["up"]).code(6).says("migrations/001_t1.sql is not what was applied");
    let ran = ran.says("applied ").says("file    ");
    ran.says("migrate repair --accept");
    project.migrate(&["status", "--check"]).code(3).prints("changed");
    project.migrate(&["verify"]).code(3).prints("001_t1: changed");
    project.migrate(&["repair", "--accept", "1", "--yes"]).ok();
    project.migrate(&["up"]).ok();
    project.migrate(&["verify"]).ok();
}

#[test]
fn line_endings_and_a_byte_order_mark_are_not_a_change() {
    let project = Project::new();
    project.pair("001_a", "CREATE TABLE a (\n  id int\n);\n", "DROP TABLE a;\n");
    project.migrate(&["up"]).ok();
    project.pair("001_a", "\u{feff}CREATE TABLE a (\r\n  id int\r\n);\r\n", "\u{feff}DROP TABLE a;\r\n");
    project.migrate(&["status", "--check"]).ok();
}

#[test]
fn a_deleted_file_is_refused_and_can_be_forgotten() {
    let project = Project::new();
    project.tables(2);
    project.migrate(&["up"]).ok();
    std::fs::remove_file(project.path().join("migrations/002_t2.sql")).unwrap();
    std::fs::remove_file(project.path().join("rollbacks/002_t2.sql")).unwrap();
    project.migrate(&["up"]).code(6).says("002_t2 is applied, and its file is missing").says("migrate repair --forget");
    project.migrate(&["repair", "--forget", "2", "--yes"]).ok();
    project.migrate(&["up"]).ok();
    assert_eq!(project.value("select to_regclass('t2') is not null"), "t");
}

#[test]
fn a_renamed_file_is_refused_and_can_be_accepted() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["up"]).ok();
    for folder in ["migrations", "rollbacks"] {
        let folder = project.path().join(folder);
        std::fs::rename(folder.join("001_t1.sql"), folder.join("001_first.sql")).unwrap();
    }
    project.migrate(&["up"]).code(6).says("001_first was applied under the name t1").says("migrate repair --accept 1");
    project.migrate(&["repair", "--accept", "1", "--yes"]).ok();
    project.migrate(&["status", "--check"]).ok().prints("001_first  applied");
    assert_eq!(project.value("select name from migrate.refinery_schema_history"), "first");
}

#[test]
fn two_files_with_one_number_are_refused() {
    let project = Project::new();
    project.tables(1).pair("001_other", "CREATE TABLE other ();", "DROP TABLE other;");
    let ran = project.migrate(&["up"]).code(6);
    ran.says("001_other.sql").says("001_t1.sql");
    assert_eq!(project.value("select to_regnamespace('migrate') is null"), "t");
}

#[test]
fn scripts_that_need_the_header_are_refused_before_anything_runs() {
    let project = Project::new();
    project.tables(1);
    project.pair("002_i", "CREATE TABLE x (v int);\nCREATE INDEX CONCURRENTLY i ON x (v);\n", "DROP TABLE x;");
    let ran = project.migrate(&["up"]).code(2).says("migrations/002_i.sql:2").says("-- migrate: no-transaction");
    assert!(ran.stderr.contains("CREATE INDEX CONCURRENTLY"), "{}", ran.stderr);
    assert_eq!(project.value("select to_regclass('t1') is null"), "t");
}

#[test]
fn begin_and_commit_in_a_transactional_script_are_refused_before_anything_runs() {
    let project = Project::new();
    project.tables(1).pair("002_b", "BEGIN;\nCREATE TABLE x ();\nCOMMIT;\n", "DROP TABLE x;");
    project.migrate(&["up"]).code(2).says("migrations/002_b.sql:1").says("BEGIN");
    assert_eq!(project.value("select to_regclass('t1') is null"), "t");
}

#[test]
fn a_block_without_its_end_outside_a_transaction_is_refused_before_anything_runs() {
    let project = Project::new();
    project.tables(1);
    project.pair("002_b", "-- migrate: no-transaction\nVACUUM t1;\nBEGIN;\nSELECT 1;\n", "SELECT 1;");
    project.migrate(&["up"]).code(2).says("migrations/002_b.sql:3: BEGIN has no");
    assert_eq!(project.value("select to_regclass('t1') is null"), "t");
}

#[test]
fn a_block_outside_a_transaction_is_one_transaction_with_its_progress() {
    let project = Project::new();
    let script = |last: &str| {
        format!(
            "-- migrate: no-transaction\nCREATE TABLE t (v int);\nBEGIN;\nINSERT INTO t VALUES (1);\n{last}\nCOMMIT;\nVACUUM t;\n"
        )
    };
    project.pair("001_t", &script("SELECT 1/0;"), "DROP TABLE t;");
    project.migrate(&["up"]).code(1).says("migrations/001_t.sql:5: division by zero");
    assert_eq!(project.value("select count(*) from t"), "0");
    project.pair("001_t", &script("INSERT INTO t VALUES (2);"), "DROP TABLE t;");
    project.migrate(&["up"]).ok().says("1 of 6 statements were done before");
    assert_eq!(project.value("select count(*) from t"), "2");
}

#[test]
fn psql_commands_are_refused_by_name_and_line() {
    let project = Project::new();
    project.pair("001_p", "CREATE TABLE x ();\n\\connect other\n", "DROP TABLE x;");
    project.migrate(&["up"]).code(2).says("001_p.sql:2").says("\\connect");
}

#[test]
fn refinery_names_and_timestamps_are_read() {
    let project = Project::new();
    project.pair("V1__first", "CREATE TABLE a ();", "DROP TABLE a;");
    project.pair("20261122093000_second", "CREATE TABLE b ();", "DROP TABLE b;");
    project.migrate(&["up"]).ok();
    assert_eq!(project.applied(), "1 20261122093000");
    assert_eq!(project.value("select atttypid::regtype::text from pg_attribute where attrelid = 'migrate.refinery_schema_history'::regclass and attname = 'version'"), "bigint");
}

#[test]
fn a_timestamp_does_not_fit_a_narrow_ledger_and_is_refused_with_the_statement_that_widens_it() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["up"]).ok();
    project.pair("20261122093000_second", "CREATE TABLE b ();", "DROP TABLE b;");
    let ran = project.migrate(&["up"]).code(2).says("does not fit the int4 version column");
    ran.says("ALTER TABLE \"migrate\".\"refinery_schema_history\" ALTER COLUMN version TYPE int8");
    project
        .client()
        .batch_execute("ALTER TABLE migrate.refinery_schema_history ALTER COLUMN version TYPE int8")
        .unwrap();
    project.migrate(&["up"]).ok();
}

#[test]
fn new_writes_a_pair_that_goes_on_from_the_newest() {
    let project = Project::new();
    project.tables(9);
    let ran = project.migrate(&["new", "Add gift-cards"]).ok();
    assert!(ran.stdout.contains("migrations/010_add_gift_cards.sql\n"), "{}", ran.stdout);
    project.migrate(&["up"]).ok();
    project.migrate(&["new", "!!"]).code(2);
    let ran = project.migrate(&["new", "stamped", "--timestamp"]).ok();
    assert!(ran.stdout.contains("migrations/20"), "{}", ran.stdout);
}

#[test]
fn lint_finds_what_is_dangerous_and_what_is_forgotten() {
    let project = Project::new();
    project.file("migrate.toml", "platform = \"supabase\"\n");
    project.pair("001_a", "CREATE TABLE public.a (id bigint PRIMARY KEY);\n", "DROP TABLE public.a;\n");
    project.file("migrations/002_b.sql", "CREATE INDEX CONCURRENTLY a_id ON public.a (id);\n");
    let ran = project.migrate(&["lint"]).code(3);
    for text in
        ["migrations/001_a.sql:1:", "row level security", "migrations/002_b.sql:1:", "no-transaction", "rollback"]
    {
        assert!(ran.stdout.to_lowercase().contains(text), "{text}: {}", ran.stdout);
    }
    let findings = project.migrate(&["lint", "--json"]).code(3).json();
    assert!(findings["findings"][0]["rule"].is_string(), "{findings}");
}
