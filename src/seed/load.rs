//! Verticals loaded: all of them in one transaction, or nothing.

use std::collections::{BTreeMap, HashMap};

use time::Date;

use super::files::{Body, File, Name, Vertical};
use super::marker;
use super::remove::Removed;
use super::rows::Load;
use super::sheet::Sheet;
use super::stage::{self, Shapes};
use super::state::{self, State};
use super::work::{Work, failed};
use super::{owned, script, stale, table, triggers, write};
use crate::database::pipeline::Part;
use crate::engine::run::Run;
use crate::engine::step::Step;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::Note;

/// What the user asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The day around which dates are, where a vertical is seeded for the first time. The server's if none is given.
    pub today: Option<Date>,
    /// Delete the rows whose line or file is gone.
    pub prune: bool,
    /// Roll everything back in the end.
    pub dry_run: bool,
}

/// What became of a vertical.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Loaded {
    /// Its name.
    pub vertical: String,
    /// The day around which its dates are.
    pub today: String,
    /// Its files, in their order.
    pub files: Vec<LoadedFile>,
    /// Rows whose line or file is gone, and that were not deleted.
    pub stale: u64,
    /// Rows that were deleted because their line or file is gone.
    pub pruned: Vec<Removed>,
}

/// What became of a file.
#[derive(Clone, Debug, serde::Serialize)]
pub struct LoadedFile {
    /// `seeds/coffee-shop/01_products.csv`.
    pub path: String,
    /// Its checksum.
    pub sha256: String,
    /// Whether it was run: a script that ran before and is the same is not.
    pub ran: bool,
    /// New rows, those that triggers inserted included.
    pub inserted: u64,
    /// Rows of a CSV file that were changed; null for a script, which tells nobody.
    pub updated: Option<u64>,
}

impl Loaded {
    /// Whether nothing is different from before.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        let is_same = |file: &LoadedFile| file.inserted == 0 && file.updated.map_or(!file.ran, |rows| rows == 0);
        self.pruned.is_empty() && self.files.iter().all(is_same)
    }
}

/// Loads verticals.
///
/// # Errors
/// What the server says about a file, by line where it can be told. Nothing was changed then.
pub async fn load(run: &mut Run<'_>, verticals: &[Vertical], options: Options) -> anyhow::Result<Vec<Loaded>> {
    let mut work = Work::new(run);
    check_tables(&mut work, verticals).await?;
    work.begin(!options.dry_run).await?;
    let loaded = match all(&mut work, verticals, options).await {
        Ok(loaded) => work.end(!options.dry_run).await.map(|()| loaded).map_err(Into::into),
        Err(error) => Err(error),
    };
    if loaded.is_err() {
        work.abandon().await;
    }
    loaded
}

/// Finds the tables of all CSV files, before the target is touched: where they are missing, so is the schema.
async fn check_tables(work: &mut Work<'_, '_>, verticals: &[Vertical]) -> Result<(), Error> {
    let sheets: Vec<(&File, &Sheet)> = verticals.iter().flat_map(sheets).collect();
    if sheets.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = sheets.iter().map(|(_, sheet)| &sheet.table).collect();
    let found = table::find(work, &names).await?;
    let is_missing = |sheet: &Sheet| found.get(&sheet.table).is_none_or(Option::is_none);
    let missing: Vec<String> = sheets
        .iter()
        .filter(|(_, sheet)| is_missing(sheet))
        .map(|(file, sheet)| format!("{}: there is no table {}", file.path, sheet.table))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut text = missing.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
    if missing.len() > 5 {
        text.push_str(&format!("\nand {} more files whose table is missing", missing.len() - 5));
    }
    Err(Error::new(Kind::Failed, text)
        .hint("`migrate up` applies what is pending of the schema; `migrate status` tells what is"))
}

fn sheets(vertical: &Vertical) -> impl Iterator<Item = (&File, &Sheet)> {
    vertical.files.iter().filter_map(|file| match &file.body {
        Body::Rows(sheet) => Some((file, sheet)),
        Body::Script { .. } => None,
    })
}

