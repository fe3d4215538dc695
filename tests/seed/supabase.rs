//! The seeds that `supabase/config.toml` names.

use crate::project::Project;

fn project() -> Project {
    let project = Project::new();
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.file("supabase/config.toml", "project_id = 'x'\n[db.seed]\nsql_paths = ['./seed.sql']\n");
    project.file("supabase/migrations/001_t.sql", "create table t (id int);\n");
    project.file("supabase/rollbacks/001_t.sql", "drop table t;\n");
    project.file("migrate.toml", "platform = \"postgres\"\n");
    project.migrate(&["up"]).ok();
    project.file("supabase/seed.sql", "insert into t values (1);\n");
    project
}

#[test]
fn without_a_vertical_they_are_run_and_so_is_one_that_changed() {
    let project = project();
    project.migrate(&["seed"]).ok().prints("1 seed file run");
    project.migrate(&["seed"]).ok().prints("nothing changed");
    project.file("supabase/seed.sql", "insert into t values (2);\n");
    project.migrate(&["seed"]).ok().prints("1 seed file run");
    project.migrate(&["seed"]).ok().prints("nothing changed");
    assert_eq!(project.value("select string_agg(id::text, ' ') from t"), "1 2");
    project.migrate(&["seed", "--prune"]).code(2).says("are for the verticals of seeds/");
}

#[test]
fn a_vertical_beside_them_is_its_own_matter() {
    let project = project();
    project.file("seeds/x/01_t.sql", "insert into t values (7);\n");
    project.migrate(&["seed", "all"]).ok().says("rows of t cannot be told apart");
    assert_eq!(project.value("select string_agg(id::text, ' ') from t"), "7");
}
