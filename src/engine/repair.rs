//! Making the ledger say what is so: `repair`, `baseline`. Scripts are not run, the schema is not touched.

use super::compare::{Line, Standing, compare};
use super::down;
use super::elsewhere;
use super::run::Run;
use super::shared;
use super::step::Step;
use super::up::note;
use crate::database::pipeline::Part;
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::ledger::{self, Note};
use crate::migration::{Pair, refinery};

/// What was repaired, for the report.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Repaired {
    /// The version.
    pub version: i64,
    /// `001_create_base_tables`.
    pub label: String,
    /// What was done about it.
    pub action: &'static str,
}

/// Accepts files as they are now: their checksums and rollback are stored. `None` accepts every changed one.
pub async fn accept(run: &mut Run<'_>, pairs: &[Pair], version: Option<i64>) -> anyhow::Result<Vec<Repaired>> {
    let largest = pairs.last().map_or(0, |p| p.version);
    run.begin_writing(largest).await?;
    let (state, width) = (run.state().await?, run.width(largest));
    shared::decide(run, pairs, &state);
    let lines = compare(pairs, &state, width);
    let changed =
        |line: &&Line<'_>| matches!(line.standing, Standing::Changed | Standing::RollbackChanged | Standing::Renamed);
    let chosen: Vec<&Pair> = lines
        .iter()
        .filter(changed)
        .filter(|l| version.is_none_or(|v| v == l.version))
        .filter_map(|l| l.pair)
        .collect();
    if let (Some(version), true) = (version, chosen.is_empty()) {
        let line = lines.iter().find(|l| l.version == version);
        let word = line.map_or("not known", |l| l.standing.word());
        return Err(Error::new(Kind::Usage, format!("version {version} is {word}; there is nothing to accept"))
            .hint("`migrate status` shows what changed")
            .into());
    }
    let scripts: Vec<ledger::Script> = chosen.iter().map(|pair| row(pair, width)).collect();
    let notes: Vec<Note> = chosen.iter().map(|pair| note("repaired", pair)).collect();
    let recorder = run.recorder.clone();
    let parts = scripts.iter().map(|s| recorder.update_row(s)).chain(notes.iter().map(|n| recorder.note(n)));
    let theirs: Vec<_> = chosen.iter().map(|pair| shared::of_pair(pair)).collect();
    in_one_transaction(run, parts.chain(recorder.put_shared(&theirs)).collect()).await?;
    Ok(chosen.iter().map(|p| Repaired { version: p.version, label: p.label(), action: "accepted" }).collect())
}

/// Forgets a version: it counts as not applied. What it did in the schema stays.
pub async fn forget(run: &mut Run<'_>, pairs: &[Pair], version: i64) -> anyhow::Result<Vec<Repaired>> {
    run.begin_writing(0).await?;
    let state = run.state().await?;
    shared::decide(run, pairs, &state);
    let entry = state.get(version).filter(|e| e.applied || e.unfinished("up").is_some());
    let theirs = state.supabase.iter().flatten().find(|f| f.number == version && run.recorder.supabase.is_some());
    let Some(name) = entry.map(|e| &e.name).or(theirs.map(|f| &f.name)) else {
        return Err(Error::new(Kind::Usage, format!("the ledger does not know version {version} as applied"))
            .hint("`migrate status` lists what it knows")
            .into());
    };
    let note = Note { event: "forgotten", version: Some(version), name: Some(name.clone()), ..Note::default() };
    let recorder = run.recorder.clone();
    let mut parts = vec![recorder.delete_row(&version), recorder.note(&note)];
    parts.extend(recorder.remove_shared(&version));
    in_one_transaction(run, parts).await?;
    let label = pairs.iter().find(|p| p.version == version).map_or_else(|| format!("{version:03}_{name}"), Pair::label);
    Ok(vec![Repaired { version, label, action: "forgotten" }])
}

