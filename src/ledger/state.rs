//! Reading the state: refinery's rows and the newest journal rows, merged by version.
//!
//! Two plain statements of one snapshot, in one round trip: a join of both takes the server twice as long to plan, and
//! this is what every command waits for.

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Ledger;
use super::read::{Entry, Known, Last, State};
use crate::database::session::{Failure, Session};

/// The events after which it is known what an applied version is.
const TELLING: [&str; 4] = ["applied", "adopted", "repaired", "baselined"];
/// The events after which nothing is known: if refinery's table has the version, a service applied it anew.
const ENDING: [&str; 2] = ["rolled_back", "forgotten"];

impl Ledger {
    /// Reads the state. One round trip, and a second one when a script of an applied version failed or is half done.
    /// refinery's table must exist; without a `journal`, a service that embeds refinery was first.
    pub async fn state(&self, session: &mut Session, journal: bool) -> Result<State, Failure> {
        let refinery = self.sql(include_str!("rows.sql"));
        if !journal {
            let rows = session.query(&refinery, &[]).await?;
            return Ok(State { entries: rows.iter().map(applied).collect() });
        }
        let read = session.snapshot("", &[&refinery, include_str!("newest.sql")]).await?;
        let [rows, newest] = &read[..] else {
            return Err(Failure::Lost("the server left an answer out".to_owned()));
        };
        let mut entries = merge(rows, newest);
        let untold: Vec<i64> = entries.iter().filter(|e| is_untold(e)).map(|e| e.version).collect();
        if !untold.is_empty() {
            let known = session.query(include_str!("known.sql"), &[(&untold, Type::INT8_ARRAY)]).await?;
            for row in &known {
                let version: i64 = row.get(0);
                if let Some(entry) = entries.iter_mut().find(|e| e.version == version) {
                    entry.known = Some(Known { event: row.get(1), up_sha256: row.get(2), down_sha256: row.get(3) });
                }
            }
        }
        Ok(State { entries })
    }
}

/// Both lists are sorted by version.
fn merge(rows: &[Row], newest: &[Row]) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(rows.len().max(newest.len()));
    let (mut rows, mut newest) = (rows.iter().map(applied).peekable(), newest.iter().peekable());
    loop {
        let journal = newest.peek().map(|row| row.get::<_, i64>(0));
        let mut entry = match (rows.peek().map(|e| e.version), journal) {
            (None, None) => return entries,
            (Some(version), Some(journal)) if version > journal => seen(journal),
            (None, Some(journal)) => seen(journal),
            (Some(_), _) => match rows.next() {
                Some(entry) => entry,
                None => return entries,
            },
        };
        if let Some(row) = newest.next_if(|row| row.get::<_, i64>(0) == entry.version) {
            add_newest(&mut entry, row);
        }
        entries.push(entry);
    }
}

/// A row of refinery's table.
fn applied(row: &Row) -> Entry {
    Entry {
        version: row.get(0),
        name: row.get::<_, Option<String>>(1).unwrap_or_default(),
        applied: true,
        applied_on: row.get(2),
        checksum: row.get(3),
        known: None,
        last: None,
    }
}

/// A version that only the journal has.
fn seen(version: i64) -> Entry {
    Entry { version, name: String::new(), applied: false, applied_on: None, checksum: None, known: None, last: None }
}

fn add_newest(entry: &mut Entry, row: &Row) {
    let count = |value: Option<i32>| value.and_then(|n| usize::try_from(n).ok());
    let event: String = row.get(3);
    let in_flight: bool = row.get(11);
    if entry.applied && !in_flight && TELLING.contains(&event.as_str()) {
        entry.known = Some(Known { event: event.clone(), up_sha256: row.get(5), down_sha256: row.get(6) });
    }
    if !entry.applied {
        entry.name = row.get::<_, Option<String>>(2).unwrap_or_default();
    }
    entry.last = Some(Last {
        id: row.get(1),
        event,
        direction: row.get(4),
        statements_done: count(row.get(7)).unwrap_or(0),
        statements_total: count(row.get(8)),
        progress: row.get(9),
        running: row.get(10),
        in_flight,
    });
}

/// Whether an applied version's newest row neither tells what it is nor that nothing is known of it.
fn is_untold(entry: &Entry) -> bool {
    let says_nothing = |last: &Last| last.in_flight || !ENDING.contains(&last.event.as_str());
    entry.applied && entry.known.is_none() && entry.last.as_ref().is_some_and(says_nothing)
}
