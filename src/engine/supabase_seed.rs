//! The seeds that `supabase/config.toml` names, each file run once and its hash kept in `supabase_migrations.seed_files`, as
//! `supabase db push --include-seed` does it. A file that changed since is run by `migrate seed`; the CLI, and `up
//! --include-seed` with it, only keep its hash anew.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use tokio_postgres::types::Type;

use super::apply::{RESET, sections};
use super::failure::{Spot, script_error};
use super::run::Run;
use super::step::{Direction, Step};
use crate::config::SupabaseProject;
use crate::database::pipeline::Part;
use crate::error::{Error, Kind};
use crate::event::{Event, Observer, Silent};
use crate::ledger::{self, Note};
use crate::migration::Directives;
use crate::sql;

/// The table, as the CLI makes it.
const CREATE: &str = include_str!("supabase_seed_create.sql");

/// What becomes of a file that ran before and was changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is run.
    Run,
    /// Its hash is kept anew, as the CLI does it.
    Note,
}

/// A seed file.
struct Seed {
    /// From the project's folder: `supabase/seed.sql`.
    path: String,
    hash: String,
    text: String,
}

/// Runs what has not run yet, in the order of the patterns, the files of one in the order of their names. Gives their paths.
///
/// # Errors
/// A file that cannot be read, and what the server says about one. What ran before it stands.
pub async fn run(
    run: &mut Run<'_>,
    root: &Path,
    project: &SupabaseProject,
    changed: Changed,
) -> anyhow::Result<Vec<String>> {
    if !project.seed_enabled {
        let text = "supabase/config.toml says `[db.seed] enabled = false`: no seed is run";
        run.observer.event(Event::Info(text.to_owned()));
        return Ok(Vec::new());
    }
    let seeds = find(run.observer, root, &project.seed_paths)?;
    run.begin_writing(0).await?;
    run.session
        .settle(CREATE)
        .await
        .map_err(|f| anyhow::anyhow!("failed to make supabase_migrations.seed_files: {f}"))?;
    let known = run.session.query("SELECT path, hash FROM supabase_migrations.seed_files", &[]).await;
    let known = known.map_err(|f| anyhow::anyhow!("failed to read supabase_migrations.seed_files: {f}"))?;
    let mut done = Vec::new();
    for seed in &seeds {
        let hash = known.iter().find(|row| row.get::<_, &str>(0) == seed.path).map(|row| row.get::<_, &str>(1));
        if hash == Some(seed.hash.as_str()) {
            continue;
        }
        let is_run = hash.is_none() || changed == Changed::Run;
        if !is_run {
            let text =
                format!("{} has run and was changed since: it is not run again, its hash is kept anew", seed.path);
            run.observer.event(Event::Warning(text));
        }
        one(run, seed, is_run).await?;
        done.extend(is_run.then(|| seed.path.clone()));
    }
    Ok(done)
}

/// The files that would run, for whoever wants to know whether they are what they were: paths and hashes, in their order.
///
/// # Errors
/// A file that cannot be read.
pub fn hashes(root: &Path, project: &SupabaseProject) -> anyhow::Result<Vec<(String, String)>> {
    let seeds = if project.seed_enabled { find(&mut Silent, root, &project.seed_paths)? } else { Vec::new() };
    Ok(seeds.into_iter().map(|seed| (seed.path, seed.hash)).collect())
}

/// Runs a file, if it `is_run`, in one transaction with its row and ours.
async fn one(run: &mut Run<'_>, seed: &Seed, is_run: bool) -> anyhow::Result<()> {
    let step = step(seed, is_run)?;
    let detail = serde_json::json!({ "sha256": seed.hash }).to_string();
    let note = Note { event: "seeded", name: Some(seed.path.clone()), detail: Some(detail), ..Note::default() };
    let recorder = run.recorder.clone();
    let settle = format!("{RESET}; {}", run.restore);
    let sections = sections(&step);
    let begin = format!("BEGIN; SET LOCAL lock_timeout = {}", run.lock_timeout.as_millis());
    run.session.settle(&begin).await.map_err(|f| anyhow::anyhow!("failed to begin: {f}"))?;
    let mut parts: Vec<Part<'_>> = sections.iter().map(|section| section.part()).collect();
    parts.push(Part::Sql(&settle));
    parts.push(Part::Bound(
        include_str!("supabase_seed_put.sql"),
        vec![(&seed.path, Type::TEXT), (&seed.hash, Type::TEXT)],
    ));
    parts.extend(is_run.then(|| recorder.note(&note)));
    parts.push(Part::Sql("COMMIT"));
    let label = step.label.clone();
    let started = std::time::Instant::now();
    if let Err((place, failure)) = run.session.run(&parts, |_, _| {}).await {
        let spot = match sections.get(place.part) {
            Some(section) => section.spot(place.statements),
            None => Spot { statements: usize::MAX, offset: 0 },
        };
        return Err(script_error(&step, spot, &failure).into());
    }
    if is_run {
        run.observer.event(Event::Finished { label, verb: "seeded", elapsed: started.elapsed() });
    }
    Ok(())
}

fn step(seed: &Seed, is_run: bool) -> Result<Step, Error> {
    let text = if is_run { seed.text.clone() } else { String::new() };
    let statements = sql::split(&text)
        .map_err(|e| Error::new(Kind::Usage, format!("{}:{}:{}: {}", seed.path, e.line, e.column, e.message)))?;
    Ok(Step {
        label: seed.path.clone(),
        path: seed.path.clone(),
        direction: Direction::Up,
        text,
        directives: Directives::default(),
        statements,
        record: ledger::Script::default(),
    })
}

/// The files that the patterns mean, each once.
fn find(observer: &mut dyn Observer, root: &Path, patterns: &[String]) -> anyhow::Result<Vec<Seed>> {
    let mut seeds: Vec<Seed> = Vec::new();
    for pattern in patterns {
        let whole = root.join("supabase").join(pattern.trim_start_matches("./"));
        let mut found: Vec<_> = glob::glob(&whole.to_string_lossy())
            .map_err(|error| Error::new(Kind::Usage, format!("supabase/config.toml: db.seed.sql_paths: {error}")))?
            .collect::<Result<_, _>>()?;
        found.sort();
        if found.is_empty() {
            observer.event(Event::Info(format!("no seed file matches supabase/{}", pattern.trim_start_matches("./"))));
        }
        for file in found {
            let path = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
            if seeds.iter().any(|seed| seed.path == path) {
                continue;
            }
            let bytes = std::fs::read(&file).map_err(|error| anyhow::anyhow!("failed to read {path}: {error}"))?;
            let hash = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            let script = crate::migration::script(path.clone(), bytes)
                .map_err(|why| Error::new(Kind::Usage, format!("{path}: {why}")))?;
            seeds.push(Seed { path, hash, text: script.text });
        }
    }
    Ok(seeds)
}
