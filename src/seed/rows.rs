//! A CSV file's rows put into their table: one upsert on the key, which leaves rows that are the same and rows of others alone.

use std::collections::HashMap;
use std::ops::Range;

use tokio_postgres::error::SqlState;

use super::diagnose;
use super::files::File;
use super::owned;
use super::sheet::Sheet;
use super::stage::{STAGE, Shapes};
use super::table::Table;
use super::triggers;
use super::work::{Rows, Work, failed, list, number};
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// A CSV file about to be loaded.
pub(super) struct Load<'s> {
    pub(super) file: &'s File,
    pub(super) sheet: &'s Sheet,
    pub(super) table: Table,
    /// Its index in the stage.
    pub(super) index: usize,
    /// Its id in the ledger.
    pub(super) id: i32,
    /// The ids of all files of the vertical, joined.
    pub(super) files: String,
}

/// How many rows a file changed.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) inserted: u64,
    pub(super) updated: u64,
}

/// How many clashes an error names.
const NAMED: usize = 3;

/// Around what may fail for a row of the file: diagnosing goes back there.
pub(super) const BEGIN: &str = "SAVEPOINT migrate_seed_file";
pub(super) const BACK: &str = "ROLLBACK TO SAVEPOINT migrate_seed_file";
pub(super) const END: &str = "RELEASE SAVEPOINT migrate_seed_file";

impl Load<'_> {
    /// The columns by which the file's rows are recognised.
    pub(super) fn key(&self) -> &[String] {
        if self.sheet.said.key.is_empty() { self.table.key() } else { &self.sheet.said.key }
    }

    /// What switches the table's triggers on again, if the file has them off.
    fn on(&self) -> Option<String> {
        self.sheet.said.is_without_triggers.then(|| triggers::ON.to_owned())
    }

    /// A cell of the stage's row `s`, as its column's type reads it.
    pub(super) fn cast(&self, name: &str) -> String {
        let place = self.sheet.columns.iter().position(|column| column == name).unwrap_or_default();
        let base = self.table.column(name).map_or("text", |column| column.base.as_str());
        format!("s.c{place}::{base}")
    }

    /// Whether row `t` of the table is what row `s` of the stage is about.
    pub(super) fn is_meant(&self) -> String {
        let is = |column: &String| format!("t.{} = {}", quote::ident(column), self.cast(column));
        self.key().iter().map(is).collect::<Vec<_>>().join(" AND ")
    }

    /// What is wrong with the file, seen against its table. Says what to do about it.
    pub(super) fn check(&self) -> Result<(), Vec<String>> {
        let (path, label, sheet) = (&self.file.path, self.table.label(), self.sheet);
        let header = format!("{path}:{}", sheet.header_line);
        let mut wrong = Vec::new();
        for name in &sheet.columns {
            match self.table.column(name) {
                None => wrong.push(format!("{header}: {label} has no column {name}{}", self.close_to(name))),
                Some(column) if column.is_generated => {
                    wrong.push(format!("{header}: {label}.{name} is computed, and cannot be written"));
                }
                Some(_) => {}
            }
        }
        let lacking: Vec<&str> = self.key().iter().filter(|c| !sheet.columns.contains(c)).map(String::as_str).collect();
        if !lacking.is_empty() {
            wrong.push(format!(
                "{header}: the key of {label}, {}, is not in the header; `# migrate: key COLUMNS` names another one",
                lacking.join(", ")
            ));
        } else if !self.table.is_unique(self.key()) {
            wrong.push(format!(
                "{header}: no unique index of {label} has just the columns {}, so they are no key",
                self.key().join(", ")
            ));
        }
        if wrong.is_empty() {
            wrong.extend(self.check_keys());
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// A row without its key would be another one at every run.
    fn check_keys(&self) -> Option<String> {
        let places: Vec<usize> =
            self.key().iter().filter_map(|key| self.sheet.columns.iter().position(|column| column == key)).collect();
        let is_lacking =
            |cell: Option<&str>| cell.is_none() || (self.sheet.said.has_markers && cell == Some("{default}"));
        let mut cells = self.sheet.rows.iter().flat_map(|row| places.iter().map(move |place| (row, *place)));
        let (row, place) =
            cells.find(|(row, place)| is_lacking(row.cells.get(*place).and_then(|cell| cell.as_deref())))?;
        let column = self.sheet.columns.get(place).map_or("", String::as_str);
        Some(format!("{}:{}: column {column} belongs to the key, and must have a value", self.file.path, row.line))
    }

    /// The columns that a row which is there already is given.
    fn set(&self, defaults: &[usize]) -> Vec<&String> {
        let kept = |name: &String| self.key().contains(name) || self.table.column(name).is_some_and(|c| c.is_always);
        let written = self.sheet.columns.iter().enumerate().filter(|(place, _)| !defaults.contains(place));
        written.map(|(_, name)| name).filter(|name| !kept(name)).collect()
    }

    /// Whether row `t` of the table has another value in one of the columns.
    fn differs(&self, columns: &[&String], value: impl Fn(&str) -> String) -> String {
        let text = |name: &str| {
            if self.table.column(name).is_some_and(|column| column.is_plain) { "" } else { "::text" }
        };
        let own = columns.iter().map(|name| format!("t.{}{}", quote::ident(name), text(name)));
        let other = columns.iter().map(|name| format!("({}){}", value(name), text(name)));
        let (own, other) = (own.collect::<Vec<_>>().join(", "), other.collect::<Vec<_>>().join(", "));
        format!("(ROW({own}) IS DISTINCT FROM ROW({other}))")
    }

    fn close_to(&self, name: &str) -> String {
        let likeness = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
        let names = self.table.columns.iter().map(|column| column.name.as_str());
        let close = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b))).filter(|close| likeness(close) > 0.5);
        close.map(|close| format!("; did you mean {close}?")).unwrap_or_default()
    }
}

