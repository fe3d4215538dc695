//! Realtime, as Supabase does it, on a real logical replication stream: wal2json reads the changes of the published tables, and
//! for each subscriber the row is read again by its key, as his role with his claims. So what he is told is what SELECT gives
//! him, by row and by column; only a DELETE, whose row is gone, is told to everybody, with its key.

use std::process::Command;

use crate::project::Project;
use crate::support::{Cluster, Setup, succeed};
use crate::{bundled, database, fill};

/// The five tables that the source asks for, and what calls for somebody's attention.
const PUBLISHED: &str = "bookings class_schedules inventory inventory_alerts notifications order_items orders";

/// The people of `access/fixture.sql`.
const ANN: &str = "00000000-0000-4000-8000-0000000000a1";
const MIA: &str = "00000000-0000-4000-8000-0000000000b1";
const BARISTA: &str = "00000000-0000-4000-8000-0000000000d1";
const OTHER_ADMIN: &str = "00000000-0000-4000-8000-0000000000d4";

struct Stream {
    cluster: Cluster,
    project: Project,
}

impl Stream {
    fn open() -> Self {
        let cluster = Cluster::start(&Setup { conf: "wal_level = logical", ..Setup::default() });
        let project = bundled(&cluster);
        fill(&project);
        for (slot, plugin) in [("told", "wal2json"), ("published", "pgoutput")] {
            project.value(&format!("select pg_create_logical_replication_slot('{slot}', '{plugin}')"));
        }
        Self { cluster, project }
    }

    /// Runs a change, and reads what the stream says of it: one JSON object for each row of a published table.
    fn changes(&self, sql: &str) -> Vec<serde_json::Value> {
        self.project.client().batch_execute(sql).unwrap();
        let end = self.project.value("select pg_current_wal_insert_lsn()");
        // A later record, so that the end is passed.
        self.project.value("select pg_logical_emit_message(true, 'end', '')");
        let tables = self.project.value(
            "select string_agg(format('%s.%s', schemaname, tablename), ',') from pg_publication_tables where pubname = 'supabase_realtime'",
        );
        let mut command = Command::new("/usr/lib/postgresql/15/bin/pg_recvlogical");
        command.arg("-h").arg(self.cluster.socket()).args(["-U", "postgres", "-S", "told", "--start", "-f", "-"]);
        command.args([
            format!("-p{}", self.cluster.port),
            format!("--endpos={end}"),
            format!("-d{}", database(&self.project)),
        ]);
        command.args(["-o", "format-version=2", "-o", &format!("add-tables={tables}")]);
        let output = succeed(&mut command);
        let text = String::from_utf8(output.stdout).unwrap();
        let changes = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        changes.filter(|change| ["I", "U", "D"].contains(&change["action"].as_str().unwrap())).collect()
    }

    /// What a subscriber is told of the changes: for each the table, and the columns that he may read of the row.
    fn told(&self, changes: &[serde_json::Value], role: &str, sub: Option<&str>) -> Vec<(String, Vec<String>)> {
        let mut client = self.project.client();
        let mut session = client.transaction().unwrap();
        let claims = serde_json::json!({ "sub": sub, "role": role }).to_string();
        session.execute("select set_config('request.jwt.claims', $1, true)", &[&claims]).unwrap();
        session.batch_execute(&format!("set local role {role}")).unwrap();
        let mut told = Vec::new();
        for change in changes {
            let table = change["table"].as_str().unwrap();
            let columns = format!(
                "select attname::text from pg_attribute where attrelid = 'public.{table}'::regclass and attnum > 0 and not attisdropped
                 and has_column_privilege(attrelid, attnum, 'select')"
            );
            let columns: Vec<String> = session.query(&columns, &[]).unwrap().iter().map(|row| row.get(0)).collect();
            let id = change["columns"].as_array().unwrap().iter().find(|column| column["name"] == "id").unwrap();
            let row = format!("select 1 from public.{table} where id = '{}'", id["value"].as_str().unwrap());
            if !columns.is_empty() && !session.query(&row, &[]).unwrap().is_empty() {
                told.push((table.to_owned(), columns));
            }
        }
        told
    }

