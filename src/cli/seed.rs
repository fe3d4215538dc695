//! `migrate seed`

use std::time::Instant;

use time::Date;

use super::Context;
use super::context::target_name;
use super::volume;
use crate::config::Settings;
use crate::engine::supabase_seed;
use crate::error::{Error, Kind};
use crate::report::plural;
use crate::report::views::{Seeded, Unseeded, Volume};
use crate::seed;

/// Load the rows that the project comes with
///
/// A vertical is a folder of `seeds/`, its files run in the order of their numbers: `01_table.csv`, `02_what.sql`. All of a run
/// is one transaction. A second run changes nothing; rows that seeding did not make are never touched.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate seed coffee-shop            one vertical
  migrate seed all                    every folder of seeds/
  migrate seed all --dry-run          load them, report, roll everything back
  migrate seed coffee-shop --prune    and delete the rows that are no longer in the files
  migrate seed coffee-shop --reset    delete what seeding put there
  migrate seed coffee-shop --scale 1  and a busy month of a chain of them
  migrate seed all --scale 7200       200 branches for three years
  migrate seed                        the seeds that supabase/config.toml names")]
pub(super) struct Args {
    /// Folders of seeds/, or `all`
    #[arg(value_name = "VERTICAL")]
    verticals: Vec<String>,
    /// Delete the rows whose line or file is gone
    #[arg(long, conflicts_with = "reset")]
    prune: bool,
    /// Delete what seeding put there, and load nothing
    #[arg(long)]
    reset: bool,
    /// The day around which dates are, where a vertical is seeded for the first time [default: the server's]
    #[arg(long, value_name = "DATE", value_parser = date, conflicts_with = "reset")]
    today: Option<Date>,
    /// Do it, report, and roll everything back; with --reset only count
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    volume: volume::VolumeArgs,
}

/// A date that was typed.
pub(super) fn date(text: &str) -> Result<Date, String> {
    seed::date(text).ok_or_else(|| "write it as 2026-11-26".to_owned())
}

fn day(date: Date) -> Option<crate::seed::volume::Day> {
    date.to_string().parse().ok()
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    if args.verticals.is_empty() {
        return unnamed(args, context, &settings).await;
    }
    // What is wrong with the files is told before a server is asked, or started.
    let verticals = seed::read(&settings, &args.verticals)?;
    refuse_protected(&settings)?;
    let names: Vec<String> = verticals.iter().map(|vertical| vertical.name.clone()).collect();
    let wanted = args.volume.wanted(&names, args.today.and_then(day), &settings)?;
    if args.reset {
        return reset(args, context, &names).await;
    }
    let options = seed::Options { today: args.today, prune: args.prune, dry_run: args.dry_run };
    let started = Instant::now();
    let target = target_name(&context.settings()?);
    let mut run = context.open().await?;
    let loaded = async {
        // While a volume load is unfinished, tables lack the keys by which rows of files are found.
        let (first, then) = volume::unfinished_first(&mut run, wanted).await?;
        let mut grown = volume::load_all(&mut run, first).await?;
        let loaded = seed::load(&mut run, &verticals, options).await?;
        grown.extend(volume::load_all(&mut run, then).await?);
        anyhow::Ok((loaded, grown))
    }
    .await;
    run.close().await;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let (loaded, volume) = loaded?;
    let view = Seeded {
        target: &target,
        verticals: &loaded,
        supabase: &[],
        volume: &volume,
        dry_run: args.dry_run,
        elapsed_ms,
    };
    context.ui.result(&view)?;
    Ok(0)
}

/// Seeds are for databases whose rows nobody misses.
fn refuse_protected(settings: &Settings) -> Result<(), Error> {
    if !settings.protected {
        return Ok(());
    }
    let text = format!("environment {} is protected: nothing is seeded there", settings.environment);
    Err(Error::new(Kind::Refused, text).hint("what every database must have belongs into a migration"))
}

async fn reset(args: &Args, context: &mut Context<'_>, verticals: &[String]) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let target = target_name(&context.settings()?);
    let mut run = context.open().await?;
    let counted = seed::count(&mut run, verticals).await;
    let volumes = volume::known(&mut run, verticals).await;
    let database = run.facts.database.clone();
    // The session is not kept while a person thinks.
    run.close().await;
    let (mut unloaded, volumes) = (counted?, volumes?);
    let gone: Vec<Volume> = volumes.iter().map(Volume::from).collect();
    let nothing = unloaded.verticals.is_empty() && volumes.is_empty();
    if !nothing && !args.dry_run {
        let rows: u64 = unloaded.removed.iter().map(|removed| removed.rows).sum();
        for removed in &unloaded.removed {
            context.ui.say(&format!("will delete {} of {}", plural(count(removed.rows), "row"), removed.table));
        }
        for volume in &gone {
            context.ui.say(&format!("will delete {volume}"));
        }
        let (rows, volume) = (plural(count(rows), "row"), if gone.is_empty() { "" } else { ", and the volume," });
        let question = format!("Delete {rows}{volume} that seeding put into {database}?");
        context.consent(&question, &database, None)?;
        let mut run = context.open().await?;
        let done = async {
            volume::reset_all(&mut run, &volumes, &settings).await?;
            seed::reset(&mut run, verticals).await
        }
        .await;
        run.close().await;
        unloaded = done?;
    }
    context.ui.result(&Unseeded { target: &target, unloaded: &unloaded, volume: &gone, dry_run: args.dry_run })?;
    Ok(0)
}

fn count(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// Without a vertical: what `supabase/config.toml` names, where there is one.
async fn unnamed(args: &Args, context: &mut Context<'_>, settings: &Settings) -> anyhow::Result<u8> {
    let Some(project) = &settings.supabase else { return Err(seed::unnamed(&seed::names(settings)?).into()) };
    if args.prune || args.reset || args.dry_run || args.today.is_some() {
        let text = "the seeds of supabase/config.toml are scripts that keep no account of their rows: \
                    --prune, --reset, --today and --dry-run are for the verticals of seeds/";
        return Err(Error::new(Kind::Usage, text).hint("name a vertical, or leave the option out").into());
    }
    refuse_protected(settings)?;
    let started = Instant::now();
    let target = target_name(&context.settings()?);
    let mut run = context.open().await?;
    let done = supabase_seed::run(&mut run, &settings.root, project, supabase_seed::Changed::Run).await;
    run.close().await;
    let elapsed_ms = started.elapsed().as_secs_f64() * 1000.0;
    let view = Seeded { target: &target, verticals: &[], supabase: &done?, volume: &[], dry_run: false, elapsed_ms };
    context.ui.result(&view)?;
    Ok(0)
}
