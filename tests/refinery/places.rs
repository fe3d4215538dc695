//! Where refinery's table is: the service's default is `public`.

use crate::project::Project;
use crate::service::{ALL, NARROW};
use crate::{standings, tables, three};

const IN_PUBLIC: &str = "[ledger]\nrefinery_table = \"public.refinery_schema_history\"\n";

#[test]
fn the_services_default_table_is_shared_both_ways() {
    for service in ALL {
        let project = Project::new();
        let versions = three(&project, service.width);
        project.file("migrate.toml", IN_PUBLIC);
        service.with_table(&project, "-");
        assert_eq!(standings(&project), "applied_elsewhere applied_elsewhere applied_elsewhere");
        project.migrate(&["up"]).ok();
        project.migrate(&["down", "--yes"]).ok();
        assert_eq!(service.with_table(&project, "-").ran(), versions[2]);
        project.migrate(&["down", "--all", "--yes"]).ok();
        project.migrate(&["up"]).ok().prints("3 migrations applied");
        assert_eq!(service.with_table(&project, "-").has(), versions.join(" "));
        assert_eq!(project.value("select to_regclass('migrate.refinery_schema_history') is null"), "t");
    }
}

#[test]
fn a_table_of_another_name_is_shared() {
    let project = Project::new();
    three(&project, "int4");
    project.client().batch_execute("CREATE SCHEMA \"Our App\"").unwrap();
    project.file("migrate.toml", "[ledger]\nrefinery_table = \"Our App.the 'history'\"\n");
    project.migrate(&["up"]).ok();
    assert_eq!(NARROW.with_table(&project, "\"Our App\".\"the 'history'\"").ran(), "");
}

#[test]
fn a_ledger_elsewhere_does_not_run_again_what_the_service_applied() {
    let project = Project::new();
    three(&project, "int4");
    NARROW.with_table(&project, "-");
    for arguments in [&["up"][..], &["up", "--dry-run"], &["status"], &["verify"], &["baseline", "3", "--yes"]] {
        let ran = project.migrate(arguments).code(6).says("public.refinery_schema_history has 1_t0");
        ran.says("`[ledger] refinery_table = \"public.refinery_schema_history\"` in migrate.toml");
    }
    assert_eq!(project.value("select to_regnamespace('migrate') is null"), "t");
    project.file("migrate.toml", IN_PUBLIC);
    project.migrate(&["up"]).ok().prints("3 migrations taken over");
    assert_eq!(tables(&project), "t0 t1 t2");
}

#[test]
fn another_projects_history_in_public_is_left_alone() {
    let project = Project::new();
    let other = Project::on(project.url.clone());
    other.file("migrations/V1__theirs.sql", "CREATE TABLE theirs ();\n");
    NARROW.with_table(&other, "-");
    three(&project, "int4");
    project.migrate(&["up"]).ok().says("public.refinery_schema_history has other migrations");
    assert_eq!(tables(&project), "t0 t1 t2");
    assert_eq!(project.migrate(&["up"]).ok().stderr.matches("refinery_schema_history").count(), 0, "said once");
    assert_eq!(NARROW.with_table(&other, "-").ran(), "");
}

#[test]
fn an_empty_history_in_public_is_no_reason_to_refuse() {
    let project = Project::new();
    std::fs::create_dir_all(project.path().join("migrations")).unwrap();
    NARROW.with_table(&project, "-");
    three(&project, "int4");
    project.migrate(&["up"]).ok().prints("3 migrations applied");
}

#[test]
fn a_services_table_of_another_owner_is_used_without_taking_it_over() {
    let project = Project::new();
    three(&project, "int4");
    let name = project.value("select current_database()");
    project.client().batch_execute(&format!(
        "DO $$ BEGIN CREATE ROLE anon NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         CREATE ROLE {name}_m LOGIN; GRANT CREATE ON DATABASE {name} TO {name}_m; GRANT ALL ON SCHEMA public TO {name}_m"
    )).unwrap();
    NARROW.with_table(&project, "-");
    let client = || project.client();
    client()
        .batch_execute(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON refinery_schema_history TO {name}_m"))
        .unwrap();
    project.file("migrate.toml", IN_PUBLIC);
    let url = project.url.replace("postgres@", &format!("{name}_m@"));
    project.file("migrations/V4__t4.sql", "CREATE TABLE t4 ();\n");
    project.file("rollbacks/4_t4.sql", "DROP TABLE t4;\n");
    project.migrate(&["up", "--url", &url]).ok().prints("1 migration applied");
    project.migrate(&["down", "--url", &url, "--yes"]).ok();
    client().batch_execute(&format!("DROP OWNED BY {name}_m; DROP ROLE {name}_m")).unwrap();
}
