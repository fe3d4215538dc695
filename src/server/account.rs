//! The user who runs the server, and how its programs are started as that user.
//!
//! initdb and postgres refuse to run as root, and containers run everything as root. There the server runs as, in this order:
//! whoever owns a data folder that is there already; whoever owns the project folder (so that `sudo migrate up` leaves a
//! cluster that its owner can use without sudo); the account `postgres`; `_postgres` (macOS); `nobody`. Each must have an
//! entry in the user database, since initdb looks its own name up. Everybody else runs the server as themselves.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::error::{Error, Kind};

/// Variables that change what the server programs do. The server's behaviour must come from its folder alone.
const FOREIGN_VARIABLES: [&str; 14] = [
    "PGDATA",
    "PGPORT",
    "PGHOST",
    "PGHOSTADDR",
    "PGUSER",
    "PGDATABASE",
    "PGPASSWORD",
    "PGPASSFILE",
    "PGOPTIONS",
    "PGSERVICE",
    "PGCLIENTENCODING",
    "PGDATESTYLE",
    "PGTZ",
    "LC_MESSAGES",
];

/// An unprivileged account that runs the server for root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) name: String,
}

/// The account to run the server as, or None to run it as ourselves.
///
/// `data` is the data folder (there or not), `project` the folder that holds `.migrate`.
pub(super) fn choose(data: &Path, project: &Path) -> Result<Option<Account>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let owner_of = |path: &Path| fs::metadata(path).ok().and_then(|meta| by_uid(&users, meta.uid()));
    owner_of(data)
        .or_else(|| owner_of(project))
        .or_else(|| ["postgres", "_postgres", "nobody"].iter().find_map(|name| by_name(&users, name)))
        .map(Some)
        .ok_or_else(|| {
            Error::new(Kind::Failed, "PostgreSQL refuses to run as root, and there is no other user to run it as")
                .hint("add one (`useradd --system postgres`), or run this command as an ordinary user")
                .into()
        })
}

/// The user that owns the server's files: the account, or ourselves.
pub(super) fn server_uid(account: Option<&Account>) -> u32 {
    account.map_or_else(|| rustix::process::geteuid().as_raw(), |account| account.uid)
}

fn by_uid(users: &str, uid: u32) -> Option<Account> {
    accounts(users).find(|account| account.uid == uid)
}

fn by_name(users: &str, name: &str) -> Option<Account> {
    accounts(users).find(|account| account.name == name)
}

/// The ordinary accounts of a passwd file: root is none.
fn accounts(users: &str) -> impl Iterator<Item = Account> {
    users.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        // macOS writes nobody's ids as -2.
        let mut id =
            || fields.next()?.parse::<i64>().ok().map(|id| u32::try_from(id & 0xffff_ffff).unwrap_or(u32::MAX));
        let _password = id();
        let (uid, gid) = (id()?, id()?);
        (uid != 0).then_some(Account { uid, gid, name })
    })
}

/// A command that runs `program` as the server's user, with nothing on standard input and none of our PG* variables.
pub(super) fn command(program: impl AsRef<OsStr>, account: Option<&Account>) -> Command {
    let mut command = Command::new(program);
    // The account may not be able to read our working directory, and a server must not keep one busy.
    command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C");
    for name in FOREIGN_VARIABLES {
        command.env_remove(name);
    }
    if let Some(account) = account {
        // With a uid given, the standard library drops root's supplementary groups as well.
        command.uid(account.uid).gid(account.gid).env("USER", &account.name).env("LOGNAME", &account.name);
        command.env("HOME", "/");
    }
    command
}

/// Gives `path` to the account; nothing to do when we run the server ourselves.
pub(super) fn give(path: &Path, account: Option<&Account>) -> std::io::Result<()> {
    match account {
        Some(account) => std::os::unix::fs::lchown(path, Some(account.uid), Some(account.gid)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USERS: &str = "root:x:0:0::/root:/bin/sh\nbroken line\nnobody:*:-2:-2::/var/empty:/usr/bin/false\n\
                         postgres:x:101:104:PostgreSQL:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn accounts_are_read_and_root_is_none_of_them() {
        assert_eq!(by_name(USERS, "postgres"), Some(Account { uid: 101, gid: 104, name: "postgres".into() }));
        assert_eq!(by_uid(USERS, 101).unwrap().name, "postgres");
        assert_eq!(by_name(USERS, "nobody").unwrap().uid, u32::MAX - 1);
        assert_eq!(by_uid(USERS, 0), None);
        assert_eq!(by_name(USERS, "broken line"), None);
    }
}
