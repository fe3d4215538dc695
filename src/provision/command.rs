//! Databases for as long as a command runs: made, named in its environment, dropped however it ends.

use std::ffi::OsString;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

use super::{Database, Provisioner, Recipe};
use crate::config::ConnectOptions;
use crate::database::interrupt::Interrupt;
use crate::database::lease;
use crate::error::{Error, Kind};
use crate::event::Event;

/// How long a command that got Ctrl-C from the terminal, as we did, has before we pass it on as well.
const TERMINAL_GRACE: Duration = Duration::from_secs(2);
/// How long it may take to end after a signal, before it is killed.
const END_GRACE: Duration = Duration::from_secs(10);

/// Runs a command with `count` databases; its exit code, 128 and the signal's number if one ended it.
///
/// The command finds `DATABASE_URL`, `DATABASE_URL_1` to `DATABASE_URL_N` and `PG*` in its environment.
///
/// # Errors
/// When the databases cannot be made or the command cannot be started.
pub async fn run(
    provisioner: &mut Provisioner<'_>,
    recipe: &Recipe,
    count: usize,
    command: &[OsString],
) -> anyhow::Result<u8> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Error::new(Kind::Usage, "no command to run").into());
    };
    let (mut made, _) = provisioner.leased(recipe, count).await?;
    let mut child = Command::new(program);
    child.args(arguments).kill_on_drop(true);
    environment(&mut child, &made.databases);
    let ended = match child.spawn() {
        Ok(child) => wait(child, &provisioner.interrupt).await.map_err(Into::into),
        Err(error) => Err(cannot_run(program, &error).into()),
    };
    for database in &made.databases {
        if let Err(failure) = lease::drop(&mut made.host.session, &database.name).await {
            let text = format!("failed to drop {}: {failure}; the next command does", database.name);
            provisioner.observer.event(Event::Warning(text));
        }
    }
    made.host.close().await;
    ended.map(|status| exit_code(status, provisioner.interrupt.is_set()))
}

fn cannot_run(program: &OsString, error: &std::io::Error) -> Error {
    Error::new(Kind::Failed, format!("failed to run {}: {error}", program.to_string_lossy()))
}

/// What the command ended with. A signal that it died of after we were interrupted is the interruption.
fn exit_code(status: ExitStatus, is_interrupted: bool) -> u8 {
    match (status.code(), status.signal()) {
        (Some(code), _) => u8::try_from(code).unwrap_or(1),
        (None, Some(_)) if is_interrupted => Kind::Interrupted.exit_code(),
        (None, signal) => signal.and_then(|number| u8::try_from(128 + number).ok()).unwrap_or(1),
    }
}

/// Waits for the command, and passes on what we are told.
///
/// Ctrl-C on a terminal goes to us and to the command at once, and a second one while it cleans up would be taken for
/// impatience: it is passed on only where nothing happens. SIGTERM and SIGHUP were sent to us alone.
async fn wait(mut child: Child, interrupt: &Interrupt) -> std::io::Result<ExitStatus> {
    let (mut term, mut hangup) = (signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    let (told, patience) = tokio::select! {
        biased;
        status = child.wait() => return status,
        _ = term.recv() => (Signal::TERM, Duration::ZERO),
        _ = hangup.recv() => (Signal::HUP, Duration::ZERO),
        () = interrupt.more_than(0) => (Signal::INT, TERMINAL_GRACE),
    };
    for (signal, wait) in [(None, patience), (Some(told), END_GRACE), (Some(Signal::KILL), END_GRACE)] {
        let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let (Some(signal), Some(id)) = (signal, id) {
            // Where it has ended meanwhile there is nobody to tell.
            let _ = kill_process(id, signal);
        }
        tokio::select! {
            status = child.wait() => return status,
            () = tokio::time::sleep(wait) => {}
            // Whoever insists does not want to wait.
            () = interrupt.more_than(interrupt.count().max(1)) => {}
        }
    }
    child.wait().await
}

/// The first database in the usual variables, all of them in numbered ones.
fn environment(command: &mut Command, databases: &[Database]) {
    // What would lead elsewhere, or away from what is set below.
    for name in
        ["PGSERVICE", "PGHOSTADDR", "PGPASSWORD", "PGOPTIONS", "PGSSLMODE", "PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"]
    {
        command.env_remove(name);
    }
    for (number, database) in databases.iter().enumerate() {
        command.env(format!("DATABASE_URL_{}", number + 1), with_password(&database.options).to_url(true));
    }
    if let Some(first) = databases.first() {
        let options = with_password(&first.options);
        command.env("DATABASE_URL", options.to_url(true)).envs(options.variables());
    }
}

/// The password that a password file holds for the target's database, which has no line for the new one.
fn with_password(options: &ConnectOptions) -> ConnectOptions {
    let mut options = options.clone();
    if let (None, Some(Some(password))) = (options.config.get_password(), options.host_passwords.first()) {
        let password = password.clone();
        options.config.password(password);
    }
    options
}