/// Loads files, one after the other. Gives what became of each.
///
/// Over a slow link it is the waiting that takes time. So files whose tables have no rows are sent together, and of the others it is
/// asked together whether there is anything to do; only the unusual is waited for.
pub(super) async fn load(
    work: &mut Work<'_, '_>,
    loads: &[&Load<'_>],
    shapes: &HashMap<usize, Shapes>,
) -> anyhow::Result<Vec<Changed>> {
    let mut done = Vec::new();
    // After a file that had to be written, what was answered about the next ones may be wrong: the fewer are asked about.
    let mut together = loads.len();
    while let Some(left) = loads.get(done.len()..).filter(|left| !left.is_empty()) {
        if work.run.session.interrupt().is_set() {
            let path = left.first().map_or("", |load| &load.file.path);
            return Err(Error::new(Kind::Interrupted, format!("interrupted before {path}; nothing was kept")).into());
        }
        let empty: Vec<&Load<'_>> =
            left.iter().copied().take_while(|load| work.empty.remove(&load.table.oid)).collect();
        if empty.is_empty() {
            let is_asked = |load: &&Load<'_>| !work.empty.contains(&load.table.oid);
            let asked: Vec<&Load<'_>> = left.iter().copied().take_while(is_asked).take(together).collect();
            let (changed, is_quiet) = compare(work, &asked, shapes).await?;
            together = if is_quiet { together.saturating_mul(2) } else { 1 };
            done.extend(changed);
        } else {
            done.extend(insert_all(work, &empty, shapes).await?);
        }
    }
    Ok(done)
}

/// What a file has to say to the server, once it is known that there is something.
struct Script {
    texts: Vec<String>,
    /// Which of them write rows of the file.
    writing: Range<usize>,
    /// Which one notes whose rows are.
    look: usize,
}

/// Whether the table has no rows, or may have some that are to be compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Insert,
    Upsert,
}

