//! Reading the state: refinery's rows and the newest journal rows, merged by version.
//!
//! Two plain statements of one snapshot, in one round trip: a join of both takes the server twice as long to plan, and
//! this is what every command waits for.

use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::Ledger;
use super::read::{Entry, Known, Last, State};
use super::supabase::{Columns, Found};
use crate::database::session::{Failure, Session};

/// The events after which it is known what an applied version is.
const TELLING: [&str; 4] = ["applied", "adopted", "repaired", "baselined"];
/// The events after which nothing is known: if refinery's table has the version, a service applied it anew.
const ENDING: [&str; 2] = ["rolled_back", "forgotten"];

/// Which tables of the ledger are there, and to be read.
#[derive(Clone, Copy, Debug, Default)]
pub struct There {
    /// refinery's table.
    pub refinery: bool,
    /// The journal. Without it, a service that embeds refinery was first.
    pub journal: bool,
    /// Supabase's ledger, with its columns.
    pub supabase: Option<Columns>,
    /// Whether that ledger is this project's whatever it says.
    pub supabase_is_ours: bool,
}

impl Ledger {
    /// Reads what there `is` of the ledger. One round trip, and a second one when a script of an applied version failed or
    /// is half done, or when only Supabase's ledger has a version.
    pub async fn state(&self, session: &mut Session, is: There) -> Result<State, Failure> {
        let refinery = self.sql(include_str!("rows.sql"));
        let theirs = is.supabase.map(Columns::rows);
        let queries: Vec<&str> = [
            is.refinery.then_some(refinery.as_str()),
            is.journal.then_some(include_str!("newest.sql")),
            theirs.as_deref(),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mut read = match queries.as_slice() {
            [] => return Ok(State::default()),
            [one] => vec![session.query(one, &[]).await?],
            all => session.snapshot("", all).await?,
        }
        .into_iter();
        let mut next = |is_there: bool| is_there.then(|| read.next()).flatten().unwrap_or_default();
        let (rows, newest) = (next(is.refinery), next(is.journal));
        let supabase = is.supabase.map(|_| next(true).iter().filter_map(Found::read).collect());
        let mut state = State { entries: merge(&rows, &newest), supabase, supabase_is_ours: is.supabase_is_ours };
        self.complete(session, &mut state.entries).await?;
        if let Some(columns) = is.supabase {
            add_statements(session, columns, &mut state).await?;
        }
        Ok(state)
    }

    /// What applied versions were whose newest journal row does not tell.
    async fn complete(&self, session: &mut Session, entries: &mut [Entry]) -> Result<(), Failure> {
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
        Ok(())
    }
}

/// What was run for the versions that only Supabase's ledger has.
async fn add_statements(session: &mut Session, columns: Columns, state: &mut State) -> Result<(), Failure> {
    let State { entries, supabase, .. } = state;
    let is_applied = |number: i64| {
        let at = entries.binary_search_by_key(&number, |e| e.version).ok();
        at.and_then(|at| entries.get(at)).is_some_and(|e| e.applied)
    };
    let mut only: Vec<&mut Found> = supabase.iter_mut().flatten().filter(|found| !is_applied(found.number)).collect();
    if only.is_empty() {
        return Ok(());
    }
    let versions: Vec<String> = only.iter().map(|found| found.version.clone()).collect();
    for row in &session.query(&columns.statements(), &[(&versions, Type::TEXT_ARRAY)]).await? {
        let version: &str = row.get(0);
        if let Some(found) = only.iter_mut().find(|found| found.version == version) {
            found.statements = row.get(1);
        }
    }
    Ok(())
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
