//! Names and literals: ours against the server's.

use counterpose::sql::{concurrent, quote};
use postgres::{Client, NoTls};

use crate::support::Cluster;

fn connect() -> Client {
    Client::connect(&Cluster::shared().database(), NoTls).unwrap()
}

/// The server reads back what was quoted, whatever the setting.
#[test]
fn literals_and_identifiers_survive_the_server() {
    let mut client = connect();
    for setting in ["on", "off"] {
        client
            .batch_execute(&format!("set standard_conforming_strings = {setting}; set escape_string_warning = on"))
            .unwrap();
        for text in ["", "it's", r"a\b", r"\'; drop table x; --", r"\\", "é\n\t$$", "\"q\"", r"'\''"] {
            let row = client.query_one(&format!("select {} as {}", quote::literal(text), quote::ident("a \"b\"")), &[]);
            let row = row.unwrap();
            assert_eq!(row.get::<_, String>(0), text, "{setting}");
            assert_eq!(row.columns()[0].name(), "a \"b\"");
        }
    }
}

/// Identifiers are folded, unescaped and cut as the server does it.
#[test]
fn names_are_read_as_the_server_reads_them() {
    let mut client = connect();
    let long = "Äbc".repeat(30);
    let quoted = format!("\"{long}\"");
    for spelled in ["Orders", "\"Orders\"", "\"a\"\"b\"", "U&\"d\\0061t\\+000061\"", "ÄÖÜ", "a$b", &long, &quoted] {
        let statement = format!("CREATE INDEX CONCURRENTLY IF NOT EXISTS {spelled} ON t (a)");
        let Some(concurrent::Concurrent::CreateIndex { index: Some(ours), .. }) = concurrent::describe(&statement)
        else {
            panic!("{statement} is not read");
        };
        client.batch_execute("drop table if exists t; create table t (a int)").unwrap();
        client.batch_execute(&statement).unwrap();
        let theirs =
            client.query_one("select relname::text from pg_class where relkind = 'i' and relname !~ '^pg_'", &[]);
        assert_eq!(ours, theirs.unwrap().get::<_, String>(0), "{spelled}");
    }
}
