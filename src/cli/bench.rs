//! `migrate bench`

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;

use super::Context;
use crate::bench::files::{choose, discover};
use crate::bench::limit::Limit;
use crate::bench::{self, Options, Outcome};
use crate::engine::run::Run;
use crate::error::{Error, Kind};
use crate::report::views::{Bench, Queries};

/// Measure the project's queries, as those who will ask them
///
/// Each file of bench/queries/ is a query that says as whom it runs. It is run many times by parallel sessions, in transactions
/// as PostgREST makes them; percentiles of its time are reported, what it read, and what is wrong with its plan. Nothing is
/// changed: what a query writes is rolled back. Exit code 3 if a limit is exceeded, 1 if a query fails.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate bench                           all queries, 200 runs each by 8 clients
  migrate bench c1 y                      the query C1, and those that begin with Y
  migrate bench --check 'p95<100ms'       exit code 3 if one of them is slower
  migrate bench c8 --plans --runs 20      with the plan
  migrate bench --list                    what there is")]
pub(super) struct Args {
    /// Queries by id or file name, or the beginning of one [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// How many runs of each query are measured [default: 200, or as many as --duration allows]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    runs: Option<u64>,
    /// How many runs of each client come before those
    #[arg(long, value_name = "N", default_value_t = 3)]
    warm_up: u32,
    /// How many sessions run at the same time
    #[arg(long, value_name = "C", default_value_t = 8, value_parser = clients)]
    clients: usize,
    /// For how long runs of each query are begun
    #[arg(long, value_name = "TIME", value_parser = super::duration)]
    duration: Option<Duration>,
    /// How long a run may take [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = super::duration)]
    timeout: Option<Duration>,
    /// Exit with 3 if a query exceeds this: mean, p50, p95, p99 or max in ms or s, or warnings=0; may be given several times
    #[arg(long, value_name = "LIMIT")]
    check: Vec<Limit>,
    /// Print each plan, as EXPLAIN (ANALYZE, BUFFERS) writes it
    #[arg(long)]
    plans: bool,
    /// Write the nodes of each plan, without figures, to a file of that folder, to be compared with others
    #[arg(long, value_name = "DIR")]
    save_plans: Option<PathBuf>,
    /// List the queries, run none
    #[arg(long)]
    list: bool,
}

/// Sessions that a command may open.
const CLIENTS_MOST: usize = 1000;
/// Runs where neither their number nor the time is said.
const RUNS: u64 = 200;
/// How long a run may take where nothing is said.
const TIMEOUT: Duration = Duration::from_secs(30);

fn clients(text: &str) -> Result<usize, String> {
    let given = text.parse().ok().filter(|count| (1..=CLIENTS_MOST).contains(count));
    given.ok_or_else(|| format!("between 1 and {CLIENTS_MOST}"))
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    if args.list {
        let queries = discover(&context.settings_quietly()?)?;
        context.ui.result(&Queries::new(&choose(&queries, &args.names)?))?;
        return Ok(0);
    }
    let (settings, target) = (context.settings()?, context.target()?);
    let queries = discover(&settings)?;
    let chosen = choose(&queries, &args.names)?;
    if settings.protected {
        let question = "The environment is protected, and measuring puts load on it. Measure?";
        if !context.ui.ask().confirm(question)? {
            return Err(Error::new(Kind::Refused, "not confirmed; nothing was run").into());
        }
    }
    let options = Options {
        runs: args.runs.or(args.duration.is_none().then_some(RUNS)),
        duration: args.duration,
        warm_up: args.warm_up,
        clients: args.clients,
        timeout: args.timeout.or(settings.statement_timeout).unwrap_or(TIMEOUT),
        plan_texts: args.plans,
    };
    let mut run = context.open().await?;
    let server = run.connect_options().clone();
    let Run { session, observer, .. } = &mut run;
    let outcome = bench::run(session, &server, &chosen, &options, &mut **observer).await;
    run.close().await;
    let outcome = outcome?;
    if let Some(folder) = &args.save_plans {
        save(folder, &outcome)?;
    }
    let report = Bench::new(&target, &options, &outcome, &args.check, chosen.len());
    context.ui.result(&report)?;
    Ok(match (outcome.interrupted, report.failed.is_empty(), report.exceeded.is_empty()) {
        (true, ..) => Kind::Interrupted.exit_code(),
        (_, false, _) => Kind::Failed.exit_code(),
        (_, _, false) => Kind::Differences.exit_code(),
        _ => 0,
    })
}

/// One file for each plan.
fn save(folder: &Path, outcome: &Outcome<'_>) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("make {}", folder.display()))?;
    for measured in &outcome.queries {
        let Some(plan) = &measured.plan else { continue };
        let path = folder.join(format!("{}.plan", measured.query.name));
        std::fs::write(&path, &plan.shape).with_context(|| format!("write {}", path.display()))?;
    }
    Ok(())
}
