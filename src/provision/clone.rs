//! Copies of a template: one statement each, and what that statement does not copy.

use std::fmt::Write as _;

use futures_util::future::try_join_all;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use super::Provisioner;
use super::host::Host;
use super::strategy;
use super::template::Template;
use crate::database::lease;
use crate::database::pipeline::Part;
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// How many databases are made at once: waiting for the disk is most of it.
const PARALLEL: usize = 4;

/// Makes the databases; all of them, or none.
///
/// # Errors
/// When one cannot be made; [`is_vanished`] where the template was dropped meanwhile.
pub(super) async fn make(
    provisioner: &Provisioner<'_>,
    host: &mut Host,
    template: &Template,
    names: &[String],
) -> anyhow::Result<()> {
    let made = make_all(provisioner, host, template, names).await;
    if made.is_err() {
        for name in names {
            // What cannot be dropped is left to the next one, for whom the lease has ended.
            drop(lease::drop(&mut host.session, name).await);
        }
    }
    made
}

async fn make_all(
    provisioner: &Provisioner<'_>,
    host: &mut Host,
    template: &Template,
    names: &[String],
) -> anyhow::Result<()> {
    let lanes = names.len().min(PARALLEL);
    let share = |lane: usize| names.iter().skip(lane).step_by(lanes.max(1));
    let mut others = Vec::new();
    for lane in 1..lanes {
        let mut other = provisioner.session().await?;
        others.push(async move {
            let made = make_each(&mut other, template, share(lane)).await;
            other.close().await;
            made
        });
    }
    let (first, rest) = tokio::join!(make_each(host, template, share(0)), try_join_all(others));
    first.and(rest.map(drop))
}

async fn make_each<'a>(
    host: &mut Host,
    template: &Template,
    names: impl Iterator<Item = &'a String>,
) -> anyhow::Result<()> {
    for name in names {
        make_one(host, template, name).await?;
    }
    Ok(())
}

async fn make_one(host: &mut Host, template: &Template, name: &str) -> anyhow::Result<()> {
    let how = strategy::clause(template.size_bytes, host.facts.fsync, host.facts.version);
    let create = format!("CREATE DATABASE {} TEMPLATE {}{how}", quote::ident(name), quote::ident(&template.name));
    let mut made = execute(host, &create).await;
    if made.as_ref().is_err_and(|failure| failure.code() == Some(&SqlState::OBJECT_IN_USE)) {
        send_away(host, &template.name).await?;
        made = execute(host, &create).await;
    }
    made.map_err(|failure| create_error(host, name, failure))?;
    let rest = not_copied(template, name);
    if !rest.is_empty() {
        let set = execute(host, &rest).await;
        set.map_err(|failure| anyhow::anyhow!("failed to give {name} the template's settings: {failure}"))?;
    }
    Ok(())
}

/// Runs a statement, which a signal cancels: copying a large database takes a while.
async fn execute(host: &mut Host, sql: &str) -> Result<(), Failure> {
    host.session.run(&[Part::Sql(sql)], |_, _| {}).await.map(drop).map_err(|(_, failure)| failure)
}

/// Ends the sessions in a template: it has no visitors but those who opened it by hand.
async fn send_away(host: &mut Host, template: &str) -> anyhow::Result<()> {
    let close = format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quote::ident(template));
    let ended = match host.session.settle(&close).await {
        Ok(()) => host.session.query(include_str!("send_away.sql"), &[(&template, Type::NAME)]).await.map(drop),
        Err(failure) => Err(failure),
    };
    ended.map_err(|failure| {
        Error::new(Kind::Failed, format!("somebody is connected to the template {template}: {failure}"))
            .hint("end that session; nobody needs to be in a template")
            .into()
    })
}

/// Settings and grants of a database, which CREATE DATABASE leaves behind.
fn not_copied(template: &Template, name: &str) -> String {
    let database = quote::ident(name);
    let mut sql = String::new();
    // Writing to a String does not fail.
    for (role, setting, value) in &template.settings {
        // A list such as search_path is not to be quoted as one: the server reads it, and keeps what it has read.
        let _ = write!(sql, "SELECT set_config({}, {}, true); ", quote::literal(setting), quote::literal(value));
        let whose = match role {
            Some(role) => format!("ROLE {} IN DATABASE {database}", quote::ident(role)),
            None => format!("DATABASE {database}"),
        };
        let _ = write!(sql, "ALTER {whose} SET {} FROM CURRENT; ", setting_name(setting));
    }
    if let Some(grants) = &template.grants {
        let _ = write!(sql, "REVOKE ALL ON DATABASE {database} FROM PUBLIC, CURRENT_USER; ");
        for (grantee, privilege, grantable) in grants {
            let to = grantee.as_deref().map_or_else(|| "PUBLIC".to_owned(), quote::ident);
            let more = if *grantable { " WITH GRANT OPTION" } else { "" };
            let _ = write!(sql, "GRANT {privilege} ON DATABASE {database} TO {to}{more}; ");
        }
    }
    if sql.is_empty() { sql } else { format!("BEGIN; SET LOCAL synchronous_commit = off; {sql}COMMIT") }
}

/// A setting's name, each part quoted: those of extensions have two.
fn setting_name(name: &str) -> String {
    name.split('.').map(quote::ident).collect::<Vec<_>>().join(".")
}

/// Whether a database could not be made because the template is gone.
pub(super) fn is_vanished(error: &anyhow::Error) -> bool {
    error.downcast_ref::<Failure>().and_then(Failure::code) == Some(&SqlState::INVALID_CATALOG_NAME)
}

/// Why a database could not be made, and what to do about it.
pub(super) fn create_error(host: &Host, name: &str, failure: Failure) -> anyhow::Error {
    let what = format!("failed to create the database {name}");
    let role = quote::ident(&host.facts.role);
    let error = match &failure {
        Failure::Interrupted | Failure::Abandoned => Error::new(Kind::Interrupted, what),
        _ if failure.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
            Error::new(Kind::Failed, what).hint(format!("let the role do it: `ALTER ROLE {role} CREATEDB`"))
        }
        _ => Error::new(Kind::Failed, what),
    };
    anyhow::Error::new(failure).context(error)
}