async fn all(work: &mut Work<'_, '_>, verticals: &[Vertical], options: Options) -> anyhow::Result<Vec<Loaded>> {
    let (mut states, server_day) = state::read(work).await?;
    let is_first = states.is_empty();
    let mut tasks = Vec::new();
    for vertical in verticals {
        let state = states.remove(&vertical.name).unwrap_or_default();
        let today = day(vertical, &state, server_day, options)?;
        tasks.push(Task { vertical, today, old: state.clone(), state, loads: BTreeMap::new() });
    }
    let notes = tasks.iter_mut().map(|task| (task.vertical, &mut task.state, task.today)).collect();
    state::note(work, notes).await?;
    plan(work, &mut tasks).await?;
    let loads = tasks.iter().flat_map(|task| task.loads.values().map(|load| (load.index, load.sheet, task.today)));
    let sheets: Vec<(usize, &Sheet, Date)> = loads.collect();
    refuse(&tasks)?;
    let shapes = if sheets.is_empty() { HashMap::new() } else { stage::fill(work, &sheets).await? };
    if is_first {
        let tables = tasks.iter().flat_map(|task| task.loads.values().map(|load| load.table.oid)).collect::<Vec<_>>();
        owned::begin(work, is_first, &tables).await?;
    }
    let mut loaded = Vec::new();
    for task in &tasks {
        loaded.push(one(work, task, &shapes, options).await?);
    }
    Ok(loaded)
}

/// A vertical about to be loaded.
pub(super) struct Task<'v> {
    pub(super) vertical: &'v Vertical,
    today: Date,
    /// What the ledger kept of it.
    old: State,
    /// What it keeps now.
    state: State,
    /// The CSV files, by name.
    pub(super) loads: BTreeMap<&'v str, Load<'v>>,
}

/// Loads a vertical: its files, then what is gone from them.
async fn one(
    work: &mut Work<'_, '_>,
    task: &Task<'_>,
    shapes: &HashMap<usize, Shapes>,
    options: Options,
) -> anyhow::Result<Loaded> {
    let mut files = Vec::new();
    let mut left = task.vertical.files.as_slice();
    while let Some(file) = left.first() {
        if work.run.session.interrupt().is_set() {
            let text = format!("interrupted before {}; nothing was kept", file.path);
            return Err(Error::new(Kind::Interrupted, text).into());
        }
        work.run.observer.event(Event::Busy(file.path.clone()));
        // CSV files that follow each other are loaded together.
        let loads: Vec<_> = left.iter().map_while(|file| task.loads.get(file.name.as_str())).collect();
        let taken = match &file.body {
            Body::Script { step, without_triggers } => {
                let is_same = task.old.files.get(&file.name).is_some_and(|kept| kept.sha256 == file.sha256);
                files.push(if is_same {
                    result(file, false, 0, None)
                } else {
                    run(work, task, file, step, without_triggers).await?
                });
                1
            }
            Body::Rows(_) if loads.is_empty() => {
                files.push(result(file, false, 0, None));
                1
            }
            Body::Rows(_) => {
                let changed = write::load(work, &loads, shapes).await?;
                let results = loads.iter().zip(&changed);
                files.extend(
                    results.map(|(load, changed)| result(load.file, true, changed.inserted, Some(changed.updated))),
                );
                loads.len()
            }
        };
        left = left.get(taken..).unwrap_or_default();
    }
    let (vertical, today) = (task.vertical.name.clone(), marker::written(task.today));
    let mut done = Loaded { vertical, today, files, stale: 0, pruned: Vec::new() };
    stale::settle(work, task, options.prune, &mut done).await?;
    journal(work, &done, &task.old).await?;
    Ok(done)
}

/// Runs a script.
async fn run(
    work: &mut Work<'_, '_>,
    task: &Task<'_>,
    file: &File,
    step: &Step,
    without_triggers: &[Name],
) -> anyhow::Result<LoadedFile> {
    owned::ensure(work).await?;
    let (mut begin, mut end) = (Vec::new(), Vec::new());
    if !without_triggers.is_empty() {
        begin.push(triggers::named(without_triggers));
        end.push(triggers::ON.to_owned());
    }
    begin.push(Work::tell(task.today));
    script::run(work, step, &begin).await?;
    let id = task.state.files.get(&file.name).map_or(0, |kept| kept.id);
    end.push(owned::look(id, false));
    let answers = work.batch(&end).await.map_err(|(index, failure)| match index + 1 == end.len() {
        true => owned::noting(&file.path, &failure),
        false => failed(&file.path, &failure),
    })?;
    let inserted = owned::rest(work, &file.path, id, answers.last().unwrap_or(&Vec::new())).await?;
    Ok(result(file, true, inserted, None))
}

