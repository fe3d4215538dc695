//! What to tell somebody who lacks the server programs.

use std::path::Path;

use super::programs::OLDEST_MAJOR;
use crate::error::{Error, Kind};

/// The error for programs that are not there: none at all, none in the folder that was given, or none of one version.
pub(super) fn missing(given: Option<&Path>, major: Option<u32>) -> Error {
    let message = match (given, major) {
        (Some(folder), _) => format!("--pg-bin {} holds no `initdb` and `postgres`", folder.display()),
        (None, Some(major)) => format!("this machine has no PostgreSQL {major} server programs"),
        (None, None) => {
            format!(
                "no database is configured, and this machine has no PostgreSQL server programs ({OLDEST_MAJOR} or newer)"
            )
        }
    };
    let kind = if given.is_some() { Kind::Usage } else { Kind::Failed };
    hints(Error::new(kind, message), major)
}

/// Adds how each system installs them.
pub(super) fn hints(error: Error, major: Option<u32>) -> Error {
    let number = major.map_or_else(|| OLDEST_MAJOR.to_string(), |major| major.to_string());
    let homebrew = major.map_or_else(|| "17".to_owned(), |major| major.to_string());
    error
        .hint(format!("Debian, Ubuntu: apt-get install postgresql-{number} (or `postgresql` for the newest)"))
        .hint("Fedora: dnf install postgresql-server postgresql-contrib")
        .hint(format!("macOS: brew install postgresql@{homebrew}"))
        .hint(format!("Windows: winget install PostgreSQL.PostgreSQL.{homebrew}, and name the server with --url"))
        .hint("or name a server: --url postgres://… or DATABASE_URL; programs in another folder: --pg-bin FOLDER")
}
