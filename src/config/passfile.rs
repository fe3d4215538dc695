//! libpq's password file: `host:port:database:user:password`, `*` matches all, `\:` and `\\` escape.

use std::path::Path;

/// What a line of the file must match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// The host as given; a socket folder for Unix sockets.
    pub(super) host: &'a str,
    /// Whether `localhost` in the file means this host too, as it does for the default socket folder.
    pub(super) or_localhost: bool,
    /// The port, in digits.
    pub(super) port: &'a str,
    /// The database.
    pub(super) database: &'a str,
    /// The user.
    pub(super) user: &'a str,
}

/// The password of the first line that matches.
pub(super) fn find(text: &str, wanted: Wanted<'_>) -> Option<String> {
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
pub(super) fn objection(path: &Path, metadata: &std::fs::Metadata) -> Option<String> {
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
pub(super) fn objection(path: &Path, metadata: &std::fs::Metadata) -> Option<String> {
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