impl Script {
    fn of(load: &Load<'_>, shapes: &Shapes, way: Way, is_strict: bool) -> Self {
        let mut texts = Vec::new();
        // What diagnosing goes back to has the triggers off.
        if load.sheet.said.is_without_triggers {
            texts.push(triggers::off(&[load.table.oid]));
        }
        texts.push(BEGIN.to_owned());
        let first = texts.len();
        texts.extend(shapes.iter().enumerate().map(|(shape, defaults)| match way {
            Way::Insert => insert(load, shape, defaults),
            Way::Upsert => upsert(load, shape, defaults, None),
        }));
        let writing = first..texts.len();
        texts.extend(load.sheet.columns.iter().filter_map(|name| advance(load, name)));
        texts.extend(load.on());
        let look = texts.len();
        texts.push(owned::look(load.id, is_strict));
        texts.push(END.to_owned());
        Self { texts, writing, look }
    }

    /// What became of the file, by what was answered.
    fn changed(&self, answers: &[Rows]) -> Changed {
        let mut changed = Changed::default();
        for counts in answers.get(self.writing.clone()).into_iter().flatten() {
            let (put, new) = (number(counts, 0), number(counts, 1));
            changed.inserted += new;
            changed.updated += put.saturating_sub(new);
        }
        changed
    }
}

