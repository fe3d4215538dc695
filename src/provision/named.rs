//! Databases with names of the user's own: create, drop, reset.

use tokio_postgres::error::SqlState;

use super::{Database, Host, Provisioner, Recipe, Template, clone, template};
use crate::database::lease::{self, Lease};
use crate::error::{Error, Kind};
use crate::sql::quote;

/// Databases that a server cannot do without.
const SYSTEM: [&str; 3] = ["postgres", "template0", "template1"];

/// Makes a database from the template. It is made under a lease and renamed when it is whole.
///
/// # Errors
/// When there is one of that name.
pub async fn create(
    provisioner: &mut Provisioner<'_>,
    recipe: &Recipe,
    name: &str,
) -> anyhow::Result<(Database, Template)> {
    let mut host = provisioner.host().await?;
    let is_there = exists(&mut host, name).await;
    host.close().await;
    if is_there? {
        return Err(taken(name).into());
    }
    replace(provisioner, recipe, name, false).await
}

/// Drops a database, if there is one, and makes it anew from the template. The new one is made first: where that fails, the
/// old one stands.
///
/// # Errors
/// As [`create`], and for the databases of the server itself.
pub async fn reset(
    provisioner: &mut Provisioner<'_>,
    recipe: &Recipe,
    name: &str,
) -> anyhow::Result<(Database, Template)> {
    refuse_system(name)?;
    replace(provisioner, recipe, name, true).await
}

/// Makes an empty database, without a template.
///
/// # Errors
/// When there is one of that name, or the role may not.
pub async fn create_empty(provisioner: &mut Provisioner<'_>, name: &str) -> anyhow::Result<Database> {
    let mut host = provisioner.host().await?;
    host.must_create()?;
    let made = host.session.settle(&format!("CREATE DATABASE {} TEMPLATE template0", quote::ident(name))).await;
    let made = made.map_err(|failure| match failure.code() {
        Some(code) if *code == SqlState::DUPLICATE_DATABASE => taken(name).into(),
        _ => clone::create_error(&host, name, failure),
    });
    host.close().await;
    made.map(|()| Database { name: name.to_owned(), options: provisioner.options.with_database(name) })
}

/// Drops databases with whoever is in there. Says which were there.
///
/// # Errors
/// When one cannot be dropped; those before it are gone.
pub async fn drop(provisioner: &mut Provisioner<'_>, names: &[String]) -> anyhow::Result<Vec<String>> {
    names.iter().try_for_each(|name| refuse_system(name))?;
    let mut host = provisioner.host().await?;
    let mut dropped = Vec::new();
    for name in names {
        if exists(&mut host, name).await? {
            drop_one(&mut host, name).await?;
            dropped.push(name.clone());
        }
    }
    host.close().await;
    Ok(dropped)
}

async fn replace(
    provisioner: &mut Provisioner<'_>,
    recipe: &Recipe,
    name: &str,
    is_reset: bool,
) -> anyhow::Result<(Database, Template)> {
    let (mut host, template) = template::ensure(provisioner, recipe).await?;
    let scratch = Lease::take(&mut host.session).await?.name("create", 0);
    clone::make(provisioner, &mut host, &template, std::slice::from_ref(&scratch)).await?;
    let placed = place(&mut host, &scratch, name, is_reset).await;
    if placed.is_err() {
        // Otherwise the next one does: its lease ends with this session.
        let _ = lease::drop(&mut host.session, &scratch).await;
    }
    host.close().await;
    placed.map(|()| (Database { name: name.to_owned(), options: provisioner.options.with_database(name) }, template))
}

/// Gives the finished database its name, the old one's if there is one.
async fn place(host: &mut Host, scratch: &str, name: &str, is_reset: bool) -> anyhow::Result<()> {
    if is_reset {
        drop_one(host, name).await?;
    }
    let rename = format!("ALTER DATABASE {} RENAME TO {}", quote::ident(scratch), quote::ident(name));
    host.session.settle(&rename).await.map_err(|failure| match failure.code() {
        Some(code) if *code == SqlState::DUPLICATE_DATABASE => taken(name).into(),
        _ => anyhow::anyhow!("failed to name the database {name}: {failure}"),
    })
}

async fn drop_one(host: &mut Host, name: &str) -> anyhow::Result<()> {
    lease::drop(&mut host.session, name).await.map_err(|failure| {
        let error = Error::new(Kind::Failed, format!("failed to drop the database {name}: {failure}"));
        match failure.code() {
            Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
                error.hint("connect as its owner, or as a superuser").into()
            }
            _ => error.into(),
        }
    })
}

async fn exists(host: &mut Host, name: &str) -> anyhow::Result<bool> {
    let found = format!("SELECT 1 FROM pg_catalog.pg_database WHERE datname = {}", quote::literal(name));
    let rows = host.session.simple(&found).await;
    rows.map(|rows| !rows.is_empty()).map_err(|failure| anyhow::anyhow!("failed to look for {name}: {failure}"))
}

fn taken(name: &str) -> Error {
    Error::new(Kind::Failed, format!("there is a database {name} already"))
        .hint(format!("`migrate db reset {name}` makes it anew, `migrate up` brings its schema up to date"))
}

fn refuse_system(name: &str) -> anyhow::Result<()> {
    if SYSTEM.contains(&name) {
        return Err(Error::new(Kind::Refused, format!("{name} belongs to the server itself"))
            .hint("its schema goes with `migrate down --all`, an embedded server with `migrate db destroy`")
            .into());
    }
    Ok(())
}
