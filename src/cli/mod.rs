//! The command line: one file a command, each with its arguments and one call into the domain.

mod access;
mod adopt;
mod baseline;
mod bench;
mod completions;
mod context;
mod db;
mod diff;
mod down;
mod history;
mod lint;
mod man;
mod new;
mod plan;
mod redo;
mod release;
mod repair;
mod save;
mod seed;
mod side;
mod squash;
mod status;
mod up;
mod verify;
mod volume;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

pub use context::Context;

use crate::config::{Environment, Overrides};
use crate::report::{Manners, Ui};

/// Schema migrations for PostgreSQL and Supabase, each with its proven inverse.
#[derive(Debug, Parser)]
#[command(name = "migrate", version, propagate_version = true, after_help = EXAMPLES)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  migrate up                              on the embedded PostgreSQL, made on first use
  migrate up --url postgres://…           on a server of yours
  migrate status --env staging --check    exit code 3 if anything is pending or changed
  migrate down --to-release v1.4.0        undo what came since

Exit codes: 0 done, 1 the database said no, 2 wrong usage, 3 a check found differences, 4 refused for safety,
5 a lock could not be had, 6 the ledger and the files disagree, 130 interrupted.";

/// Options of every command.
#[derive(Args, Debug)]
struct Global {
    /// The database, as URL or key-value string [env: MIGRATE_DATABASE_URL, DATABASE_URL]
    #[arg(long, global = true, value_name = "URL", hide_env = true)]
    url: Option<String>,
    /// The database that `supabase start` runs, by supabase/config.toml
    #[arg(long, global = true, conflicts_with_all = ["url", "linked"])]
    local: bool,
    /// The project that `supabase link` named; its password in SUPABASE_DB_PASSWORD
    #[arg(long, global = true, conflicts_with = "url")]
    linked: bool,
    /// The environment of migrate.toml [env: MIGRATE_ENV] [default: local]
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
    /// The project's folder (default: the nearest one upwards with a migrate.toml, else this one)
    #[arg(long, global = true, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The folder of PostgreSQL's server programs, for the embedded server
    #[arg(long, global = true, value_name = "DIR")]
    pg_bin: Option<PathBuf>,
    /// The server for scratch databases, instead of the target's [env: MIGRATE_SHADOW_URL]
    #[arg(long, global = true, value_name = "URL", hide_env = true)]
    shadow_url: Option<String>,
    /// Install a stand-in for Supabase's own objects on a plain server
    #[arg(long, global = true)]
    stand_in: bool,
    /// How long a script waits for a lock before it is tried again [default: 5s]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    lock_timeout: Option<Duration>,
    /// How long one statement may run [default: no limit]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    statement_timeout: Option<Duration>,
    /// How long to wait for another runner [default: 10min]
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    lock_wait: Option<Duration>,
    /// One JSON document on standard output
    #[arg(long, global = true)]
    json: bool,
    /// Only results and errors
    #[arg(long, short, global = true)]
    quiet: bool,
    /// Never colours [env: NO_COLOR]
    #[arg(long, global = true)]
    no_color: bool,
    /// Yes to every question (a protected environment still wants its name)
    #[arg(long, short, global = true)]
    yes: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Args),
    Down(down::Args),
    Redo(redo::Args),
    Status(status::Args),
    Plan(plan::Args),
    Verify(verify::Args),
    History(history::Args),
    Release(release::Args),
    New(new::Args),
    Lint(lint::Args),
    Repair(repair::Args),
    Baseline(baseline::Args),
    Adopt(adopt::Args),
    Diff(diff::Args),
    Squash(squash::Args),
    Access(access::Args),
    Bench(bench::Args),
    Seed(seed::Args),
    Db(db::Args),
    Completions(completions::Args),
    Man(man::Args),
}

fn duration(text: &str) -> Result<Duration, String> {
    crate::config::duration::parse(text).map_err(|e| e.to_string())
}

impl Cli {
    /// How the user wants to be talked to.
    #[must_use]
    pub fn manners(&self) -> Manners {
        let Global { json, quiet, no_color, yes, .. } = self.global;
        Manners { json, quiet, no_color, yes }
    }

    fn overrides(&self) -> Overrides {
        Overrides {
            url: self.global.url.clone(),
            local: self.global.local,
            linked: self.global.linked,
            env: self.global.env.clone(),
            dir: self.global.dir.clone(),
            pg_bin: self.global.pg_bin.clone(),
            shadow_url: self.global.shadow_url.clone(),
            stand_in: self.global.stand_in,
            lock_timeout: self.global.lock_timeout,
            statement_timeout: self.global.statement_timeout,
            lock_wait: self.global.lock_wait,
        }
    }

    /// Runs the command and returns the exit code; errors carry theirs.
    pub async fn run(
        self,
        environment: &Environment,
        ui: &mut Ui,
        partial: &mut Option<serde_json::Value>,
    ) -> anyhow::Result<u8> {
        let overrides = self.overrides();
        let mut context = Context::new(overrides, environment, ui, partial)?;
        match self.command {
            Command::Up(args) => up::run(&args, &mut context).await,
            Command::Down(args) => down::run(&args, &mut context).await,
            Command::Redo(args) => redo::run(&args, &mut context).await,
            Command::Status(args) => status::run(&args, &mut context).await,
            Command::Plan(args) => plan::run(&args, &mut context).await,
            Command::Verify(args) => verify::run(&args, &mut context).await,
            Command::History(args) => history::run(&args, &mut context).await,
            Command::Release(args) => release::run(&args, &mut context).await,
            Command::New(args) => new::run(&args, &mut context).await,
            Command::Lint(args) => lint::run(&args, &mut context),
            Command::Repair(args) => repair::run(&args, &mut context).await,
            Command::Baseline(args) => baseline::run(&args, &mut context).await,
            Command::Access(args) => access::run(&args, &mut context).await,
            Command::Bench(args) => bench::run(&args, &mut context).await,
            Command::Seed(args) => seed::run(&args, &mut context).await,
            Command::Adopt(args) => adopt::run(&args, &mut context).await,
            Command::Diff(args) => diff::run(&args, &mut context).await,
            Command::Squash(args) => squash::run(&args, &mut context).await,
            Command::Db(args) => db::run(&args, &mut context).await,
            Command::Completions(args) => completions::run(&args),
            Command::Man(args) => man::run(&args),
        }
    }
}
