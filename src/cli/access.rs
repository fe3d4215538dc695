//! `migrate access`

use std::time::Duration;

use anyhow::Context as _;

use super::Context;
use crate::access::{Found, Options, bundled, changes, find, fixture, lock};
use crate::config::{Settings, Source};
use crate::engine::plan::Until;
use crate::engine::run::Run;
use crate::engine::shadow;
use crate::error::{Error, Kind};
use crate::report::views::{AccessChanges, AccessMatrix};

/// Find out who may do what, by trying: a matrix of identities, tables and commands
///
/// Each identity of migrate.toml tries SELECT, INSERT, UPDATE, DELETE and TRUNCATE on every table, row by row and column by
/// column, and EXECUTE on every function, in a transaction that is rolled back. That happens in a scratch database which the
/// migrations and the fixture fill, unless --live is given. The matrix is printed, and written to access.lock.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate access              print the matrix, and write it to access.lock
  migrate access --check      exit code 3, and the cells that changed, if access.lock says otherwise
  migrate access --live --env staging --check      the same for the database itself")]
pub(super) struct Args {
    /// Compare with access.lock instead of writing it, and exit with 3 if a cell differs
    #[arg(long)]
    check: bool,
    /// Try on the target itself instead of in a scratch database; everything is rolled back, and access.lock is not written
    #[arg(long)]
    live: bool,
}

/// How long one try may take where nothing else is configured.
const TRY_MOST: Duration = Duration::from_secs(10);

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let path = settings.root.join(lock::NAME);
    let (options, promised) = options(&settings)?;
    let before = match (args.check, std::fs::read_to_string(&path)) {
        (true, Ok(text)) => Some(lock::read(&text)?),
        (true, Err(_)) if promised.is_some() => promised.map(lock::read).transpose()?,
        (true, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
            let message = format!("there is no {} to compare with", path.display());
            return Err(Error::new(Kind::Usage, message).hint("`migrate access` writes it").into());
        }
        (true, Err(error)) => return Err(error).with_context(|| format!("read {}", path.display())),
        (false, _) => None,
    };
    let found = if args.live {
        live(context, &settings, &options).await?
    } else {
        expected(context, &settings, &options).await?
    };
    warn(context, &found, &options);
    if let Some(before) = before {
        let changes = changes(&before, &found.matrix.cells());
        let code = if changes.is_empty() { 0 } else { Kind::Differences.exit_code() };
        context.ui.result(&AccessChanges { lock: &path.display().to_string(), changes })?;
        return Ok(code);
    }
    // The bundled project's file is not the user's to keep.
    if !args.live && settings.source != Source::Bundled {
        let text = lock::write(&found.matrix);
        std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
        context.ui.say(&format!("wrote {}", path.display()));
    }
    context.ui.result(&AccessMatrix { identities: &found.identities, matrix: &found.matrix })?;
    Ok(0)
}

/// How to try; and, for the bundled project in a folder that says nothing of it, the file that the binary carries.
fn options(settings: &Settings) -> anyhow::Result<(Options, Option<&'static str>)> {
    let mut access = settings.access.clone();
    let mut fixture = access.fixture.as_deref().map(|name| fixture::read(&settings.root, name)).transpose()?;
    let mut promised = None;
    if settings.source == Source::Bundled && access.identities.is_empty() && fixture.is_none() {
        let bundled = bundled::bundled()?;
        (access, fixture, promised) = (bundled.access, Some(bundled.fixture), Some(bundled.lock));
    }
    let options = Options {
        access,
        fixture,
        platform: settings.platform,
        lock_timeout: settings.lock_timeout,
        statement_timeout: settings.statement_timeout.unwrap_or(TRY_MOST),
    };
    Ok((options, promised))
}

/// On the schema that the migrations make.
async fn expected(context: &mut Context<'_>, settings: &Settings, options: &Options) -> anyhow::Result<Found> {
    let interrupt = context.interrupt.clone();
    // The target is asked only where the scratch database will be.
    let (run, pairs) = if settings.shadow.is_some() {
        (None, context.pairs()?.0)
    } else {
        let (run, pairs, _) = context.open_and_read().await?;
        (Some(run), pairs)
    };
    let mut run = run;
    let found = async {
        let host = shadow::Host::choose(settings, run.as_mut(), interrupt).await?;
        let work = async |shadow: &mut Run<'_>| find(&mut shadow.session, options).await;
        shadow::with_schema(&host, settings, &pairs, Until::End, work).await
    }
    .await;
    if let Some(run) = run {
        run.close().await;
    }
    found
}

/// On the target itself.
async fn live(context: &mut Context<'_>, settings: &Settings, options: &Options) -> anyhow::Result<Found> {
    if settings.protected {
        let question = "Try every command on this protected database, and roll all of it back?";
        if !context.ui.ask().confirm(question)? {
            return Err(Error::new(Kind::Refused, "not confirmed; nothing was tried").into());
        }
    }
    let mut run = context.open().await?;
    let found = find(&mut run.session, options).await;
    run.close().await;
    found
}

/// What the matrix cannot tell, and why.
fn warn(context: &mut Context<'_>, found: &Found, options: &Options) {
    if !found.empty.is_empty() {
        let how = match &options.fixture {
            Some(fixture) => format!("let {} make one", fixture.path),
            None => "name a script that makes one: `fixture` in [access] of migrate.toml".to_owned(),
        };
        context.ui.say(&format!("no row to try on in {}: {how}", found.empty.join(", ")));
    }
    if !found.hidden.is_empty() {
        context.ui.say(&format!(
            "row security hides rows from the role that tries, so `all` may be too much, in {}",
            found.hidden.join(", ")
        ));
    }
}
