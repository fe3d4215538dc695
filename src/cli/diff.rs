//! `migrate diff`

use std::path::{Path, PathBuf};

use super::save::Save;
use super::{Context, side};
use crate::catalog::snapshot;
use crate::config::{Platform, Settings};
use crate::diff::patch::patches;
use crate::diff::script::{self, Script};
use crate::diff::{Managed, Pattern, Rename, compare, groups, offers};
use crate::engine::run::Run;
use crate::engine::sides::{Read, Side, Sources};
use crate::error::{Error, Kind};
use crate::migration::Pair;
use crate::report::views::{Differences, Generated, Patches, Snapshot};

/// Show how one schema differs from another: unless told otherwise, the target's from the one that the migrations promise
///
/// What has to be built by running migrations is built in a scratch database, which is dropped in the end. The target itself is
/// only read. The ledger's own schema is left out, and what Supabase's services keep for themselves.
///
/// A side is `live` (the target), `expected` (all migrations), `applied` (those in the ledger), `empty`, `17` or `@17` (the migrations up to that version),
/// `git:REV` (those of a revision), `env:NAME` (a database of migrate.toml), a URL, or a file that `--snapshot` wrote.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate diff --check                            exit code 3 if the target is not as the migrations made it
  migrate diff --to applied                       what somebody changed by hand, without what is pending
  migrate diff --from env:staging --to env:production
  migrate diff --from git:v1.4.0 --to expected    what the migrations changed since a release
  migrate diff --from 17 --to live                what came after version 17
  migrate diff --sql                              the script that makes the target what the migrations promise
  migrate diff --save add_email                   what was changed by hand, as a pair of files
  migrate diff --snapshot monday.json             keep the target's schema, and later:
  migrate diff --from monday.json --to live --json")]
pub(super) struct Args {
    /// What the differences start from: `live`, with --save `expected`
    #[arg(long, value_name = "SIDE")]
    from: Option<String>,
    /// What they lead to: `expected`, with --save `live`
    #[arg(long, value_name = "SIDE")]
    to: Option<String>,
    /// Exit with 3 if anything differs
    #[arg(long)]
    check: bool,
    /// Write the script that makes `--to` of `--from`, each statement with what it may cost
    #[arg(long)]
    sql: bool,
    /// Write the script as a migration with its rollback, both proven in a scratch database
    #[arg(long, value_name = "NAME", conflicts_with = "sql")]
    save: Option<String>,
    /// What the script may do without being refused: `data-loss`
    #[arg(long, value_name = "HAZARD")]
    allow: Vec<Allowed>,
    /// Tell the differences by object, in words; what is done unless told otherwise
    #[arg(long, conflicts_with_all = ["patch", "sql"])]
    summary: bool,
    /// Show them as a patch of the SQL that makes each object
    #[arg(long, conflicts_with = "sql")]
    patch: bool,
    /// Plan for a busy database: indexes built concurrently, constraints checked in a second step
    #[arg(long)]
    online: bool,
    /// An object that only got another name: `public.orders=public.sales`, `public.orders.total=public.orders.amount`
    #[arg(long, value_name = "OLD=NEW")]
    rename: Vec<String>,
    /// A schema not to look at; may be given several times
    #[arg(long, value_name = "SCHEMA")]
    exclude: Vec<String>,
    /// Write the schema of `--from` to a file instead of comparing it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "check", "exclude", "patch", "summary"])]
    snapshot: Option<PathBuf>,
}

impl Args {
    /// What is compared. What is saved leads to the target: that is where somebody made the change.
    fn sides(&self) -> [&str; 2] {
        let usual = if self.save.is_some() { ["expected", "live"] } else { ["live", "expected"] };
        [self.from.as_deref().unwrap_or(usual[0]), self.to.as_deref().unwrap_or(usual[1])]
    }
}

/// What has to be allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Allowed {
    /// Rows, or values of rows, are gone afterwards.
    DataLoss,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    if let Some(file) = &args.snapshot {
        return write_snapshot(args, file, context).await;
    }
    let managed = managed(&context.settings()?, &args.exclude)?;
    let [from, to] = read(args.sides(), context).await?;
    if args.sql || args.save.is_some() {
        return scripted(args, &managed, [&from, &to], context).await;
    }
    let differences = compare(&from.catalog, &to.catalog, &managed);
    let groups = groups(&differences, &from.catalog, &to.catalog);
    if args.patch {
        let patches = patches(&groups, &from.catalog, &to.catalog, &managed);
        context.ui.result(&Patches { from: &from.name, to: &to.name, patches: &patches })?;
        return Ok(if args.check && !patches.is_empty() { Kind::Differences.exit_code() } else { 0 });
    }
    let view = Differences { from: &from.name, to: &to.name, differences: &differences, groups };
    context.ui.result(&view)?;
    Ok(if args.check && !view.differences.is_empty() { Kind::Differences.exit_code() } else { 0 })
}

/// The script, shown or written as pairs.
async fn scripted(
    args: &Args,
    managed: &Managed,
    [from, to]: [&Read; 2],
    context: &mut Context<'_>,
) -> anyhow::Result<u8> {
    let options = options(args, from, to)?;
    offer(context, managed, &options.renames, [from, to]);
    if let Some(name) = &args.save {
        let save = Save { name, timestamp: false, typed: args.sides(), managed, allow: &args.allow };
        super::save::save(&save, [from, to], &options, context).await?;
        return Ok(0);
    }
    let script = script::script(&from.catalog, &to.catalog, managed, &options);
    refuse_losses(&script, &args.allow)?;
    let found = !script.statements.is_empty() || !script.unscripted.is_empty();
    context.ui.result(&Generated { from: &from.name, to: &to.name, script })?;
    Ok(if args.check && found { Kind::Differences.exit_code() } else { 0 })
}