fn result(file: &File, ran: bool, inserted: u64, updated: Option<u64>) -> LoadedFile {
    LoadedFile { path: file.path.clone(), sha256: file.sha256.clone(), ran, inserted, updated }
}

/// The day around which a vertical's dates are.
fn day(vertical: &Vertical, state: &State, server_day: Date, options: Options) -> Result<Date, Error> {
    match (state.today, options.today) {
        (Some(kept), Some(wanted)) if kept != wanted => {
            let kept = marker::written(kept);
            Err(Error::new(Kind::Usage, format!("{} was seeded around {kept}, and stays so", vertical.name)).hint(
                format!(
                    "`migrate seed {} --reset` deletes it; then it can be seeded around another day",
                    vertical.name
                ),
            ))
        }
        (Some(kept), _) => Ok(kept),
        (None, wanted) => Ok(wanted.unwrap_or(server_day)),
    }
}

/// Finds the tables of CSV files, and those that scripts name.
async fn plan(work: &mut Work<'_, '_>, tasks: &mut [Task<'_>]) -> Result<(), Error> {
    let mut names: Vec<&Name> = Vec::new();
    for file in tasks.iter().flat_map(|task| &task.vertical.files) {
        match &file.body {
            Body::Rows(sheet) => names.push(&sheet.table),
            Body::Script { without_triggers, .. } => names.extend(without_triggers),
        }
    }
    let oids = table::find_and_read(work, &names).await?;
    let mut index = 0;
    for task in tasks {
        let ids: Vec<String> = task.state.files.values().map(|kept| kept.id.to_string()).collect();
        for (file, sheet) in sheets(task.vertical) {
            let oid = oids.get(&sheet.table).copied().flatten();
            let Some(found) = oid.and_then(|oid| work.tables.get(&oid)) else {
                return Err(Error::new(Kind::Failed, format!("{}: {} is no table", file.path, sheet.table)));
            };
            let Some(table) = found.clone() else {
                let (path, name) = (&file.path, &sheet.table);
                let text = format!("{path}: rows of {name} cannot be told apart: it has no primary key");
                let hint = "give the table one, or write the rows in a `.sql` file";
                return Err(Error::new(Kind::Failed, text).hint(hint));
            };
            let id = task.state.files.get(&file.name).map_or(0, |kept| kept.id);
            let load = Load { file, sheet, table, index, id, files: ids.join(", ") };
            task.loads.insert(&file.name, load);
            index += 1;
        }
    }
    Ok(())
}

/// Everything that is wrong with files, seen against their tables.
fn refuse(tasks: &[Task<'_>]) -> Result<(), Error> {
    let loads = tasks.iter().flat_map(|task| task.loads.values());
    let wrong: Vec<String> = loads.filter_map(|load| load.check().err()).flatten().collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::new(Kind::Usage, wrong.join("\n"))) }
}

/// Tells the journal, if anything is different from before.
async fn journal(work: &mut Work<'_, '_>, done: &Loaded, old: &State) -> Result<(), Error> {
    let is_same = |file: &LoadedFile| old.files.values().any(|kept| kept.sha256 == file.sha256);
    if !work.run.facts.journal || (old.today.is_some() && done.is_unchanged() && done.files.iter().all(is_same)) {
        return Ok(());
    }
    let detail = serde_json::to_string(done).map_err(|error| Error::new(Kind::Failed, error.to_string()))?;
    let note = Note { event: "seeded", name: Some(done.vertical.clone()), detail: Some(detail), ..Note::default() };
    let recorder = work.run.recorder.clone();
    let parts: [Part<'_>; 1] = [recorder.note(&note)];
    let noted = work.run.session.run(&parts, |_, _| {}).await;
    noted.map(drop).map_err(|(_, failure)| failed("failed to write the journal", &failure))
}
