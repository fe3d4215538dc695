//! `migrate seed --scale`: arguments, and the calls of `migrate seed` that are about volume.

use crate::config::{Settings, Target};
use crate::engine::run::Run;
use crate::engine::unfinished;
use crate::error::{Error, Kind};
use crate::seed::volume::{self, Model, ledger::Known, load, request::Request, reset};
use crate::server::machine::{Machine, machine};

/// Options of a volume load.
#[derive(Debug, clap::Args)]
pub(super) struct VolumeArgs {
    /// And then years of a chain: that many branch-months, of coffee-shop and yoga-studio
    #[arg(long, value_name = "N", conflicts_with_all = ["reset", "dry_run", "prune"])]
    pub(super) scale: Option<u32>,
    /// Over how many locations they are spread [default: three years for each]
    #[arg(long, value_name = "L", requires = "scale")]
    locations: Option<u32>,
    /// Another number makes other rows [default: 1]
    #[arg(long, value_name = "S", requires = "scale")]
    random_seed: Option<u64>,
    /// How many sessions load [default: as many as there are processors, 2 to 4]
    #[arg(long, value_name = "W", requires = "scale", value_parser = clap::value_parser!(u64).range(1..=64))]
    jobs: Option<u64>,
    /// Take indexes and keys off for the load, or leave them; by size unless it is said
    #[arg(long, requires = "scale", hide = true)]
    strip: Option<bool>,
}

/// A vertical's model and what is asked of it.
pub(super) struct Wanted {
    model: Box<dyn Model>,
    request: Request,
}

impl VolumeArgs {
    /// What is to be loaded, checked before a server is asked.
    pub(super) fn wanted(
        &self,
        verticals: &[String],
        today: Option<volume::Day>,
        settings: &Settings,
    ) -> Result<Vec<Wanted>, Error> {
        let Some(scale) = self.scale else { return Ok(Vec::new()) };
        let Machine { memory, disk } = here(settings);
        let wanted = verticals.iter().map(|vertical| {
            let model = volume::model(vertical).ok_or_else(|| {
                let text = format!("--scale: nothing says what a month of {vertical} is");
                Error::new(Kind::Usage, text).hint("only coffee-shop and yoga-studio can be made in any size")
            })?;
            let request = Request {
                vertical: vertical.clone(),
                scale,
                locations: self.locations,
                random_seed: self.random_seed,
                today,
                jobs: self.jobs.and_then(|jobs| usize::try_from(jobs).ok()),
                strip: self.strip,
                memory,
                disk,
            };
            request.check()?;
            Ok(Wanted { model, request })
        });
        wanted.collect()
    }
}

/// The machine of an embedded server; others are not known.
fn here(settings: &Settings) -> Machine {
    match &settings.target {
        Target::Embedded(embedded) => machine(embedded),
        Target::Given(_) => Machine::default(),
    }
}

/// The load that is to be gone on with, and the others.
pub(super) async fn unfinished_first(
    run: &mut Run<'_>,
    wanted: Vec<Wanted>,
) -> anyhow::Result<(Vec<Wanted>, Vec<Wanted>)> {
    let Some(load) = unfinished::unfinished(run).await? else { return Ok((Vec::new(), wanted)) };
    let (first, then): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|one| one.request.vertical == load.vertical);
    if first.is_empty() {
        unfinished::refuse(run).await?;
    }
    Ok((first, then))
}

/// Loads one after the other. The demo rows are there.
pub(super) async fn load_all(run: &mut Run<'_>, wanted: Vec<Wanted>) -> anyhow::Result<Vec<load::Loaded>> {
    let mut loaded = Vec::new();
    for Wanted { model, request } in wanted {
        run.begin_writing(0).await?;
        loaded.push(load::load(run, model, &request).await?);
    }
    Ok(loaded)
}

/// The volumes that are there.
pub(super) async fn known(run: &mut Run<'_>, verticals: &[String]) -> anyhow::Result<Vec<Known>> {
    let mut all = Vec::new();
    for vertical in verticals {
        all.extend(reset::known(run, vertical).await?);
    }
    Ok(all)
}

/// Takes volumes away.
pub(super) async fn reset_all(run: &mut Run<'_>, known: &[Known], settings: &Settings) -> anyhow::Result<()> {
    for volume in known {
        if let Some(model) = volume::model(&volume.vertical) {
            run.begin_writing(0).await?;
            reset::reset(run, model, volume, here(settings).memory).await?;
        }
    }
    Ok(())
}
