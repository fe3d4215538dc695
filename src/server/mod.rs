//! The embedded PostgreSQL: a private cluster in `.migrate/`, made and started when it is needed, left running.
//!
//! [`ensure`] is the door. Whoever finds the server running pays for reading two files; everything else happens under a
//! file lock, so that two first starts at once make one cluster. [`control`] stops, shows and deletes it.

mod account;
mod cluster;
pub mod control;
pub mod ephemeral;
pub mod fetch;
mod install;
mod lock;
pub mod machine;
mod place;
mod process;
pub mod programs;
mod socket;
pub mod stand_in;
mod start;
mod template;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::config::{ConnectOptions, EmbeddedOptions, SslMode};
use crate::error::{Error, Kind};
use crate::event::Observer;
use place::Place;
use process::PidFile;
use programs::Programs;

/// Asks a person a question that can be answered with yes or no.
pub type Confirm<'a> = &'a mut dyn FnMut(&str) -> Result<bool>;

/// Makes sure that the embedded server runs, and says how to connect to `options.database` on it.
///
/// The database itself is made only when it is `postgres`; for others see [`maintenance_options`].
///
/// # Errors
/// When there are no server programs and none may be fetched, when the data folder needs another major version, when the
/// disk is full, or when the server does not start: then with the last lines of its log.
pub fn ensure(options: &EmbeddedOptions, observer: &mut dyn Observer, confirm: Confirm<'_>) -> Result<ConnectOptions> {
    bring_up(options, false, observer, confirm)
}

/// Makes and starts a server, one whose data stays or an ephemeral one. A server that runs already serves, if it is not asked
/// for as ephemeral and is not.
fn bring_up(
    options: &EmbeddedOptions,
    is_ephemeral: bool,
    observer: &mut dyn Observer,
    confirm: Confirm<'_>,
) -> Result<ConnectOptions> {
    let place = Place::locate(options)?;
    if is_ephemeral {
        ephemeral::refuse_other(&place)?;
    }
    if let Some((_, folder)) = running(&place) {
        return Ok(connect_options(&folder, &options.database));
    }
    place::make_home(&place.home)?;
    let _lock = lock::take(&place.lock(), observer)?;
    // Another one may have done it all while we waited, and may have moved the place.
    let place = Place::locate(options)?;
    if is_ephemeral {
        ephemeral::refuse_other(&place)?;
    }
    if let Some((_, folder)) = running(&place) {
        return Ok(connect_options(&folder, &options.database));
    }
    let project = place.home.parent().unwrap_or(&place.home).to_path_buf();
    let account = account::choose(&place.data(), &project)?;
    let place = match is_ephemeral && !ephemeral::is_marked(&place) {
        true => ephemeral::prepare(place, options, account.as_ref(), observer)?,
        false => place.prepare(account.as_ref())?,
    };
    let major = cluster::major_version(&place.data())?;
    let programs = choose_programs(options, &place, major, observer, confirm)?;
    if major.is_none() {
        cluster::make(options, &place, &programs, account.as_ref(), observer)?;
    }
    if !start::clear(&place, observer)? {
        let folder = socket::make_folder(options, &place, account.as_ref())?;
        start::start(&place, &programs, account.as_ref(), &folder, observer)?;
    }
    let (_, folder) = running(&place).ok_or_else(|| {
        Error::new(Kind::Failed, "the embedded server ended right after its start")
            .hint(format!("the server's log is {}", place.log().display()))
    })?;
    Ok(connect_options(&folder, &options.database))
}

/// How to connect to the database `postgres` of the same server, to make or drop others.
#[must_use]
pub fn maintenance_options(options: &ConnectOptions) -> ConnectOptions {
    let mut options = options.clone();
    options.config.dbname("postgres");
    options
}

fn choose_programs(
    options: &EmbeddedOptions,
    place: &Place,
    major: Option<u32>,
    observer: &mut dyn Observer,
    confirm: Confirm<'_>,
) -> Result<Programs> {
    if let Some(programs) = programs::find_for(options, major)? {
        return Ok(programs);
    }
    let fetched = if major.is_none_or(|major| major >= programs::OLDEST_MAJOR) {
        fetch::fetch(options, major, observer, confirm)
    } else {
        Err(install::missing(None, major).into())
    };
    fetched.map_err(|error| match major {
        Some(major) => {
            let hint = "or give the data up and start anew: `migrate db destroy`";
            let kind = crate::error::kind_of(&error);
            let mut hints = crate::error::find(&error).map(|error| error.hints.clone()).unwrap_or_default();
            hints.push(hint.into());
            let message = format!("{} was made by PostgreSQL {major}; {error:#}", place.data().display());
            Error { kind, message, hints }.into()
        }
        None => error,
    })
}

/// The running server of a place and the folder of its socket. Starts no process: two files are read, two looked at.
fn running(place: &Place) -> Option<(PidFile, PathBuf)> {
    let file = PidFile::read(&place.data()).filter(PidFile::is_ready)?;
    // The folder of the project may have been renamed since the server started, and its socket with it.
    let folders = [socket::usual(place), file.socket.clone()];
    let folder = folders.into_iter().find(|folder| socket::file(folder).exists())?;
    process::is_server(&file, place).then_some((file, folder))
}

fn connect_options(folder: &Path, database: &str) -> ConnectOptions {
    let mut config = tokio_postgres::Config::new();
    config.host_path(folder).port(socket::PORT).user(cluster::SUPERUSER).dbname(database);
    ConnectOptions { ssl_mode: SslMode::Disable, ..ConnectOptions::new(config) }
}
