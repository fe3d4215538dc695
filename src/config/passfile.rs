//! libpq's password file: `host:port:database:user:password`, `*` matches all, `\:` and `\\` escape.

use std::path::Path;

use anyhow::Context as _;
use tokio_postgres::Config;
use tokio_postgres::config::Host;

use super::parameters::SOCKET_FOLDERS;

/// Looks every host of a configuration up. A file that is not there says nothing; one that others can read is ignored
/// with a note.
pub(super) fn look_up(path: &Path, config: &Config, notes: &mut Vec<String>) -> anyhow::Result<Vec<Option<String>>> {
    let context = || format!("read the password file {}", path.display());
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(context),
    };
    if let Some(objection) = objection(path, &metadata) {
        notes.push(objection);
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(path).with_context(context)?;
    let text = String::from_utf8_lossy(&bytes);
    let (user, database) = (config.get_user().unwrap_or_default(), config.get_dbname().unwrap_or_default());
    let password = |(host, port): (&Host, &u16)| {
        let (name, or_localhost) = match host {
            Host::Tcp(name) => (name.clone(), false),
            Host::Unix(folder) => {
                let is_default = SOCKET_FOLDERS.iter().any(|default| folder == Path::new(default));
                (folder.to_string_lossy().into_owned(), is_default)
            }
        };
        find(&text, Wanted { host: &name, or_localhost, port: &port.to_string(), database, user })
    };
    Ok(config.get_hosts().iter().zip(config.get_ports()).map(password).collect())
}

/// What a line of the file must match.
#[derive(Clone, Copy, Debug)]
struct Wanted<'a> {
    /// The host as given; a socket folder for Unix sockets.
    host: &'a str,
    /// Whether `localhost` in the file means this host too, as it does for the default socket folder.
    or_localhost: bool,
    /// The port, in digits.
    port: &'a str,
    /// The database.
    database: &'a str,
    /// The user.
    user: &'a str,
}

/// The password of the first line that matches.
fn find(text: &str, wanted: Wanted<'_>) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| password(line, wanted))
}

fn password(line: &str, wanted: Wanted<'_>) -> Option<String> {
    let (host, rest) = field(line)?;
    let (port, rest) = field(rest)?;
    let (database, rest) = field(rest)?;
    let (user, rest) = field(rest)?;
    let host_fits = fits(host, wanted.host) || (wanted.or_localhost && fits(host, "localhost"));
    let all_fit = host_fits && fits(port, wanted.port) && fits(database, wanted.database) && fits(user, wanted.user);
    all_fit.then(|| unescape(field(rest).map_or(rest, |(password, _)| password)))
}

/// The text up to the first colon that is not escaped, and what follows it.
fn field(text: &str) -> Option<(&str, &str)> {
    let mut escape = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escape => escape = false,
            '\\' => escape = true,
            ':' => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

fn fits(pattern: &str, value: &str) -> bool {
    pattern == "*" || unescape(pattern) == value
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    plain
}

/// Why a password file must not be used, as libpq judges it: it must be a file that only its owner can read.
#[cfg(unix)]
fn objection(path: &Path, metadata: &std::fs::Metadata) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let name = path.display();
    if !metadata.is_file() {
        return Some(format!("the password file {name} is not a plain file and was not read"));
    }
    (metadata.permissions().mode() & 0o077 != 0)
        .then(|| format!("the password file {name} can be read by others and was ignored; run `chmod 0600 {name}`"))
}

/// Why a password file must not be used. Other systems guard the folder instead of the file.
#[cfg(not(unix))]
fn objection(path: &Path, metadata: &std::fs::Metadata) -> Option<String> {
    let name = path.display();
    (!metadata.is_file()).then(|| format!("the password file {name} is not a plain file and was not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted<'_> = Wanted { host: "db", or_localhost: false, port: "5432", database: "shop", user: "app" };

    #[test]
    fn the_first_line_that_matches_wins() {
        let text = "#db:5432:shop:app:comment\nother:*:*:*:no\ndb:5432:*:app:first\n*:*:*:*:last\n";
        assert_eq!(find(text, WANTED).as_deref(), Some("first"));
        assert_eq!(find(text, Wanted { user: "else", ..WANTED }).as_deref(), Some("last"));
        assert_eq!(find("db:5432:shop\n", WANTED), None);
        assert_eq!(find("", WANTED), None);
    }

    #[test]
    fn escapes_hold_in_every_field() {
        let text = r"fe80\:\:1:5432:a\\b:u\:v:p\:a\\s@/%s";
        let wanted = Wanted { host: "fe80::1", database: r"a\b", user: "u:v", ..WANTED };
        assert_eq!(find(text, wanted).as_deref(), Some(r"p:a\s@/%s"));
    }

    #[test]
    fn the_password_ends_at_a_bare_colon_as_in_libpq() {
        assert_eq!(find("*:*:*:*:pa:rest", WANTED).as_deref(), Some("pa"));
    }

    #[test]
    fn localhost_stands_for_the_default_socket_folder() {
        let socket = Wanted { host: "/var/run/postgresql", or_localhost: true, ..WANTED };
        assert_eq!(find("localhost:*:*:*:yes", socket).as_deref(), Some("yes"));
        assert_eq!(find("localhost:*:*:*:yes", Wanted { or_localhost: false, ..socket }), None);
    }

    #[test]
    fn a_star_with_more_behind_it_is_no_wildcard() {
        assert_eq!(find("*x:*:*:*:no", WANTED), None);
        assert_eq!(find(r"\*:*:*:*:no", WANTED), None);
    }
}
