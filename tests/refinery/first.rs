//! The service was first: `migrate` takes over what it applied.

use crate::project::Project;
use crate::service::{ALL, NARROW};
use crate::{standings, tables, three, with_schema};

#[test]
fn status_shows_what_a_service_applied_and_writes_nothing() {
    for service in ALL {
        let project = with_schema();
        let versions = three(&project, service.width).join(" ");
        assert_eq!(service.start(&project).ran(), versions);
        let ran = project.migrate(&["status", "--check"]).ok();
        assert_eq!(ran.stdout.matches("applied by a service").count(), 3, "{}", ran.stdout);
        project.migrate(&["verify"]).ok();
        assert_eq!(project.value("select to_regclass('migrate.journal') is null"), "t");
    }
}

#[test]
fn up_takes_it_into_the_journal_and_down_runs_the_files_rollback() {
    for service in ALL {
        let project = with_schema();
        three(&project, service.width);
        service.start(&project);
        let ran = project.migrate(&["up"]).ok().prints("3 migrations taken over");
        assert_eq!(ran.stderr.matches("was applied by a service that embeds refinery").count(), 3, "{}", ran.stderr);
        assert_eq!(standings(&project), "applied applied applied");
        let stored = project.value("select string_agg(event || ' ' || rollback, '' order by id) from migrate.journal");
        assert_eq!(stored, "adopted DROP TABLE t0;\nadopted DROP TABLE t1;\nadopted DROP TABLE t2;\n");
        assert_eq!(project.migrate(&["up"]).ok().stderr.matches("service").count(), 0, "once is enough");
        project.migrate(&["down", "--all", "--yes"]).ok().prints("3 migrations rolled back");
        assert_eq!((tables(&project), project.applied()), (String::new(), String::new()));
    }
}

#[test]
fn down_works_before_any_up() {
    for service in ALL {
        let project = with_schema();
        let versions = three(&project, service.width);
        service.start(&project);
        project.migrate(&["down", "--yes"]).ok().prints("1 migration rolled back");
        assert_eq!((tables(&project).as_str(), project.applied()), ("t0 t1", versions[..2].join(" ")));
        assert_eq!(project.value("select string_agg(event, ' ') from migrate.journal"), "rolled_back");
        assert_eq!(standings(&project), "applied_elsewhere applied_elsewhere pending");
        assert_eq!(service.start(&project).ran(), versions[2]);
        project.migrate(&["down", "--all", "--yes"]).ok().prints("3 migrations rolled back");
        assert_eq!(tables(&project), "");
    }
}

#[test]
fn up_goes_on_where_the_service_stopped() {
    let project = with_schema();
    three(&project, "int4");
    let last = project.path().join("migrations/V3__t2.sql");
    let text = std::fs::read(&last).unwrap();
    std::fs::remove_file(&last).unwrap();
    NARROW.start(&project);
    project.file("migrations/V3__t2.sql", text);
    project.migrate(&["up"]).ok().prints("1 migration applied");
    assert_eq!(NARROW.start(&project).ran(), "");
    project.migrate(&["down", "--steps", "2", "--yes"]).ok();
    assert_eq!(tables(&project), "t0", "newest first, whoever applied it");
}

#[test]
fn a_service_built_from_a_checkout_with_other_line_ends_is_understood() {
    let project = with_schema();
    three(&project, "int4");
    project.file("migrations/V1__t0.sql", "CREATE TABLE t0 (\r\n  id int\r\n);\r\n");
    NARROW.start(&project);
    project.file("migrations/V1__t0.sql", "CREATE TABLE t0 (\n  id int\n);\n");
    assert_eq!(standings(&project), "applied_elsewhere applied_elsewhere applied_elsewhere");
    project.migrate(&["up"]).ok();
    project.migrate(&["status", "--check"]).ok();
}

#[test]
fn a_service_that_starts_while_migrate_runs_applies_nothing_twice() {
    for round in 0..5 {
        let project = Project::new();
        three(&project, "int4");
        project.client().batch_execute("CREATE SCHEMA migrate").unwrap();
        let child = project.start(&["up"]);
        let service = NARROW.attempt(&project);
        let output = child.wait_with_output().unwrap();
        // refinery takes no lock: one of the two may have been turned away, but nothing may be there twice or by halves.
        assert!(service || output.status.success(), "round {round}: {}", String::from_utf8_lossy(&output.stderr));
        project.migrate(&["up"]).ok();
        assert_eq!((tables(&project).as_str(), NARROW.start(&project).ran().as_str()), ("t0 t1 t2", ""));
    }
}
