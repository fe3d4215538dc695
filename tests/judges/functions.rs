//! plpgsql_check reads every statement of every function against the tables that are there.

use postgres::SimpleQueryMessage;

use crate::bundled;
use crate::project::Project;
use crate::support::Cluster;

/// What it says, a line each.
fn findings(project: &Project) -> Vec<String> {
    project.client().batch_execute("create extension if not exists plpgsql_check").unwrap();
    let rows = project.client().simple_query(include_str!("plpgsql_check.sql")).unwrap();
    let line = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    };
    rows.iter().filter_map(line).collect()
}

#[test]
fn plpgsql_check_finds_nothing() {
    let project = bundled(Cluster::shared());
    assert_eq!(findings(&project), Vec::<String>::new());
    // It can find something: a column that is not there, and a value that is never used.
    project
        .client()
        .batch_execute(
            "create function private.wrong() returns trigger language plpgsql as $$
             declare unused int;
             begin new.no_such_column := 1; return new; end $$;
             create trigger wrong before insert on public.orders for each row execute function private.wrong();",
        )
        .unwrap();
    let found = findings(&project).join("\n");
    assert!(found.contains("no_such_column") && found.contains("unused"), "{found}");
}
