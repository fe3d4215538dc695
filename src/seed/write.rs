//! CSV files loaded: those of empty tables together, the others after they were compared. One upsert on the key leaves rows that are
//! the same and rows of others alone.

use std::collections::HashMap;
use std::ops::Range;

use tokio_postgres::error::SqlState;

use super::diagnose;
use super::owned;
use super::rows::Load;
use super::stage::Shapes;
use super::statements::{BACK, BEGIN, END, advance, insert, standing, take_over, upsert};
use super::triggers;
use super::work::{Rows, Work, failed, number};
use crate::database::session::Failure;
use crate::error::{Error, Kind};

/// How many rows a file changed.
#[derive(Debug, Default)]
pub(super) struct Changed {
    pub(super) inserted: u64,
    pub(super) updated: u64,
    /// Whether one look at where rows went was not enough, so that files after it had to wait.
    is_untold: bool,
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
    // After a file that had to be written, what was answered about the next ones may be wrong: the fewer are asked about. After one
    // for which the others waited in vain, none is sent with the next.
    let mut together = loads.len();
    while let Some(left) = loads.get(done.len()..).filter(|left| !left.is_empty()) {
        if work.run.session.interrupt().is_set() {
            let path = left.first().map_or("", |load| &load.file.path);
            return Err(Error::new(Kind::Interrupted, format!("interrupted before {path}; nothing was kept")).into());
        }
        let empty: Vec<&Load<'_>> =
            left.iter().copied().take(together).take_while(|load| work.empty.remove(&load.table.oid)).collect();
        if empty.is_empty() {
            let is_asked = |load: &&Load<'_>| !work.empty.contains(&load.table.oid);
            let asked: Vec<&Load<'_>> = left.iter().copied().take_while(is_asked).take(together).collect();
            let (changed, is_quiet) = compare(work, &asked, shapes).await?;
            together = if is_quiet { together.saturating_mul(2) } else { 1 };
            done.extend(changed);
        } else {
            let changed = insert_all(work, &empty, shapes).await?;
            together = if changed.iter().any(|changed| changed.is_untold) { 1 } else { loads.len() };
            done.extend(changed);
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
            let inserted = own.get(script.look).map_or(0, |looked| owned::noted(work, looked));
            changed.push(Changed { inserted, ..Changed::default() });
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
                changed.is_untold = owned::is_untold(looked);
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
