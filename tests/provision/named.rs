//! Databases with names of the user's own: create, drop, reset; and clones whose time is over.

use crate::{cluster, databases, project_on, value};

#[test]
fn one_that_stays_is_made_once_and_dropped_when_confirmed() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let name = "shop \"dev\"";
    let url = project.migrate(&["db", "create", name]).ok().stdout;
    assert_eq!(value(url.trim(), "select current_database() || ' ' || count(*) from t1"), format!("{name} 0"));
    let ran = project.migrate(&["db", "create", name]).code(1);
    ran.says("there is a database shop \"dev\" already").says("migrate db reset");
    let _ = project.migrate(&["db", "drop", "--all"]).ok();
    let _ = project.migrate(&["db", "drop", name]).code(4).says("--yes");
    assert_eq!(databases(&cluster, "shop%"), [name]);
    assert_eq!(project.migrate(&["db", "drop", name, "--yes"]).ok().stdout, format!("dropped {name}\n"));
    assert_eq!(project.migrate(&["db", "drop", name, "--yes"]).ok().stdout, "nothing to drop\n");
    assert_eq!(databases(&cluster, "shop%"), [""; 0]);
}

#[test]
fn an_empty_one_has_nothing() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let url = project.migrate(&["db", "create", "bare", "--empty"]).ok().stdout;
    assert_eq!(value(url.trim(), "select count(*) from pg_namespace where nspname = 'migrate'"), "0");
    let _ = project.migrate(&["db", "create", "bare", "--empty"]).code(1).says("already");
    assert_eq!(databases(&cluster, "migrate%"), [""; 0], "no template was needed");
}

#[test]
fn reset_makes_it_anew_and_keeps_the_old_one_when_that_fails() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let url = project.migrate(&["db", "create", "dev"]).ok().stdout.trim().to_owned();
    let mut visitor = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    visitor.batch_execute("insert into t1 values (1)").unwrap();
    let _ = project.migrate(&["db", "reset", "dev"]).code(4);
    project.pair("002_wrong", "select 1 / 0;\n", "select;\n");
    let _ = project.migrate(&["db", "reset", "dev", "--yes"]).code(1).says("division by zero");
    assert_eq!(value(&url, "select count(*) from t1"), "1", "it stands");
    project.pair("002_wrong", "create table t2 ();\n", "drop table t2;\n");
    // The target's own database, without a name; and whoever is in there does not hold it up.
    let _ = project.migrate(&["db", "reset", "--yes", "--url", &url]).ok();
    assert_eq!(value(&url, "select (select count(*) from t1) + (select count(*) from t2)"), "0");
    assert_eq!(databases(&cluster, "migrate\\_create%"), [""; 0]);
}

#[test]
fn what_belongs_to_the_server_and_what_is_protected_stays() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let _ = project.migrate(&["db", "reset", "--yes"]).code(4).says("postgres belongs to the server itself");
    let _ = project.migrate(&["db", "drop", "template1", "--yes"]).code(4);
    let _ = project.migrate(&["db", "create", "live"]).ok();
    project.file("migrate.toml", format!("[env.production]\nurl = \"{}\"\nprotected = true\n", project.url));
    let _ = project.migrate(&["db", "drop", "live", "--yes"]).code(4).says("--confirm live");
    let _ = project.migrate(&["db", "drop", "live", "--confirm", "live"]).ok();
}

#[test]
fn a_clone_whose_time_is_over_goes_when_nobody_is_in_there() {
    let cluster = cluster();
    let project = project_on(&cluster);
    let busy = project.migrate(&["db", "clone", "--for", "0s"]).ok().stdout;
    let visitor = postgres::Client::connect(busy.trim(), postgres::NoTls).unwrap();
    let idle = project.migrate(&["db", "clone", "--for", "0s"]).ok().stdout;
    let kept = project.migrate(&["db", "clone"]).ok().stdout;
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let name = |url: &str| url.split(['/', '?']).find(|part| part.starts_with("migrate_clone")).unwrap().to_owned();
    let _ = project.migrate(&["db", "clone"]).ok();
    let there = databases(&cluster, "migrate\\_clone%");
    assert!(there.contains(&name(&busy)) && there.contains(&name(&kept)) && !there.contains(&name(&idle)), "{there:?}");
    let _ = project.migrate(&["db", "drop", "--all"]).ok();
    assert_eq!(databases(&cluster, "migrate\\_clone%"), [name(&busy)], "somebody is in there");
    drop(visitor);
    crate::project::wait_for("the visitor to be gone", || {
        let _ = project.migrate(&["db", "clone"]).ok();
        !databases(&cluster, "migrate\\_clone%").contains(&name(&busy))
    });
}