/// Inserts files into tables that had no rows, all in one go. Gives what became of them, or of the first ones if one needed more
/// than that.
async fn insert_all(
    work: &mut Work<'_, '_>,
    loads: &[&Load<'_>],
    shapes: &HashMap<usize, Shapes>,
) -> anyhow::Result<Vec<Changed>> {
    if let [load] = loads {
        return Ok(vec![insert_alone(work, load, &shapes_of(load, shapes)).await?]);
    }
    let scripts: Vec<Script> =
        loads.iter().map(|load| Script::of(load, &shapes_of(load, shapes), Way::Insert, true)).collect();
    let texts: Vec<String> = scripts.iter().flat_map(|script| script.texts.iter().cloned()).collect();
    let (answers, failure) = work.until(&texts).await.map_err(|failure| failed("failed to load files", &failure))?;
    let (mut changed, mut answers) = (Vec::new(), answers.as_slice());
    for ((place, load), script) in loads.iter().enumerate().zip(&scripts) {
        if let Some((own, rest)) = answers.split_at_checked(script.texts.len()) {
            let inserted = own.get(script.look).map_or(0, owned::noted);
            changed.push(Changed { inserted, updated: 0 });
            answers = rest;
            continue;
        }
        let Some(failure) = failure else { break };
        work.empty.extend(loads.iter().skip(place + 1).map(|load| load.table.oid));
        let shapes = shapes_of(load, shapes);
        let is_untold = answers.len() == script.look && failure.code().is_some_and(|code| code.code() == owned::UNTOLD);
        let is_taken = script.writing.contains(&answers.len()) && failure.code() == Some(&SqlState::UNIQUE_VIOLATION);
        if !is_untold && !is_taken {
            return Err(refused(work, load, &shapes, script, answers.len(), failure).await);
        }
        go_back(work, load).await?;
        changed.push(insert_alone(work, load, &shapes).await?);
        break;
    }
    Ok(changed)
}

/// Inserts a file into a table that had no rows. Where one is in the way all the same, another line's or somebody's who was there
/// meanwhile, it is compared.
async fn insert_alone(work: &mut Work<'_, '_>, load: &Load<'_>, shapes: &Shapes) -> anyhow::Result<Changed> {
    if let Some(changed) = write(work, load, shapes, Way::Insert).await? {
        return Ok(changed);
    }
    let all = HashMap::from([(load.index, shapes.clone())]);
    let (changed, _) = compare(work, &[load], &all).await?;
    Ok(changed.into_iter().next().unwrap_or_default())
}

/// Asks what files would change, and changes it. Ends after the first one that did; gives what became of those up to it, and whether
/// nothing was done.
async fn compare(
    work: &mut Work<'_, '_>,
    loads: &[&Load<'_>],
    shapes: &HashMap<usize, Shapes>,
) -> anyhow::Result<(Vec<Changed>, bool)> {
    let texts: Vec<String> = loads
        .iter()
        .flat_map(|load| [BEGIN.to_owned(), standing(load, &shapes_of(load, shapes)), END.to_owned()])
        .collect();
    let (answers, failure) = work.until(&texts).await.map_err(|failure| failed("failed to compare files", &failure))?;
    if let Some(failure) = failure {
        let place = answers.len() / 3;
        match (place, loads.get(place)) {
            (0, Some(load)) => {
                return Err(diagnose::explain(work, load, &shapes_of(load, shapes), failure).await.into());
            }
            // Its turn comes.
            _ => work
                .batch(&[BACK.to_owned(), END.to_owned()])
                .await
                .map_err(|(_, failure)| failed("failed to go on", &failure))?,
        };
    }
    let mut changed = Vec::new();
    for (load, found) in loads.iter().zip(answers.iter().skip(1).step_by(3)) {
        let cell = |index: usize| found.first().and_then(|row| row.get(index)?.as_deref());
        refuse_others(load, cell(1).unwrap_or("[]"), cell(2).unwrap_or("0"))?;
        let (is_taken_over, is_same) = (cell(3) != Some("0"), cell(0) == Some("0"));
        if is_taken_over {
            work.rows(&take_over(load)).await.map_err(|failure| failed(&load.file.path, &failure))?;
        }
        if is_same {
            changed.push(Changed::default());
        } else {
            changed.push(write(work, load, &shapes_of(load, shapes), Way::Upsert).await?.unwrap_or_default());
        }
        if is_taken_over || !is_same {
            return Ok((changed, false));
        }
    }
    Ok((changed, true))
}

/// Writes a file's rows. None where they were to be inserted, and one is in the way: nothing is done then.
async fn write(work: &mut Work<'_, '_>, load: &Load<'_>, shapes: &Shapes, way: Way) -> anyhow::Result<Option<Changed>> {
    owned::ensure(work).await?;
    let script = Script::of(load, shapes, way, false);
    match work.batch(&script.texts).await {
        Ok(answers) => {
            let mut changed = script.changed(&answers);
            if let Some(looked) = answers.get(script.look) {
                changed.inserted += owned::rest(work, &load.file.path, load.id, looked).await?;
            }
            Ok(Some(changed))
        }
        Err((index, failure))
            if way == Way::Insert
                && script.writing.contains(&index)
                && failure.code() == Some(&SqlState::UNIQUE_VIOLATION) =>
        {
            go_back(work, load).await?;
            Ok(None)
        }
        Err((index, failure)) => Err(refused(work, load, shapes, &script, index, failure).await),
    }
}

/// Takes back what a file did.
async fn go_back(work: &mut Work<'_, '_>, load: &Load<'_>) -> Result<(), Error> {
    let texts: Vec<String> = [BACK.to_owned(), END.to_owned()].into_iter().chain(load.on()).collect();
    work.batch(&texts).await.map(drop).map_err(|(_, failure)| failed(&load.file.path, &failure))
}

/// The error of a file one of whose statements failed.
async fn refused(
    work: &mut Work<'_, '_>,
    load: &Load<'_>,
    shapes: &Shapes,
    script: &Script,
    index: usize,
    failure: Failure,
) -> anyhow::Error {
    if script.writing.contains(&index) {
        diagnose::explain(work, load, shapes, failure).await.into()
    } else if index == script.look {
        owned::noting(&load.file.path, &failure).into()
    } else {
        failed(&load.file.path, &failure).into()
    }
}

fn shapes_of(load: &Load<'_>, shapes: &HashMap<usize, Shapes>) -> Shapes {
    shapes.get(&load.index).cloned().unwrap_or_default()
}

/// The rows that stand in the table already: whose are they, and are they what the file says? Returns how many rows are to be
/// written, the first that are somebody else's, their number, and how many come from other files of the same vertical.
fn standing(load: &Load<'_>, shapes: &Shapes) -> String {
    let differs = shapes.iter().enumerate().map(|(shape, defaults)| {
        let set = load.set(defaults);
        let is = if set.is_empty() { "false".to_owned() } else { load.differs(&set, |name| load.cast(name)) };
        format!("WHEN {shape} THEN {is}")
    });
    // Row by row through the index, whatever the planner knows of a table that was filled a moment ago.
    format!(
        "WITH found AS MATERIALIZED (
             SELECT s.line, t.migrate_key AS key, t.migrate_is AS is_there, r.file_id, t.migrate_is IS NULL OR CASE s.shape {differs} END AS is_written
             FROM {STAGE} s
             LEFT JOIN (SELECT true AS migrate_is, {key} AS migrate_key, t.* FROM {table} t) t ON {meant}
             LEFT JOIN LATERAL (
                 SELECT r.file_id FROM migrate.seed_rows r WHERE r.relation = {oid} AND r.key = t.migrate_key OFFSET 0) r ON true
             WHERE s.file = {index}
         ), others AS (
             SELECT o.line, o.key, f.vertical, f.name FROM found o LEFT JOIN migrate.seed_files f ON f.id = o.file_id
             WHERE o.is_there AND (o.file_id IS NULL OR o.file_id <> ALL (ARRAY[{files}]))
         )
         SELECT (SELECT pg_catalog.count(*) FROM found WHERE is_written),
             (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o)) FROM (SELECT * FROM others ORDER BY line LIMIT {NAMED}) o),
             (SELECT pg_catalog.count(*) FROM others),
             (SELECT pg_catalog.count(*) FROM found WHERE file_id <> {id})",
        differs = differs.collect::<Vec<_>>().join(" "),
        key = load.table.key_of("t"),
        table = load.table.from(),
        meant = load.is_meant(),
        oid = load.table.oid,
        index = load.index,
        files = load.files,
        id = load.id,
    )
}

