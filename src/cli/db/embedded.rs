//! `migrate db start|stop|url|psql|destroy`: the embedded PostgreSQL.

use std::os::unix::process::CommandExt as _;

use anyhow::Context as _;

use crate::cli::Context;
use crate::config::{EmbeddedOptions, Target};
use crate::error::{Error, Kind};
use crate::report::views::Server;
use crate::server;

fn embedded(context: &mut Context<'_>) -> anyhow::Result<EmbeddedOptions> {
    match context.settings()?.target {
        Target::Embedded(options) => Ok(options),
        Target::Given(options) => {
            Err(Error::new(Kind::Usage, format!("the target is {}, not the embedded PostgreSQL", options.describe()))
                .hint("leave out --url and --env, and unset DATABASE_URL")
                .into())
        }
    }
}

fn ensure(context: &mut Context<'_>, options: &EmbeddedOptions) -> anyhow::Result<crate::config::ConnectOptions> {
    let ask = context.ui.ask();
    let mut confirm = |question: &str| ask.confirm(question);
    server::ensure(options, &mut *context.ui, &mut confirm)
}

pub(super) fn start(is_ephemeral: bool, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let options = embedded(context)?;
    let connect = if is_ephemeral {
        let ask = context.ui.ask();
        let mut confirm = |question: &str| ask.confirm(question);
        server::ephemeral::start(&options, &mut *context.ui, &mut confirm)?
    } else {
        ensure(context, &options)?
    };
    context.ui.result(&Server { state: "running", url: Some(&connect.to_url(true)) })?;
    Ok(0)
}

pub(super) fn stop(context: &mut Context<'_>) -> anyhow::Result<u8> {
    let options = embedded(context)?;
    let stopped = server::control::stop(&options, &mut *context.ui)?;
    context.ui.result(&Server { state: if stopped { "stopped" } else { "not running" }, url: None })?;
    Ok(0)
}

pub(super) fn url(context: &mut Context<'_>) -> anyhow::Result<u8> {
    let options = embedded(context)?;
    let url = ensure(context, &options)?.to_url(true);
    context.ui.result(&Server { state: "url", url: Some(&url) })?;
    Ok(0)
}

pub(super) fn destroy(context: &mut Context<'_>) -> anyhow::Result<u8> {
    let options = embedded(context)?;
    let question = format!("Delete the embedded PostgreSQL in {} with all its data?", options.home.display());
    if !context.ui.ask().confirm(&question)? {
        return Err(Error::new(Kind::Refused, "not confirmed; nothing was done").into());
    }
    let destroyed = server::control::destroy(&options, &mut *context.ui)?;
    context.ui.result(&Server { state: if destroyed { "destroyed" } else { "nothing there" }, url: None })?;
    Ok(0)
}

/// Becomes psql. The password travels in the environment, not in the arguments, which other users can read.
pub(super) async fn psql(context: &mut Context<'_>, arguments: &[String]) -> anyhow::Result<u8> {
    let (options, program) = match context.settings()?.target {
        Target::Embedded(embedded) => {
            let program = server::control::psql_path(&embedded)?;
            (ensure(context, &embedded)?, program)
        }
        Target::Given(options) => (options, "psql".into()),
    };
    let mut command = std::process::Command::new(&program);
    command.arg(options.to_url(false)).args(arguments);
    if let Some(password) = options.config.get_password() {
        command.env("PGPASSWORD", std::ffi::OsStr::new(String::from_utf8_lossy(password).as_ref()));
    }
    let error = command.exec();
    Err(error).with_context(|| format!("run {}", program.display()))
}
