//! `new --from-diff`: what was changed by hand as a pair.

use crate::project::Project;
use crate::support::Cluster;

fn changed(sql: &str) -> Project {
    let project = Project::new();
    project.tables(2);
    project.migrate(&["up"]).ok().prints("2 migrations applied");
    project.client().batch_execute(sql).unwrap();
    project
}

const BY_HAND: &str = "alter table t1 add note text not null default 'x'; create type mood as enum ('a', 'b');
    create table more (id int primary key references t1, mood mood); create index on more (mood);
    create view seen as select note from t1; alter table t2 rename column id to key;
    create function f() returns int language sql as 'select 1'; grant select on more to public";

#[test]
fn it_makes_of_the_others_what_the_target_is_and_back() {
    let project = changed(BY_HAND);
    let ran = project.migrate(&["new", "by hand", "--from-diff", "--allow", "data-loss"]).ok();
    assert!(ran.stdout.contains("migrations/003_by_hand.sql\n"), "{}", ran.stdout);
    let ran = ran.says("`migrate repair --applied 3`");
    assert!(!ran.stdout.contains("repair"));
    project.migrate(&["diff", "--check"]).ok().prints("no differences");
    project.migrate(&["verify", "--no-prove"]).ok();
    // Elsewhere it is a migration like any other.
    let fresh = Project::on(Cluster::shared().database());
    project.migrate(&["up", "--url", &fresh.url]).ok().prints("3 migrations applied");
    project.migrate(&["diff", "--to", &fresh.url, "--check"]).ok().prints("no differences");
    project.migrate(&["down", "--url", &fresh.url, "--yes"]).ok().prints("1 migration rolled back");
    // Here it counts as applied, and can be taken back.
    project.migrate(&["repair", "--applied", "3", "--yes"]).ok().prints("003_by_hand counted as applied");
    project.migrate(&["status", "--check", "--drift"]).ok().prints("3 applied, 0 pending\nno drift");
    project.migrate(&["down", "--yes"]).ok().prints("1 migration rolled back");
    project.migrate(&["diff", "--to", &fresh.url, "--check"]).ok().prints("no differences");
    project.migrate(&["repair", "--applied", "2", "--yes"]).code(2).says("version 2 is applied, not pending");
}

#[test]
fn what_would_lose_rows_elsewhere_is_asked_for() {
    let project = changed("drop table t2");
    project.migrate(&["new", "gone", "--from-diff"]).code(4).says("would lose data").says("--allow data-loss");
    assert!(!project.path().join("migrations/003_gone.sql").exists());
    project.migrate(&["new", "gone", "--from-diff", "--allow", "data-loss"]).ok().prints("003_gone.sql");
    let text = std::fs::read_to_string(project.path().join("migrations/003_gone.sql")).unwrap();
    assert!(text.contains("-- loses data: "), "{text}");
}

#[test]
fn where_nothing_was_changed_nothing_is_written() {
    let project = changed("select");
    project.migrate(&["new", "nothing", "--from-diff"]).ok().says("no differences: nothing was written");
    assert!(!project.path().join("migrations/003_nothing.sql").exists());
}