/// Makes rows that another file of the vertical had this file's.
fn take_over(load: &Load<'_>) -> String {
    format!(
        "UPDATE migrate.seed_rows r SET file_id = {id} FROM {STAGE} s JOIN {table} t ON {meant}
         WHERE s.file = {index} AND r.relation = {oid} AND r.key = {key} AND r.file_id <> {id}",
        id = load.id,
        table = load.table.from(),
        meant = load.is_meant(),
        index = load.index,
        oid = load.table.oid,
        key = load.table.key_of("t"),
    )
}

/// A row that is somebody else's.
#[derive(serde::Deserialize)]
struct Other {
    line: u64,
    key: serde_json::Value,
    vertical: Option<String>,
    name: Option<String>,
}

/// Refuses a file that would change rows which it did not make.
fn refuse_others(load: &Load<'_>, others: &str, all: &str) -> Result<(), Error> {
    let others: Vec<Other> = serde_json::from_str(others).unwrap_or_default();
    let all: usize = all.parse().unwrap_or(others.len());
    if all == 0 {
        return Ok(());
    }
    let mut lines = Vec::new();
    for other in &others {
        let whose = match (&other.vertical, &other.name) {
            (Some(vertical), Some(name)) => format!("comes from seeds/{vertical}/{name}"),
            _ => "was not made by a seed".to_owned(),
        };
        let label = load.table.label();
        lines.push(format!("{}:{}: the row {} of {label} {whose}", load.file.path, other.line, other.key));
    }
    if all > others.len() {
        lines.push(format!("and {} more like it", all - others.len()));
    }
    Err(Error::new(Kind::Failed, lines.join("\n"))
        .hint("a seed changes its own rows only: give the row in the file another key, or delete the one in the table"))
}