/// Counts a version as applied: the schema has what it makes already. It is not run.
pub async fn applied(run: &mut Run<'_>, pairs: &[Pair], version: i64) -> anyhow::Result<Vec<Repaired>> {
    let largest = pairs.last().map_or(0, |p| p.version);
    run.begin_writing(largest).await?;
    let (state, width) = (run.state().await?, run.width(largest));
    let lines = compare(pairs, &state, width);
    let line = lines.iter().find(|line| line.version == version);
    let waits = |line: &&Line<'_>| matches!(line.standing, Standing::Pending | Standing::Failed | Standing::OutOfOrder);
    let Some(pair) = line.filter(waits).and_then(|line| line.pair) else {
        let word = line.map_or("not known", |line| line.standing.word());
        return Err(Error::new(Kind::Usage, format!("version {version} is {word}, not pending"))
            .hint("`migrate status` shows what is pending")
            .into());
    };
    let (script, note) = (row(pair, width), note("baselined", pair));
    let recorder = run.recorder.clone();
    in_one_transaction(run, vec![recorder.add_row(&script), recorder.note(&note)]).await?;
    Ok(vec![Repaired { version, label: pair.label(), action: "counted as applied" }])
}

/// Lets a version stand for the older ones that `squash` folded into it: those whose files are gone.
pub async fn squashed(run: &mut Run<'_>, pairs: &[Pair], version: i64) -> anyhow::Result<Vec<Repaired>> {
    let largest = pairs.last().map_or(0, |p| p.version);
    run.begin_writing(largest).await?;
    let (state, width) = (run.state().await?, run.width(largest));
    let lines = compare(pairs, &state, width);
    let usage = |message: String| Error::new(Kind::Usage, message).hint("`migrate status` shows what is applied");
    let line = lines.iter().find(|line| line.version == version);
    let pair = line.filter(|l| l.entry.is_some_and(|e| e.applied)).and_then(|line| line.pair);
    let pair = pair.ok_or_else(|| {
        usage(format!("version {version} is not applied here, so it cannot stand for what is"))
            .hint("bring the database up to it with the files as they were before `migrate squash`")
    })?;
    let older = pairs.iter().map(|p| p.version).filter(|older| *older < version).max().unwrap_or(i64::MIN);
    let is_folded =
        |line: &&Line<'_>| line.standing == Standing::Missing && older < line.version && line.version < version;
    let folded: Vec<&Line<'_>> = lines.iter().filter(is_folded).collect();
    if folded.is_empty() {
        return Err(usage(format!("no version before {version} has lost its file: nothing was folded into it")).into());
    }
    let versions: Vec<i64> = folded.iter().map(|line| line.version).collect();
    let gone = folded.iter().map(|line| Note {
        event: "forgotten",
        version: Some(line.version),
        name: line.entry.map(|entry| entry.name.clone()),
        ..Note::default()
    });
    let notes: Vec<Note> = gone.chain([note("repaired", pair)]).collect();
    let script = row(pair, width);
    let recorder = run.recorder.clone();
    let mut parts: Vec<Part<'_>> = versions.iter().map(|version| recorder.delete_row(version)).collect();
    parts.push(recorder.update_row(&script));
    parts.extend(notes.iter().map(|note| recorder.note(note)));
    in_one_transaction(run, parts).await?;
    let folded = folded.iter().map(|line| Repaired { version: line.version, label: line.label(), action: "folded" });
    Ok(folded.chain([Repaired { version, label: pair.label(), action: "accepted" }]).collect())
}

