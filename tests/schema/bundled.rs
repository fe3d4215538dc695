//! The project that the binary carries, used where the folder holds none.

use crate::shop::{all_versions, bundled, versions};

const BUNDLED: &str = "the bundled coffee-shop and yoga-studio project is used";

#[test]
fn an_empty_folder_has_the_bundled_project() {
    let project = bundled();
    let ran = project.migrate(&["up", "--stand-in"]).ok().prints(&format!("{} migrations applied", versions().len()));
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(lines[0].starts_with("target: "), "{}", ran.stderr);
    assert!(lines[1].ends_with(BUNDLED) && lines[1].contains("no migrations/ in "), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(project.path()).unwrap().count(), 0, "it writes nothing into the folder");
    assert_eq!(project.migrate(&["up"]).ok().stdout, "nothing to do\n");
    project.migrate(&["status", "--check"]).ok().prints(&format!("{} applied, 0 pending", versions().len()));
}

#[test]
fn two_at_once_apply_each_migration_once() {
    let project = bundled();
    let runs = [project.start(&["up", "--stand-in"]), project.start(&["up", "--stand-in"])];
    for run in runs {
        let output = run.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(project.applied(), all_versions());
    assert_eq!(
        project.value("select string_agg(event, ' ') from migrate.journal"),
        vec!["applied"; versions().len()].join(" ")
    );
}

#[test]
fn all_in_one_transaction_is_refused_because_of_the_indexes() {
    let project = bundled();
    project
        .migrate(&["up", "--stand-in", "--single-transaction"])
        .code(2)
        .says("005_add_performance_indexes.sql runs outside a transaction");
    assert_eq!(project.value("select to_regclass('public.user_roles') is null"), "t");
}
