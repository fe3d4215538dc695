//! A failing script as a person reads it: file, line, column, excerpt, what the server said, what was done before.

use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

use super::step::Step;
use crate::database::session::Failure;
use crate::error::{Error, Kind};
use crate::sql::position;

/// Where in a script the server stopped.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    /// Statements of the script that were complete.
    pub statements: usize,
    /// Characters of the script before the text that was sent, to be added to the server's position.
    pub offset: usize,
}

/// Turns a failure in a script into the error that the command ends with.
pub(crate) fn script_error(step: &Step, spot: Spot, failure: &Failure) -> Error {
    match failure {
        Failure::Server(error) => server_error(step, spot, error),
        Failure::Lost(why) => Error::new(
            Kind::Failed,
            format!("the connection was lost while {} ran: {why}", step.place(spot.statements)),
        )
        .hint("`migrate status` tells what took effect; running the same command again goes on from there"),
        Failure::Interrupted | Failure::Abandoned => {
            Error::new(Kind::Interrupted, format!("{failure} while {} ran", step.place(spot.statements)))
        }
    }
}

fn server_error(step: &Step, spot: Spot, error: &DbError) -> Error {
    let place = match error.position() {
        Some(ErrorPosition::Original(at)) => {
            let at = usize::try_from(*at).unwrap_or(1) + spot.offset;
            let location = position::locate(&step.text, at);
            format!("{}:{}:{}", step.path, location.line, location.column)
        }
        _ => step.place(spot.statements),
    };
    let mut message = format!("{place}: {} (SQLSTATE {})", error.message(), error.code().code());
    if let Some(ErrorPosition::Original(at)) = error.position() {
        let at = usize::try_from(*at).unwrap_or(1) + spot.offset;
        message.push('\n');
        message.push_str(&position::render(&position::locate(&step.text, at)));
    }
    for (word, text) in [("detail", error.detail()), ("hint", error.hint()), ("where", error.where_())] {
        if let Some(text) = text {
            message.push_str(&format!("\n{word}: {text}"));
        }
    }
    let kind = if is_lock_trouble(error.code()) { Kind::Locked } else { Kind::Failed };
    let result = Error::new(kind, message);
    match error.code() {
        code if *code == SqlState::ACTIVE_SQL_TRANSACTION => {
            result.hint("if the statement cannot run in a transaction, say `-- migrate: no-transaction` in the header")
        }
        code if *code == SqlState::READ_ONLY_SQL_TRANSACTION => {
            result.hint("the server is read-only; use the URL of the primary")
        }
        code if *code == SqlState::INSUFFICIENT_PRIVILEGE => {
            result.hint("connect as a role that owns the objects, or grant it what the message names")
        }
        code if *code == SqlState::DISK_FULL => {
            result.hint("free space on the server's disk, then run the command again")
        }
        _ => result,
    }
}

/// Codes that mean "not now": a lock timeout, a deadlock, a serialization failure.
#[must_use]
pub(crate) fn is_lock_trouble(code: &SqlState) -> bool {
    [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::T_R_SERIALIZATION_FAILURE].contains(code)
}
