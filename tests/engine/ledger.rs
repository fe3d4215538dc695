//! The ledger: its format, its guards, and living with services that embed refinery.

use crate::project::Project;

#[test]
fn the_journal_is_append_only() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["up"]).ok();
    let mut client = project.client();
    for statement in
        ["UPDATE migrate.journal SET name = 'x'", "DELETE FROM migrate.journal", "TRUNCATE migrate.journal"]
    {
        let error = client.batch_execute(statement).unwrap_err();
        assert!(error.as_db_error().unwrap().message().contains("append-only"), "{statement}: {error}");
    }
}

#[test]
fn the_ledger_is_closed_to_the_roles_of_an_api() {
    let project = Project::new();
    let mut client = project.client();
    client
        .batch_execute("DO $$ BEGIN CREATE ROLE anon NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO anon")
        .unwrap();
    project.tables(1);
    project.migrate(&["up"]).ok();
    let open = "select has_schema_privilege('anon', 'migrate', 'USAGE') or has_table_privilege('anon', 'migrate.journal', 'SELECT') \
                or has_table_privilege('anon', 'migrate.refinery_schema_history', 'SELECT')";
    assert_eq!(project.value(open), "f");
}

#[test]
fn history_tells_every_event() {
    let project = Project::new();
    project.tables(1).pair("002_bad", "SELECT 1/0;", "SELECT 1;");
    project.migrate(&["up"]).code(1);
    project.migrate(&["down", "--yes"]).ok();
    let events = project.migrate(&["history", "--json"]).ok().json();
    let words: Vec<&str> = events["events"].as_array().unwrap().iter().map(|e| e["event"].as_str().unwrap()).collect();
    assert_eq!(words, ["applied", "failed", "rolled_back"]);
    assert!(events["events"][1]["error"].as_str().unwrap().contains("division by zero"));
}

#[test]
fn baseline_takes_over_a_database_that_has_the_schema() {
    let project = Project::new();
    project.tables(3);
    project
        .client()
        .batch_execute("CREATE TABLE t1 (id int PRIMARY KEY); CREATE TABLE t2 (id int PRIMARY KEY)")
        .unwrap();
    project.migrate(&["baseline", "2"]).code(4).says("--yes");
    project.migrate(&["baseline", "2", "--yes"]).ok();
    project.migrate(&["up"]).ok().prints("1 migration applied");
    assert_eq!(project.applied(), "1 2 3");
    project.migrate(&["baseline", "3", "--yes"]).code(4).says("the ledger is not empty");
    project.migrate(&["down", "--all", "--yes"]).ok();
}

#[test]
fn a_journal_without_its_refinery_table_is_not_taken_for_an_empty_database() {
    let project = Project::new();
    project.tables(1);
    project.migrate(&["up"]).ok();
    project.client().batch_execute("ALTER TABLE migrate.refinery_schema_history RENAME TO elsewhere").unwrap();
    project.migrate(&["up"]).code(6).says("migrate.journal is there, but");
    project.file("migrate.toml", "[ledger]\nrefinery_table = \"migrate.elsewhere\"\n");
    project.migrate(&["up"]).ok().prints("nothing to do");
}