/// Puts the rows of a shape into the table, up to a line if one is given. Returns how many were changed, and how many of them
/// are new.
pub(super) fn upsert(load: &Load<'_>, shape: usize, defaults: &[usize], last: Option<i64>) -> String {
    let written = load.sheet.columns.iter().enumerate().filter(|(place, _)| !defaults.contains(place));
    let columns: Vec<&String> = written.map(|(_, column)| column).collect();
    let (key, set) = (load.key(), load.set(defaults));
    let (mut action, mut is_same) = ("NOTHING".to_owned(), String::new());
    if !set.is_empty() {
        let assign = |name: &&String| format!("{0} = excluded.{0}", quote::ident(name));
        action = format!(
            "UPDATE SET {} WHERE {} AND EXISTS (
                 SELECT FROM migrate.seed_rows r WHERE r.relation = {} AND r.key = {})",
            set.iter().map(assign).collect::<Vec<_>>().join(", "),
            load.differs(&set, |name| format!("excluded.{}", quote::ident(name))),
            load.table.oid,
            load.table.key_of("t"),
        );
        is_same = format!(" AND NOT {}", load.differs(&set, |name| load.cast(name)));
    }
    let mut returned: Vec<&String> = key.iter().collect();
    returned.extend(load.table.key().iter().filter(|name| !key.contains(name)));
    let on = key.iter().map(|name| format!("old.{0} = put.{0}", quote::ident(name))).collect::<Vec<_>>().join(" AND ");
    format!(
        "WITH old AS MATERIALIZED (
             SELECT {old} FROM {STAGE} s JOIN {from} t ON {meant} WHERE {rows}
         ), put AS (
             INSERT INTO {table} AS t ({names}) OVERRIDING SYSTEM VALUE
             SELECT {casts} FROM {STAGE} s WHERE {rows}
                 AND NOT EXISTS (SELECT FROM {from} t WHERE {meant}{is_same}) ORDER BY s.line
             ON CONFLICT ({key}) DO {action}
             RETURNING {returned}
         ), new AS (
             SELECT put.* FROM put WHERE NOT EXISTS (SELECT FROM old WHERE {on})
         ), own AS (
             INSERT INTO migrate.seed_rows (relation, key, file_id) SELECT {oid}, {key_of}, {id} FROM new
             ON CONFLICT (relation, key) DO UPDATE SET file_id = excluded.file_id
         ), known AS (
             UPDATE pg_temp.migrate_seed_tables SET is_fresh = false WHERE relation = {oid}
         )
         SELECT (SELECT pg_catalog.count(*) FROM put), (SELECT pg_catalog.count(*) FROM new)",
        old = key.iter().map(|name| format!("t.{}", quote::ident(name))).collect::<Vec<_>>().join(", "),
        from = load.table.from(),
        meant = load.is_meant(),
        rows = of_shape(load, shape, last),
        table = load.table.sql(),
        names = list(columns.iter().copied()),
        casts = columns.iter().map(|name| load.cast(name)).collect::<Vec<_>>().join(", "),
        key = list(key),
        returned = returned.iter().map(|name| format!("t.{}", quote::ident(name))).collect::<Vec<_>>().join(", "),
        oid = load.table.oid,
        key_of = load.table.key_of("new"),
        id = load.id,
    )
}

/// Puts the rows of a shape into a table that had none, of a database in which no row belongs to a seed: what [`upsert`] does, at
/// half its price, but for whose the rows are: the look that follows sees that. Should somebody else have added a row with the same
/// key meanwhile, it is refused.
fn insert(load: &Load<'_>, shape: usize, defaults: &[usize]) -> String {
    let written = load.sheet.columns.iter().enumerate().filter(|(place, _)| !defaults.contains(place));
    let columns: Vec<&String> = written.map(|(_, column)| column).collect();
    format!(
        "INSERT INTO {table} ({names}) OVERRIDING SYSTEM VALUE SELECT {casts} FROM {STAGE} s WHERE {rows} ORDER BY s.line",
        table = load.table.sql(),
        names = list(columns.iter().copied()),
        casts = columns.iter().map(|name| load.cast(name)).collect::<Vec<_>>().join(", "),
        rows = of_shape(load, shape, None),
    )
}

fn of_shape(load: &Load<'_>, shape: usize, last: Option<i64>) -> String {
    let last = last.map(|line| format!(" AND s.line <= {line}")).unwrap_or_default();
    format!("s.file = {} AND s.shape = {shape}{last}", load.index)
}

/// Moves the sequence behind a column past the numbers that a file brought: the next row must not get one of them.
fn advance(load: &Load<'_>, name: &str) -> Option<String> {
    let sequence = load.table.column(name)?.sequence.as_deref()?;
    Some(format!(
        "SELECT pg_catalog.setval({literal}::pg_catalog.regclass, most.value) FROM {sequence} q,
             (SELECT pg_catalog.max({column})::bigint AS value FROM {table}) most
         WHERE most.value > q.last_value OR most.value = q.last_value AND NOT q.is_called",
        literal = quote::literal(sequence),
        column = quote::ident(name),
        table = load.table.from(),
    ))
}
