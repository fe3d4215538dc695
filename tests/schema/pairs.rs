//! No migration without its exact inverse: what each rollback leaves is what was there before its migration.

use std::process::Command;

use counterpose::server::stand_in;

use crate::project::Project;
use crate::shop::{ANN, Shop, all_versions, bundled, versions};
use crate::support::{Cluster, succeed};

/// A database with the stand-in, as a Supabase project is found.
fn database(expose_new_tables: bool) -> Project {
    let project = bundled();
    furnish(&project, expose_new_tables);
    project
}

fn furnish(project: &Project, expose_new_tables: bool) {
    project.client().batch_execute(&stand_in::script(expose_new_tables)).unwrap();
    project.file("migrate.toml", format!("platform = \"supabase\"\nexpose_new_tables = {expose_new_tables}\n"));
}

/// Takes every pair up, down and up again. Gives the schema that all of them make.
fn every_pair_is_its_own_inverse(project: &Project) -> String {
    let empty = project.dump();
    assert!(empty.contains("CREATE PUBLICATION supabase_realtime") && !empty.contains("TABLE public."), "{empty}");
    let mut before = empty.clone();
    for version in versions() {
        let to = version.to_string();
        project.migrate(&["up", "--to", &to]).ok();
        let after = project.dump();
        assert_ne!(after, before, "{version} changes nothing");
        project.migrate(&["down", "--steps", "1", "--yes"]).ok();
        assert_same(&project.dump(), &before, &format!("{version} up and down"));
        project.migrate(&["up", "--to", &to]).ok();
        assert_same(&project.dump(), &after, &format!("{version} up, down and up"));
        before = after;
    }
    assert_eq!(project.applied(), all_versions());
    project.migrate(&["down", "--all", "--yes"]).ok();
    assert_same(&project.dump(), &empty, "all down");
    before
}

/// Demands equal dumps; shows only the lines that differ.
fn assert_same(found: &str, expected: &str, what: &str) {
    let changes = similar::TextDiff::from_lines(expected, found);
    assert!(found == expected, "{what}:\n{}", changes.unified_diff());
}

#[test]
fn every_pair_where_new_tables_are_open_to_the_api() {
    let schema = every_pair_is_its_own_inverse(&database(true));
    assert!(schema.contains("CREATE TABLE public.membership_packages"));
}

#[test]
fn every_pair_where_new_tables_are_hidden_from_the_api() {
    every_pair_is_its_own_inverse(&database(false));
}

/// As on Supabase, where nobody is superuser. The roles of the API are there already, made by somebody who may.
#[test]
fn every_pair_as_a_role_that_only_owns_the_database() {
    database(false);
    let cluster = Cluster::shared();
    let name = cluster.create_database();
    cluster.sql("create role studio_owner login nosuperuser createdb createrole bypassrls");
    cluster.sql(&format!("alter database {name} owner to studio_owner"));
    let mut project = bundled();
    project.url = format!("postgres://studio_owner@/{name}?host={}&port={}", cluster.socket().display(), cluster.port);
    furnish(&project, true);
    assert_eq!(
        project.value("select current_user || ' ' || usesuper from pg_user where usename = current_user"),
        "studio_owner false"
    );
    let schema = every_pair_is_its_own_inverse(&project);
    assert!(schema.contains("ALTER TABLE public.orders OWNER TO studio_owner;"));
}

#[test]
fn policies_indexes_and_functions_go_and_come_without_a_row_lost() {
    let mut shop = Shop::open();
    let mut project = bundled();
    project.url.clone_from(&shop.url);
    let rows = || {
        let output =
            succeed(Command::new("pg_dump").args(["--data-only", "-n", "public", "-n", "auth", "-d", &shop.url]));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n")
    };
    let whole = project.dump();
    project.migrate(&["down", "--to", "6", "--yes"]).ok();
    let (before, schema) = (rows(), project.dump());
    assert!(before.contains("ann@example.com"), "{before}");
    project.migrate(&["down", "--to", "3", "--yes"]).ok();
    assert_same(&rows(), &before, "rows after down");
    project.migrate(&["up", "--to", "6"]).ok();
    assert_same(&rows(), &before, "rows after up");
    assert_same(&project.dump(), &schema, "schema after up");
    project.migrate(&["up"]).ok();
    assert_same(&project.dump(), &whole, "the whole schema after up");
    // And they work as before, on the rows that were there.
    let book = "insert into bookings (member_id, class_schedule_id) values ({member ann}, {class open})";
    shop.gives(ANN, book, "1");
    shop.gives(ANN, "select current_bookings from class_schedules where id = {class open}", "2");
}

/// The comparison itself: a change that pg_dump must not miss.
#[test]
fn a_rollback_that_forgets_something_is_seen() {
    let project = database(false);
    let before = project.dump();
    project.migrate(&["up", "--to", "1"]).ok();
    for leftover in ["grant select on auth.users to anon", "alter publication supabase_realtime add table auth.users"] {
        project.client().batch_execute(leftover).unwrap();
    }
    project.migrate(&["down", "--yes"]).ok();
    let after = project.dump();
    let changes = similar::TextDiff::from_lines(&before, &after).unified_diff().to_string();
    assert!(changes.contains("+GRANT SELECT ON TABLE auth.users TO anon;"), "{changes}");
    assert!(changes.contains("+ALTER PUBLICATION supabase_realtime ADD TABLE ONLY auth.users;"), "{changes}");
}
