//! What the ledger keeps of seeds: the verticals with their days, the files with their checksums, and whose each row is.

use std::collections::BTreeMap;

use time::Date;

use super::files::Vertical;
use super::marker;
use super::work::{Rows, Work, failed};
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// What is kept of a file.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: i32,
    /// As it was when it was loaded; empty where its rows went with their table.
    pub(super) sha256: String,
}

/// What is kept of a vertical.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The day around which its dates are; None before it is seeded.
    pub(super) today: Option<Date>,
    /// By name.
    pub(super) files: BTreeMap<String, Kept>,
}

/// Makes the tables where there are none, and reads them. Rows whose table was dropped are forgotten, and their files with
/// them, so that they run again.
pub(super) async fn read(work: &mut Work<'_, '_>) -> Result<(BTreeMap<String, State>, Date), Error> {
    if !exists(work).await? {
        work.rows(include_str!("sql/create.sql")).await.map_err(|failure| unmade(work, &failure))?;
    }
    let sql = include_str!("sql/state.sql");
    let rows = work.rows(sql).await.map_err(|failure| failed("failed to read what was seeded", &failure))?;
    let mut verticals: BTreeMap<String, State> = BTreeMap::new();
    let mut today = None;
    for row in rows {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref);
        match (cell(0), cell(1), cell(2)) {
            (None, _, _) => today = cell(3).and_then(marker::date),
            (Some(vertical), None, _) => {
                verticals.entry(vertical.to_owned()).or_default().today = cell(3).and_then(marker::date);
            }
            (Some(vertical), Some(name), Some(id)) => {
                let kept = Kept { id: id.parse().unwrap_or_default(), sha256: cell(3).unwrap_or_default().to_owned() };
                verticals.entry(vertical.to_owned()).or_default().files.insert(name.to_owned(), kept);
            }
            _ => {}
        }
    }
    let today = today.ok_or_else(|| Error::new(Kind::Failed, "the server did not say which day it is"))?;
    Ok((verticals, today))
}

/// Whether anything was ever seeded here.
pub(super) async fn exists(work: &mut Work<'_, '_>) -> Result<bool, Error> {
    let rows = work.rows("SELECT pg_catalog.to_regclass('migrate.seed_rows') IS NOT NULL").await;
    let rows = rows.map_err(|failure| failed("failed to look for the ledger", &failure))?;
    Ok(rows.first().and_then(|row| row.first()?.as_deref()) == Some("t"))
}

fn unmade(work: &Work<'_, '_>, failure: &Failure) -> Error {
    failed("failed to make the ledger of seeds", failure).hint(format!(
        "`GRANT CREATE ON DATABASE {} TO {}`, or connect as the owner of schema migrate",
        quote::ident(&work.run.facts.database),
        quote::ident(&work.run.facts.role)
    ))
}

/// Notes the days of verticals and their files that are new or changed; fills their ids in.
pub(super) async fn note(work: &mut Work<'_, '_>, tasks: Vec<(&Vertical, &mut State, Date)>) -> Result<(), Error> {
    let (mut texts, mut states) = (Vec::new(), Vec::new());
    for (vertical, state, today) in tasks {
        texts.extend(noting(vertical, state, today));
        states.push((vertical.name.as_str(), state));
    }
    let answers = work.batch(&texts).await.map_err(|(_, failure)| failed("failed to note the files", &failure))?;
    for row in answers.into_iter().flatten() {
        let cell = |index: usize| row.get(index).and_then(Option::as_deref);
        let (Some(vertical), Some(name), Some(id)) = (cell(0), cell(1), cell(2)) else { continue };
        let id = id.parse().unwrap_or_default();
        if let Some((_, state)) = states.iter_mut().find(|(name, _)| *name == vertical) {
            let new = Kept { id, sha256: String::new() };
            state.files.entry(name.to_owned()).and_modify(|kept| kept.id = id).or_insert(new);
        }
    }
    Ok(())
}

/// What notes a vertical's day and its files that are new or changed. Returns vertical, name and id of these.
fn noting(vertical: &Vertical, state: &mut State, today: Date) -> Vec<String> {
    let name = quote::literal(&vertical.name);
    let mut texts = Vec::new();
    if state.today.is_none() {
        let day = quote::literal(&marker::written(today));
        texts.push(format!("INSERT INTO migrate.seeds (vertical, today) VALUES ({name}, {day})"));
        state.today = Some(today);
    }
    let is_kept =
        |file: &super::files::File| state.files.get(&file.name).is_some_and(|kept| kept.sha256 == file.sha256);
    let changed: Vec<String> = vertical
        .files
        .iter()
        .filter(|file| !is_kept(file))
        .map(|file| format!("({name}, {}, {})", quote::literal(&file.name), quote::literal(&file.sha256)))
        .collect();
    if !changed.is_empty() {
        texts.push(format!(
            "INSERT INTO migrate.seed_files (vertical, name, sha256) VALUES {}
             ON CONFLICT (vertical, name) DO UPDATE SET sha256 = excluded.sha256 RETURNING vertical, name, id",
            changed.join(", ")
        ));
    }
    texts
}

/// The first two cells of rows that have both.
pub(super) fn pairs(rows: &Rows) -> impl Iterator<Item = (String, String)> {
    rows.iter().filter_map(|row| Some((row.first()?.clone()?, row.get(1)?.clone()?)))
}
