//! Files that are not what the service applied.

use crate::service::{ALL, NARROW};
use crate::{standings, tables, three, with_schema};

#[test]
fn a_file_edited_after_the_service_applied_it_is_changed_and_stops_up() {
    for service in ALL {
        let project = with_schema();
        let [_, second, _] = three(&project, service.width);
        service.start(&project);
        project.file(&format!("migrations/V{second}__t1.sql"), "CREATE TABLE t1 (id bigint PRIMARY KEY);\n");
        assert_eq!(standings(&project), "applied_elsewhere changed applied_elsewhere");
        project.migrate(&["status", "--check"]).code(3);
        project.migrate(&["up"]).code(6).says("is not what was applied").says("migrate repair --accept");
        assert_eq!(project.value("select to_regclass('migrate.journal') is null"), "t");
        let said = service.fails(&project);
        assert!(said.contains("is different than filesystem one"), "refinery says so too: {said}");
        project.migrate(&["repair", "--accept", second, "--yes"]).ok();
        assert_eq!(service.start(&project).ran(), "", "its row is what the file is now");
        project.migrate(&["up"]).ok();
        project.migrate(&["down", "--all", "--yes"]).ok();
        assert_eq!(tables(&project), "");
    }
}

#[test]
fn the_rollback_of_a_changed_file_is_not_trusted() {
    let project = with_schema();
    three(&project, "int4");
    NARROW.start(&project);
    let text = std::fs::read(project.path().join("migrations/V3__t2.sql")).unwrap();
    project.file("migrations/V3__t2.sql", "CREATE TABLE t2 (id bigint);\n");
    let ran = project.migrate(&["down", "--yes"]).code(6).says("migrations/V3__t2.sql is not what a service applied");
    ran.says("migrate repair --accept 3");
    assert_eq!(tables(&project), "t0 t1 t2");
    project.file("migrations/V3__t2.sql", text);
    project.migrate(&["down", "--yes"]).ok();
    assert_eq!(tables(&project), "t0 t1");
}

#[test]
fn what_the_service_has_and_we_do_not_is_missing() {
    let project = with_schema();
    three(&project, "int4");
    NARROW.start(&project);
    for file in ["migrations/V3__t2.sql", "rollbacks/3_drop_t2.sql"] {
        std::fs::remove_file(project.path().join(file)).unwrap();
    }
    assert_eq!(standings(&project), "applied_elsewhere applied_elsewhere missing");
    project.migrate(&["up"]).code(6).says("003_t2 is applied, and its file is missing");
    // Nobody kept a rollback.
    project.migrate(&["down", "--yes"]).code(4).says("003_t2 has no rollback");
}

#[test]
fn an_accepted_file_keeps_its_place_among_what_the_service_applied() {
    let project = with_schema();
    three(&project, "int4");
    NARROW.start(&project);
    project.file("migrations/V2__t1.sql", "CREATE TABLE t1 (id bigint PRIMARY KEY);\n");
    project.migrate(&["repair", "--accept", "2", "--yes"]).ok();
    project.migrate(&["down", "--steps", "2", "--yes"]).ok();
    assert_eq!(tables(&project), "t0");
}
