//! `migrate db`: the embedded server, and databases on demand.

mod databases;
mod dump;
mod embedded;

use std::ffi::OsString;
use std::time::Duration;

use super::{Context, duration};

/// Databases on demand, and the embedded PostgreSQL
///
/// Databases come with the project's schema, from a template that is built once for each content of the migrations.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate db run -- pytest                  a database for as long as pytest runs, in DATABASE_URL and PG*
  migrate db run --count 8 -- npx vitest    eight, in DATABASE_URL_1 to DATABASE_URL_8
  migrate db run --seed coffee-shop -- pytest      with the rows of seeds/coffee-shop
  migrate db clone --count 4                four URLs, one a line; dropped after an hour
  migrate db create shop_dev                one that stays
  migrate db reset shop_dev                 the same, made anew
  migrate db list
  migrate db wait --timeout 30s             until the target accepts queries

  migrate db dump > schema.sql              the target's schema; `--from expected`: the migrations'

  migrate db start                          the embedded server; --ephemeral for one in memory
  migrate db url                            for other programs: psql \"$(migrate db url)\"
  migrate db psql -- -c '\\dt'
  migrate db stop
  migrate db destroy                        the server and all its data")]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make the embedded cluster if there is none, and start it
    Start {
        /// For a CI job: in memory where there is room, waiting for no disk, deleted by `db stop`
        #[arg(long)]
        ephemeral: bool,
    },
    /// Stop it; the data stays, unless it is an ephemeral one
    Stop,
    /// Print its URL; start it if needed
    Url,
    /// Open psql on it, or on the target given with --url or --env
    Psql {
        /// Arguments for psql
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Stop it and delete its data
    Destroy,
    /// Make a database that stays, with the schema
    Create(Create),
    /// Drop databases
    Drop(Drop),
    /// Make a database anew, with the schema and nothing else
    Reset(Reset),
    /// List the databases that this role may drop
    List,
    /// Wait until the target accepts queries
    Wait {
        /// How long at most
        #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
        timeout: Duration,
    },
    /// Print the schema as SQL that loads into a new database
    Dump(dump::Dump),
    /// Make databases for other programs, and print their URLs
    Clone(CloneArgs),
    /// Run a command with databases of its own
    Run(Run),
}

/// What the databases hold.
#[derive(Debug, clap::Args)]
struct Content {
    /// Load the seeds of this vertical (or `all`), too
    #[arg(long, value_name = "VERTICAL")]
    seed: Vec<String>,
    /// The day around which their dates are [default: the server's, in UTC]
    #[arg(long, value_name = "DATE", value_parser = crate::cli::seed::date, requires = "seed")]
    today: Option<time::Date>,
    /// Load the seeds that supabase/config.toml names, too
    #[arg(long)]
    include_seed: bool,
}

/// How databases are told.
#[derive(Debug, clap::Args)]
struct Output {
    /// URLs, or variables for a shell
    #[arg(long, value_enum, default_value_t = Format::Url)]
    format: Format,
    /// Print the password, too, where the target has one
    #[arg(long)]
    with_password: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One URL a line
    Url,
    /// `NAME='value'` lines: `DATABASE_URL`, `DATABASE_URL_1`, …, `PGHOST`, …
    Env,
}

#[derive(Debug, clap::Args)]
struct Create {
    /// Its name
    name: String,
    /// Without schema
    #[arg(long, conflicts_with_all = ["seed", "today", "include_seed"])]
    empty: bool,
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct Drop {
    /// Their names
    #[arg(required_unless_present = "all")]
    names: Vec<String>,
    /// Templates, and clones that nobody is in
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// The database's name, to confirm on a protected environment
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Reset {
    /// Its name (default: the target's database)
    name: Option<String>,
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    output: Output,
    /// The database's name, to confirm on a protected environment
    #[arg(long, value_name = "NAME")]
    confirm: Option<String>,
}

#[derive(Debug, clap::Args)]
struct CloneArgs {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    /// How long they are kept at least; later ones are dropped by the next command, unless somebody is in there
    #[arg(long = "for", value_name = "TIME", default_value = "1h", value_parser = duration)]
    lifetime: Duration,
    #[command(flatten)]
    content: Content,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, clap::Args)]
struct Run {
    /// How many databases
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    count: u16,
    #[command(flatten)]
    content: Content,
    /// The command and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    match &args.action {
        Action::Start { ephemeral } => embedded::start(*ephemeral, context),
        Action::Stop => embedded::stop(context),
        Action::Url => embedded::url(context),
        Action::Psql { arguments } => embedded::psql(context, arguments).await,
        Action::Destroy => embedded::destroy(context),
        Action::Create(args) => databases::create(args, context).await,
        Action::Drop(args) => databases::drop(args, context).await,
        Action::Reset(args) => databases::reset(args, context).await,
        Action::List => databases::list(context).await,
        Action::Wait { timeout } => databases::wait(*timeout, context).await,
        Action::Dump(args) => dump::dump(args, context).await,
        Action::Clone(args) => databases::clone(args, context).await,
        Action::Run(args) => databases::run(args, context).await,
    }
}