/// Says how many statements of a half-done script are done, where the catalog cannot tell.
pub async fn resume_at(
    run: &mut Run<'_>,
    pairs: &[Pair],
    version: i64,
    statements: usize,
) -> anyhow::Result<Vec<Repaired>> {
    let largest = pairs.last().map_or(0, |p| p.version);
    run.begin_writing(largest).await?;
    let state = run.state().await?;
    let half = |direction| state.get(version).is_some_and(|e| e.unfinished(direction).is_some());
    let pair = pairs.iter().find(|p| p.version == version);
    let step = match pair {
        Some(pair) if half("up") => Step::up(pair, run.width(largest), None)
            .map_err(|e| Error::new(Kind::Usage, format!("{}:{}: {}", pair.up.path, e.line, e.message)))?,
        _ if half("down") => down::stored_step(run, pairs, version).await?,
        _ => {
            return Err(Error::new(Kind::Usage, format!("version {version} is not half done"))
                .hint("`migrate status` shows what is")
                .into());
        }
    };
    if statements > step.statements.len() {
        return Err(
            Error::new(Kind::Usage, format!("{} has only {} statements", step.path, step.statements.len())).into()
        );
    }
    let done = i32::try_from(statements).unwrap_or(i32::MAX);
    let recorder = run.recorder.clone();
    let failed = |f: Failure| anyhow::anyhow!("failed to write the journal: {f}");
    let progress = step.progress(statements);
    let id = recorder
        .begin_stepwise(&mut run.session, step.direction.word(), &step.record, done, Some(&progress))
        .await
        .map_err(failed)?;
    let why = format!("repair: {statements} statements are done");
    run.session.run(&[recorder.fail_stepwise(&id, &why)], |_, _| {}).await.map_err(|(_, f)| failed(f))?;
    Ok(vec![Repaired { version, label: step.label, action: "resumes there" }])
}

/// Marks everything up to `version` as applied without running it: for a database that has the schema already.
pub async fn baseline(run: &mut Run<'_>, pairs: &[Pair], version: i64) -> anyhow::Result<Vec<Repaired>> {
    if !pairs.iter().any(|p| p.version == version) {
        return Err(Error::new(Kind::Usage, format!("there is no migration with version {version}"))
            .hint("`migrate status` lists the versions")
            .into());
    }
    let largest = pairs.last().map_or(0, |p| p.version);
    elsewhere::state(run, pairs).await?;
    run.begin_writing(largest).await?;
    let (state, width) = (run.state().await?, run.width(largest));
    shared::decide(run, pairs, &state);
    if let Some(entry) = state.entries.iter().find(|e| e.applied) {
        return Err(Error::new(
            Kind::Refused,
            format!("the ledger is not empty: {:03}_{} is applied", entry.version, entry.name),
        )
        .hint("a baseline is for a database that `migrate` has not seen; `migrate repair` mends one that it has")
        .into());
    }
    let chosen: Vec<&Pair> = pairs.iter().filter(|p| p.version <= version).collect();
    let scripts: Vec<ledger::Script> = chosen.iter().map(|pair| row(pair, width)).collect();
    let notes: Vec<Note> = chosen.iter().map(|pair| note("baselined", pair)).collect();
    let recorder = run.recorder.clone();
    let parts = scripts.iter().map(|s| recorder.add_row(s)).chain(notes.iter().map(|n| recorder.note(n)));
    let theirs: Vec<_> = chosen.iter().map(|pair| shared::of_pair(pair)).collect();
    in_one_transaction(run, parts.chain(recorder.put_shared(&theirs)).collect()).await?;
    Ok(chosen.iter().map(|p| Repaired { version: p.version, label: p.label(), action: "baselined" }).collect())
}

pub(super) fn row(pair: &Pair, width: ledger::Width) -> ledger::Script {
    ledger::Script {
        version: pair.version,
        digits: pair.digits.clone(),
        name: pair.name.clone(),
        refinery_name: refinery::name(pair),
        refinery_checksum: refinery::checksum(pair, width).to_string(),
        up_sha256: None,
        down_sha256: None,
        rollback: None,
        statements: 0,
        release: None,
    }
}

async fn in_one_transaction(run: &mut Run<'_>, parts: Vec<Part<'_>>) -> anyhow::Result<()> {
    run.in_one_transaction(parts).await.map_err(|f| anyhow::anyhow!("failed to write the ledger: {f}"))
}
