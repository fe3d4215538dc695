//! `migrate` was first: the service sees everything as applied, and both go on in turn.

use crate::service::{ALL, NARROW, WIDE};
use crate::{Project, standings, tables, three};

#[test]
fn a_service_sees_what_migrate_applied_and_applies_nothing() {
    for service in ALL {
        let project = Project::new();
        let versions = three(&project, service.width).join(" ");
        project.migrate(&["up"]).ok().prints("3 migrations applied");
        let before = project.dump();
        let started = service.start(&project);
        assert_eq!((started.ran(), started.has()), (String::new(), versions));
        assert_eq!(started.rows(), project.ledger(), "both read the same rows");
        assert_eq!(project.dump(), before);
        project.migrate(&["status", "--check"]).ok();
    }
}

#[test]
fn small_numbers_in_a_wide_ledger_are_summed_as_wide_ones() {
    let project = Project::new();
    three(&project, "int4");
    // A wide service came first, without any migration: it made its table.
    project.client().batch_execute("CREATE SCHEMA migrate; CREATE TABLE migrate.refinery_schema_history (version int8 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255))").unwrap();
    project.migrate(&["up"]).ok();
    assert_eq!(WIDE.start(&project).ran(), "");
}

#[test]
fn after_a_rollback_the_service_applies_again() {
    for service in ALL {
        let project = Project::new();
        let versions = three(&project, service.width);
        project.migrate(&["up"]).ok();
        project.migrate(&["down", "--steps", "2", "--yes"]).ok();
        assert_eq!(tables(&project), "t0");
        assert_eq!(service.start(&project).ran(), versions[1..].join(" "));
        assert_eq!(standings(&project), "applied applied_elsewhere applied_elsewhere");
        project.migrate(&["up"]).ok().says("was applied by a service that embeds refinery");
        assert_eq!(standings(&project), "applied applied applied");
        project.migrate(&["down", "--all", "--yes"]).ok();
        assert_eq!(tables(&project), "");
    }
}

#[test]
fn what_the_service_applied_last_is_rolled_back_first() {
    let project = Project::new();
    three(&project, "int4");
    project.migrate(&["up", "--to", "2"]).ok();
    assert_eq!(NARROW.start(&project).ran(), "3");
    project.migrate(&["down", "--yes"]).ok().says("will roll back 3_t2");
    assert_eq!(tables(&project), "t0 t1");
}

#[test]
fn what_was_rolled_back_and_edited_is_known_as_the_service_applied_it() {
    let project = Project::new();
    three(&project, "int4");
    project.migrate(&["up"]).ok();
    project.migrate(&["down", "--yes"]).ok();
    project.file("migrations/V3__t2.sql", "CREATE TABLE t2 (id int, more text);\n");
    project.file("rollbacks/3_drop_t2.sql", "DROP TABLE t2 RESTRICT;\n");
    assert_eq!(NARROW.start(&project).ran(), "3");
    // What the journal knew of version 3 went with its rollback.
    assert_eq!(standings(&project), "applied applied applied_elsewhere");
    project.migrate(&["down", "--yes"]).ok();
    assert_eq!(tables(&project), "t0 t1");
}

#[test]
fn a_file_that_only_migrate_applied_before_is_not_taken_for_what_a_service_applied() {
    let project = Project::new();
    three(&project, "int4");
    project.migrate(&["up"]).ok();
    project.migrate(&["down", "--yes"]).ok();
    let kept = std::fs::read(project.path().join("migrations/V3__t2.sql")).unwrap();
    project.file("migrations/V3__t2.sql", "CREATE TABLE t2 (other text);\n");
    assert_eq!(NARROW.start(&project).ran(), "3");
    project.file("migrations/V3__t2.sql", kept);
    assert_eq!(standings(&project), "applied applied changed");
}

#[test]
fn line_ends_and_a_byte_order_mark_are_summed_as_the_service_sums_them() {
    for service in ALL {
        let project = Project::new();
        let [first, ..] = three(&project, service.width);
        project.file(&format!("migrations/V{first}__t0.sql"), "\u{feff}CREATE TABLE t0 (\r\n  id int\r\n);\r\n");
        project.migrate(&["up"]).code(0);
        assert_eq!(service.start(&project).ran(), "");
    }
}

#[test]
fn an_older_service_does_not_start_on_a_newer_ledger() {
    let project = Project::new();
    three(&project, "int4");
    project.migrate(&["up"]).ok();
    for file in ["migrations/V3__t2.sql", "rollbacks/3_drop_t2.sql"] {
        std::fs::remove_file(project.path().join(file)).unwrap();
    }
    let said = NARROW.fails(&project);
    assert!(said.contains("V3__t2 is missing from the filesystem"), "{said}");
    project.migrate(&["down", "--yes"]).ok();
    assert_eq!(NARROW.start(&project).has(), "1 2");
}

#[test]
fn scripts_outside_a_transaction_are_known_to_the_service_that_could_not_run_them() {
    let project = Project::new();
    three(&project, "int4");
    let index = "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY i ON t0 (id);\n";
    project.file("migrations/V4__i.sql", index);
    project.file("rollbacks/4_i.sql", "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY i;\n");
    project.migrate(&["up"]).ok();
    let started = NARROW.start(&project);
    assert_eq!((started.ran().as_str(), started.has().as_str()), ("", "1 2 3 4"));
    project.migrate(&["down", "--yes"]).ok();
    let said = NARROW.fails(&project);
    assert!(said.contains("cannot run inside a transaction block"), "{said}");
}

#[test]
fn names_that_only_migrate_reads_are_in_the_ledger_as_refinery_would_name_them() {
    let project = Project::new();
    project.tables(2);
    project.pair("003_größe-und Maß", "CREATE TABLE g ();\n", "DROP TABLE g;\n");
    project.migrate(&["up"]).ok();
    // The service's copies of the same files, under names that it reads.
    for (from, to) in [("001_t1", "V1__t1"), ("002_t2", "V2__t2"), ("003_größe-und Maß", "V3__größe_und_Maß")] {
        let path = |name: &str| project.path().join(format!("migrations/{name}.sql"));
        std::fs::rename(path(from), path(to)).unwrap();
    }
    let started = NARROW.start(&project);
    assert_eq!((started.ran().as_str(), started.has().as_str()), ("", "1 2 3"));
    assert_eq!(project.migrate(&["up"]).ok().stdout, "nothing to do\n");
}
