//! What is taken off tables before many rows go in, and what must hold afterwards.
//!
//! Triggers, and foreign keys to other tables, are switched off for the loading sessions alone where the role may do that
//! (`session_replication_role`): nothing of it is in the catalog, so nothing can be forgotten there. Where it may not, they
//! are taken off with the rest.

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;

use crate::database::session::{Failure, Session};
use crate::error::{Error, Kind};
use crate::sql::quote;

/// How triggers are kept from firing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Triggers {
    /// By a setting of the session.
    Session,
    /// In the catalog.
    Catalog,
}

impl Triggers {
    /// What the role may do.
    pub(super) async fn of(session: &mut Session) -> Result<Self, Failure> {
        let tried = session.settle("BEGIN; SET LOCAL session_replication_role = replica; ROLLBACK").await;
        match tried {
            Ok(()) => Ok(Triggers::Session),
            Err(failure) if failure.code() == Some(&SqlState::INSUFFICIENT_PRIVILEGE) => {
                session.settle("ROLLBACK").await?;
                Ok(Triggers::Catalog)
            }
            Err(failure) => Err(failure),
        }
    }

    /// A statement for the beginning of a transaction.
    pub(super) fn off_locally(self) -> &'static str {
        match self {
            Triggers::Session => "SET LOCAL session_replication_role = replica",
            Triggers::Catalog => "SELECT",
        }
    }

    /// A statement for a loading session.
    pub(super) fn off(self) -> &'static str {
        match self {
            Triggers::Session => "SET session_replication_role = replica",
            Triggers::Catalog => "SELECT",
        }
    }
}

/// Names of tables as an array.
pub(super) fn array(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Takes off what would be in the way and notes how it is made again, in the transaction that is open.
pub(super) async fn strip(session: &mut Session, tables: &[&str], triggers: Triggers) -> Result<usize, Failure> {
    session.settle("SET LOCAL search_path = ''").await?;
    let all = triggers == Triggers::Catalog;
    let found =
        session.query(include_str!("sql/strip.sql"), &[(&array(tables), Type::TEXT_ARRAY), (&all, Type::BOOL)]).await?;
    // Two round trips, however many there are.
    let (mut make, mut take) = (Vec::new(), Vec::new());
    for row in &found {
        let (phase, relation, name): (i32, &str, &str) = (row.get(0), row.get(1), row.get(2));
        if let Some(statement) = row.get::<_, Option<&str>>(4) {
            let values = [relation, name, statement].map(quote::literal).join(", ");
            make.push(format!("({phase}, {values})"));
        }
        take.extend(row.get::<_, Option<&str>>(3).map(str::to_owned));
    }
    if !make.is_empty() {
        let columns = "migrate.volume_rebuild (phase, relation, name, statement)";
        session.settle(&format!("INSERT INTO {columns} VALUES {}", make.join(", "))).await?;
    }
    session.settle(&take.join("; ")).await?;
    let taken = take.len();
    Ok(taken)
}

/// Which foreign keys are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// Of these tables.
    Of,
    /// To these tables.
    To,
}

/// Statements that fail when a row refers to nothing: for foreign keys that did not check while rows came or went. `due` are
/// those that will be validated by themselves, as `relation.constraint`. In the transaction that is open.
pub(super) async fn verify(
    session: &mut Session,
    tables: &[&str],
    keys: Keys,
    due: &[String],
) -> Result<Vec<(String, String)>, Failure> {
    let to = keys == Keys::To;
    session.settle("SET LOCAL search_path = ''").await?;
    let found = session
        .query(
            include_str!("sql/verify.sql"),
            &[(&array(tables), Type::TEXT_ARRAY), (&due, Type::TEXT_ARRAY), (&to, Type::BOOL)],
        )
        .await?;
    Ok(found.iter().map(|row| (row.get(0), refuse(row.get(0), row.get(1)))).collect())
}

/// The block that runs a query for a broken foreign key and fails with its name.
fn refuse(relation: &str, query: &str) -> String {
    let block = include_str!("sql/refuse.sql")
        .replace("{query}", &quote::literal(query))
        .replace("{relation}", &quote::literal(relation));
    format!("DO {}", quote::literal(&block))
}

/// An error while something was done to the target.
pub(super) fn failed(what: &str, failure: &Failure) -> Error {
    let kind = match failure {
        Failure::Interrupted | Failure::Abandoned => Kind::Interrupted,
        Failure::Server(error) if *error.code() == SqlState::LOCK_NOT_AVAILABLE => Kind::Locked,
        _ => Kind::Failed,
    };
    let mut message = format!("{what}: {failure}");
    if let Failure::Server(error) = failure {
        for (word, text) in [("detail", error.detail()), ("where", error.where_())] {
            if let Some(text) = text {
                message.push_str(&format!("\n{word}: {text}"));
            }
        }
    }
    Error::new(kind, message)
}
