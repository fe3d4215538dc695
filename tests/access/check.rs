//! `access.lock` in CI: a migration that opens something is caught, whatever it opens.

use crate::{PEOPLE, project};

const TABLE: &str = "\
create table salaries (id int primary key, amount int not null);
alter table salaries enable row level security;
revoke all on salaries from anon, authenticated;
create function total() returns int language sql as 'select 1';
revoke execute on function total() from public, anon, authenticated;
";

#[test]
fn a_migration_that_opens_a_table_is_caught() {
    let (_cluster, project) = project(TABLE, "insert into salaries values (1, 10), (2, 20);");
    project.migrate(&["access", "--check"]).code(2).says("there is no ").says("hint: `migrate access` writes it");
    project.migrate(&["access"]).ok().prints("public.salaries");
    project.migrate(&["access", "--check"]).ok().prints("access is as ");
    project.pair(
        "002_open",
        "grant select on salaries to authenticated;
         create policy hers on salaries for select to authenticated using (id = 1);
         alter table salaries add column note text;
         grant execute on function total() to anon;
         create table more (id int);",
        "drop table more; alter table salaries drop column note; drop policy hers on salaries;
         revoke select on salaries from authenticated; revoke execute on function total() from anon;",
    );
    // It is not applied yet: the scratch database has it.
    let ran = project.migrate(&["access", "--check"]).code(3);
    for line in [
        "~ public.salaries columns: id, amount -> id, amount, note",
        "~ public.salaries ann select: - -> some",
        "~ public.total() execute: nobody -> anon",
        "~ public.more anon truncate: nothing -> all",
    ] {
        assert!(ran.stdout.lines().any(|found| found == line), "{line}\n{}", ran.stdout);
    }
    let json = project.migrate(&["access", "--check", "--json"]).code(3).json();
    let changes = json["changes"].as_array().unwrap();
    assert!(
        changes.iter().any(|c| c["object"] == "public.salaries"
            && c["identity"] == "ann"
            && c["what"] == "select"
            && c["from"] == "-"
            && c["to"] == "some"),
        "{json}"
    );
    // What stands in the database itself is still as the file says.
    project.migrate(&["access", "--check", "--live"]).ok().prints("access is as ");
    project.migrate(&["access"]).ok().prints("public.more");
    project.migrate(&["access", "--check"]).ok().prints("access is as ");
    project.migrate(&["access", "--check", "--live"]).code(3).prints("public.more columns: id -> nothing");
}

#[test]
fn the_file_is_the_same_every_time_and_nothing_else_is_written() {
    let (cluster, project) = project(TABLE, "insert into salaries values (1, 10);");
    let before = project.dump();
    project.migrate(&["access"]).ok().prints("public.salaries");
    let first = std::fs::read_to_string(project.path().join("access.lock")).unwrap();
    project.migrate(&["access"]).ok().prints("public.salaries");
    assert_eq!(std::fs::read_to_string(project.path().join("access.lock")).unwrap(), first);
    assert!(first.starts_with("# Who may do what"), "{first}");
    assert_eq!(project.value("select count(*) from salaries"), "0");
    assert_eq!(project.dump(), before);
    assert_eq!(cluster.sql("select count(*) from pg_database where datname like 'migrate%'"), "0");
}

#[test]
fn json_has_every_cell() {
    let (_cluster, project) = project(TABLE, "insert into salaries values (1, 10);");
    let json = project.migrate(&["access", "--json"]).ok().json();
    assert_eq!(json["identities"], serde_json::json!(["anon", "ann", "service"]));
    let table = &json["tables"][0];
    assert_eq!(table["name"], "public.salaries");
    assert_eq!(table["columns"], serde_json::json!(["id", "amount"]));
    assert_eq!(
        table["rows"][1],
        serde_json::json!({
            "identity": "ann", "select": "denied", "insert": "denied", "update": "denied", "delete": "denied",
            "truncate": "denied", "select_columns": null, "insert_columns": null, "update_columns": null
        })
    );
    assert_eq!(json["functions"], serde_json::json!([{ "name": "public.total()", "execute": [] }]));
}

#[test]
fn a_file_that_somebody_edited_wrongly_is_named_with_its_line() {
    let (_cluster, project) = project(TABLE, "");
    project.file("access.lock", "public.salaries\n  anon what\n");
    project.migrate(&["access", "--check"]).code(2).says("access.lock:2: this line is not understood");
}

#[test]
fn mistakes_of_the_configuration_and_the_fixture_are_named() {
    let (_cluster, project) =
        project(TABLE, "insert into salaries values (1, 10);\n\ninsert into salaries (nothing) values (1);\n");
    project.migrate(&["access"]).code(1).says("fixture.sql:3:23: column \"nothing\"").says("hint: a fixture runs");
    project.file("fixture.sql", "select 1;\ncommit;\n");
    project.migrate(&["access"]).code(2).says("fixture.sql:2: COMMIT does not belong in a fixture");
    project.file("fixture.sql", "");
    project.file("migrate.toml", PEOPLE.replace("'service_role'", "'nobody_of_this_name'"));
    project.migrate(&["access"]).code(1).says("failed to act as identity service").says("nobody_of_this_name");
    project.file("migrate.toml", format!("{PEOPLE}claim.sub = 'x'\n"));
    project.migrate(&["access"]).code(2).says("unknown key `claim`").says("did you mean `claims`?");
    project.file("migrate.toml", PEOPLE.replace("'ann'", "'anon'"));
    project.migrate(&["access"]).code(2).says("two identities of [access] are called `anon`");
}