    /// How many of the changes he is told of.
    fn count(&self, changes: &[serde_json::Value], role: &str, sub: Option<&str>) -> usize {
        self.told(changes, role, sub).len()
    }
}

#[test]
fn a_subscriber_is_told_what_he_may_select() {
    let stream = Stream::open();
    let signed_in = "authenticated";
    // The order of somebody else at his location, at another one, and of another organization.
    let orders = stream.changes("update orders set special_instructions = 'hot'");
    assert_eq!(orders.len(), 8);
    assert_eq!(stream.count(&orders, "anon", None), 0);
    assert_eq!(stream.count(&orders, signed_in, Some(ANN)), 2);
    assert_eq!(stream.count(&orders, signed_in, Some(MIA)), 0);
    assert_eq!(stream.count(&orders, signed_in, Some(BARISTA)), 3);
    assert_eq!(stream.count(&orders, signed_in, Some(OTHER_ADMIN)), 2);

    let bookings = stream.changes("update bookings set booking_notes = 'mat'");
    assert_eq!(bookings.len(), 12);
    assert_eq!(stream.count(&bookings, "anon", None), 0);
    assert_eq!(stream.count(&bookings, signed_in, Some(MIA)), 4);
    assert_eq!(stream.count(&bookings, signed_in, Some(ANN)), 0);

    // The timetable is public, a cancelled class is not.
    let classes = stream.changes("update class_schedules set special_notes = 'candles'");
    assert_eq!(classes.len(), 11);
    assert_eq!(stream.count(&classes, "anon", None), 10);

    // What follows from it, an alert that closes, is told to the same people.
    let mut stock = stream.changes("update inventory set min_threshold = 1");
    stock.retain(|change| change["table"] == "inventory");
    assert_eq!(stream.count(&stock, signed_in, Some(ANN)), 0);
    assert_eq!(stream.count(&stock, signed_in, Some(BARISTA)), 1);
}

#[test]
fn nothing_but_the_published_tables_is_in_the_stream() {
    let stream = Stream::open();
    let published = "select string_agg(tablename, ' ' order by tablename) from pg_publication_tables where pubname = 'supabase_realtime'";
    assert_eq!(stream.project.value(published), PUBLISHED);
    stream
        .project
        .client()
        .batch_execute(
            "update members set medical_conditions = 'a secret'; update instructors set hourly_rate = 99;
             update orders set special_instructions = 'hot'",
        )
        .unwrap();
    // pgoutput, the protocol of every subscription: R announces a relation, and the text of a row is in its messages.
    let rows = stream
        .project
        .client()
        .query(
            "select data from pg_logical_slot_get_binary_changes('published', null, null,
             'proto_version', '1', 'publication_names', 'supabase_realtime')",
            &[],
        )
        .unwrap();
    let messages: Vec<Vec<u8>> = rows.iter().map(|row| row.get(0)).collect();
    let names = messages.iter().filter(|message| message[0] == b'R').map(|message| {
        // R, the id in four bytes, the schema and the table, each ended by a zero.
        message[5..].split(|byte| *byte == 0).nth(1).map(|name| String::from_utf8(name.to_vec()).unwrap()).unwrap()
    });
    assert_eq!(names.collect::<Vec<_>>(), ["orders"]);
    assert!(!messages.iter().any(|message| message.windows(8).any(|part| part == b"a secret")));
}

#[test]
fn a_delete_reveals_the_key_and_nothing_else() {
    let stream = Stream::open();
    let deleted = stream.changes("delete from order_items");
    let deletes: Vec<_> = deleted.iter().filter(|change| change["action"] == "D").collect();
    assert_eq!(deletes.len(), 8);
    for delete in deletes {
        assert!(delete.get("columns").is_none(), "{delete}");
        let names: Vec<_> = delete["identity"].as_array().unwrap().iter().map(|column| &column["name"]).collect();
        assert_eq!(names, ["id"], "a subscriber of anybody learns which id is gone, and no more");
    }
    // That rests on the replica identity: with FULL the old row would be in the stream.
    let identities = "select string_agg(distinct relreplident::text, '') from pg_class c join pg_publication_tables p on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass";
    assert_eq!(stream.project.value(identities), "d");
}