/// How the script shall be.
fn options(args: &Args, from: &Read, to: &Read) -> Result<script::Options, Error> {
    let mut renames: Vec<Rename> = Vec::new();
    // The second may speak of what the first renamed.
    let mut there = from.catalog.clone();
    for text in &args.rename {
        let rename = Rename::parse(text, &there, &to.catalog).map_err(|why| {
            Error::new(Kind::Usage, format!("--rename {text}: {why}")).hint(
                "write both names in full, the old one first: `--rename public.orders.total=public.orders.amount`",
            )
        })?;
        rename.play(&mut there);
        renames.push(rename);
    }
    Ok(script::Options { role: from.role.clone(), online: args.online, renames })
}

/// Tells what may be a rename, where nothing was said of it.
fn offer(context: &mut Context<'_>, managed: &Managed, given: &[Rename], [from, to]: [&Read; 2]) {
    if given.is_empty() {
        let differences = compare(&from.catalog, &to.catalog, managed);
        for rename in offers(&differences, &from.catalog, &to.catalog) {
            let argument = rename.argument();
            context.ui.say(&format!("{} may be {} renamed: `--rename {argument}` keeps it", rename.to, rename.from));
        }
    }
}

/// Refuses a script that loses rows, unless that is allowed.
pub(super) fn refuse_losses(script: &Script, allowed: &[Allowed]) -> Result<(), Error> {
    let losses: Vec<String> = script
        .losses()
        .flat_map(|statement| statement.hazards.iter().filter(|hazard| hazard.is_data_loss()))
        .map(ToString::to_string)
        .collect();
    if losses.is_empty() || allowed.contains(&Allowed::DataLoss) {
        return Ok(());
    }
    Err(Error::new(Kind::Refused, format!("the script would lose data:\n  {}", losses.join("\n  ")))
        .hint("if that is meant: `--allow data-loss`"))
}

async fn write_snapshot(args: &Args, file: &Path, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let from = read_one(args.sides()[0], context).await?;
    snapshot::write(&from.catalog, file)?;
    let file = file.display().to_string();
    context.ui.result(&Snapshot { of: &from.name, file: &file, objects: from.catalog.objects.len() })?;
    Ok(0)
}

/// What no diff of this project looks at.
pub(super) fn managed(settings: &Settings, excluded: &[String]) -> Result<Managed, Error> {
    let mut ignored: Vec<Pattern> = excluded.iter().map(|name| Pattern::schema(name)).collect();
    for text in &settings.diff_ignore {
        let wrong = |why| {
            Error::new(Kind::Usage, format!("migrate.toml: [diff] ignore: \"{text}\": {why}"))
                .hint("write `KIND SCHEMA.NAME` or `SCHEMA.NAME`, with `*` for anything: `table public.tmp_*`")
        };
        ignored.push(Pattern::parse(text).map_err(wrong)?);
    }
    Ok(Managed::new(ignored, settings.platform == Platform::Supabase))
}

/// Reads two sides as they were typed.
pub(super) async fn read(typed: [&str; 2], context: &mut Context<'_>) -> anyhow::Result<[Read; 2]> {
    let settings = context.settings()?;
    let [from, to] = [side::parse(typed[0], context)?, side::parse(typed[1], context)?];
    let (interrupt, target) = (context.interrupt.clone(), super::context::target_name(&settings));
    let (mut run, pairs) = open(&[&from, &to], &settings, context).await?;
    let sources = Sources { settings: &settings, pairs: &pairs, target: &target, interrupt };
    let read = sources.read([&from, &to], run.as_mut()).await;
    if let Some(run) = run {
        run.close().await;
    }
    read
}

/// Reads one side as it was typed.
pub(super) async fn read_one(typed: &str, context: &mut Context<'_>) -> anyhow::Result<Read> {
    let settings = context.settings()?;
    let side = side::parse(typed, context)?;
    let (interrupt, target) = (context.interrupt.clone(), super::context::target_name(&settings));
    let (mut run, pairs) = open(&[&side], &settings, context).await?;
    let sources = Sources { settings: &settings, pairs: &pairs, target: &target, interrupt };
    let read = sources.read_one(&side, run.as_mut()).await;
    if let Some(run) = run {
        run.close().await;
    }
    read
}

/// Opens the target and reads the files, only where a side needs them.
async fn open<'a>(
    sides: &[&Side],
    settings: &Settings,
    context: &'a mut Context<'_>,
) -> anyhow::Result<(Option<Run<'a>>, Vec<Pair>)> {
    let needs_files = sides.iter().any(|side| side.needs_files());
    Ok(match (sides.iter().any(|side| side.needs_target(settings)), needs_files) {
        (true, true) => {
            let (run, pairs, _) = context.open_and_read().await?;
            (Some(run), pairs)
        }
        (true, false) => (Some(context.open().await?), Vec::new()),
        (false, true) => (None, context.pairs()?.0),
        (false, false) => (None, Vec::new()),
    })
}
