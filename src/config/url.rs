//! A connection string taken apart: URL or `key=value` pairs into libpq's parameters by name.
//!
//! No message here repeats what it read: any part of a mistyped URL may be a piece of its password.

use std::collections::BTreeMap;

/// Parameters by libpq's names, values decoded.
pub(super) type Parameters = BTreeMap<String, String>;

/// Why a connection string cannot be read: what is wrong, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

fn malformed(message: impl Into<String>) -> Malformed {
    Malformed { message: message.into(), hint: None }
}

const ESCAPES: &str = "in a URL, write `@` in a user name or password as %40, `:` as %3A, `/` as %2F, `?` as %3F, `#` as %23 and `%` as %25";

fn unescaped(message: impl Into<String>) -> Malformed {
    Malformed { message: message.into(), hint: Some(ESCAPES.to_owned()) }
}

/// The URL behind its scheme, if it is one.
pub(super) fn behind_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"))
}

/// Takes a connection string apart.
pub(super) fn parse(text: &str) -> Result<Parameters, Malformed> {
    let text = text.trim();
    if text.is_empty() {
        return Err(malformed("the connection string is empty"));
    }
    if let Some(rest) = behind_scheme(text) {
        return parse_url(rest);
    }
    if let Some((scheme, _)) = text.split_once("://").filter(|(scheme, _)| !scheme.contains(['=', ' ', '@'])) {
        let hint =
            if scheme.starts_with("jdbc:") { "remove `jdbc:` from its start" } else { "start it with `postgres://`" };
        return Err(Malformed { message: "the URL is not one of PostgreSQL".to_owned(), hint: Some(hint.to_owned()) });
    }
    if !text.contains('=') {
        return Err(Malformed {
            message: "the connection string is neither a URL nor `key=value` pairs".to_owned(),
            hint: Some("write postgres://user@host:5432/database, or `host=… user=… dbname=…`".to_owned()),
        });
    }
    parse_pairs(text)
}

fn parse_url(rest: &str) -> Result<Parameters, Malformed> {
    let mut parameters = Parameters::new();
    let (before_query, query) = match rest.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (rest, None),
    };
    let (authority, path) = before_query.split_once('/').unwrap_or((before_query, ""));
    let hosts = match authority.split_once('@') {
        Some((_, hosts)) if hosts.contains('@') => {
            return Err(unescaped("the URL holds more than one `@` before its host: the password is not escaped"));
        }
        Some((credentials, hosts)) => {
            read_credentials(credentials, &mut parameters)?;
            hosts
        }
        // A `/` or `?` in the password ends the authority early, and the `@` turns up behind it.
        None if path.contains('@') || (query.is_some_and(|q| q.contains('@')) && !is_host_list(authority)) => {
            return Err(unescaped("the URL holds an `@` behind its host: the user name or password is not escaped"));
        }
        None => authority,
    };
    if parameters.contains_key("user") && path.contains('@') {
        return Err(unescaped("the URL holds more than one `@`: the password is not escaped"));
    }
    read_hosts(hosts, &mut parameters)?;
    if !path.is_empty() {
        parameters.insert("dbname".to_owned(), decode(path, "the database's name")?);
    }
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let Some((key, value)) = pair.split_once('=') else {
            return Err(malformed("a parameter behind the URL's `?` has no `=`"));
        };
        let key = decode(key, "the name of a parameter")?;
        let value = decode(value, &format!("the parameter `{}`", clean(&key)))?;
        parameters.insert(key, value);
    }
    Ok(parameters)
}

/// Whether text looks like `host`, `host:port` or several of them, with nothing that a password may have left there.
fn is_host_list(text: &str) -> bool {
    text.split(',').all(|part| part.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok()))
}

fn read_credentials(credentials: &str, parameters: &mut Parameters) -> Result<(), Malformed> {
    let (user, password) = match credentials.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (credentials, None),
    };
    if !user.is_empty() {
        parameters.insert("user".to_owned(), decode(user, "the user name")?);
    }
    if let Some(password) = password.filter(|password| !password.is_empty()) {
        parameters.insert("password".to_owned(), decode(password, "the password")?);
    }
    Ok(())
}

/// Reads `host:port,host:port`. Ports are kept only where one is given, so that `PGPORT` can stand in for the others.
fn read_hosts(text: &str, parameters: &mut Parameters) -> Result<(), Malformed> {
    if text.is_empty() {
        return Ok(());
    }
    let (mut hosts, mut ports) = (Vec::new(), Vec::new());
    for part in text.split(',') {
        let (host, port) = match part.strip_prefix('[') {
            Some(inner) => {
                let (host, after) = inner
                    .split_once(']')
                    .ok_or_else(|| malformed("the URL opens a `[` for an IPv6 address and does not close it"))?;
                match after.strip_prefix(':') {
                    Some(port) => (host, port),
                    None if after.is_empty() => (host, ""),
                    None => return Err(malformed("the URL has text between an IPv6 address's `]` and its port")),
                }
            }
            None => part.split_once(':').unwrap_or((part, "")),
        };
        if !port.is_empty() && port.parse::<u16>().map_or(true, |port| port == 0) {
            return Err(unescaped("the URL's port is not a number from 1 to 65535, or its password is not escaped"));
        }
        hosts.push(decode(host, "the host")?);
        ports.push(port);
    }
    if hosts.iter().any(|host| !host.is_empty()) {
        parameters.insert("host".to_owned(), hosts.join(","));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.insert("port".to_owned(), ports.join(","));
    }
    Ok(())
}

/// Undoes percent-encoding, strictly.
fn decode(text: &str, what: &str) -> Result<String, Malformed> {
    let strict = text
        .split('%')
        .skip(1)
        .all(|after| after.len() >= 2 && after.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit));
    if !strict {
        return Err(unescaped(format!("{what} in the URL has a `%` without two hexadecimal digits behind it")));
    }
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    match decoded {
        Ok(text) if text.contains('\0') => Err(malformed(format!("{what} in the URL holds a zero byte"))),
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(malformed(format!("{what} in the URL is not UTF-8 once decoded"))),
    }
}

/// Text that is safe to show: a parameter's name, shortened and without control characters.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

/// Reads `key = value key='quoted value'`, with `\` escaping as in libpq.
fn parse_pairs(text: &str) -> Result<Parameters, Malformed> {
    let mut parameters = Parameters::new();
    let mut chars = text.chars().peekable();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.peek().is_none() {
            return Ok(parameters);
        }
        let mut key = String::new();
        while let Some(c) = chars.next_if(|c| !c.is_whitespace() && *c != '=') {
            key.push(c);
        }
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.next() != Some('=') {
            return Err(Malformed {
                message: "the connection string has a word that is no `key=value` pair".to_owned(),
                hint: Some("a value with spaces needs quotes: password='two words'".to_owned()),
            });
        }
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        let quoted = chars.next_if_eq(&'\'').is_some();
        let value = read_value(&mut chars, quoted)
            .ok_or_else(|| malformed(format!("the value of `{}` opens a quote and does not close it", clean(&key))))?;
        parameters.insert(key, value);
    }
}

fn read_value(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, quoted: bool) -> Option<String> {
    let mut value = String::new();
    loop {
        match chars.peek().copied() {
            None if quoted => return None,
            None => return Some(value),
            Some('\'') if quoted => {
                chars.next();
                return Some(value);
            }
            Some(c) if !quoted && c.is_whitespace() => return Some(value),
            Some(c) => {
                chars.next();
                // A backslash at the very end stands for nothing, as in libpq.
                value.extend(if c == '\\' { chars.next() } else { Some(c) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap().into_iter().collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn urls_in_all_their_shapes() {
        let full =
            read("postgresql://app:p%40%3A%2F%25s@db.example.com:6543/shop?sslmode=verify-full&options=-c%20a%3Db");
        let expected = [
            ("dbname", "shop"),
            ("host", "db.example.com"),
            ("options", "-c a=b"),
            ("password", "p@:/%s"),
            ("port", "6543"),
            ("sslmode", "verify-full"),
            ("user", "app"),
        ];
        assert_eq!(full, pairs(&expected));
        assert_eq!(read("postgres://"), pairs(&[]));
        assert_eq!(read("postgres:///shop?host=/run/pg"), pairs(&[("dbname", "shop"), ("host", "/run/pg")]));
        assert_eq!(read("postgres://%2Frun%2Fpg:5433"), pairs(&[("host", "/run/pg"), ("port", "5433")]));
        assert_eq!(read("postgres://a,b:2,[::1]:3"), pairs(&[("host", "a,b,::1"), ("port", ",2,3")]));
        assert_eq!(read("postgres://u:a:b#c@h"), pairs(&[("host", "h"), ("password", "a:b#c"), ("user", "u")]));
        assert_eq!(read("postgres://h?user=a@b"), pairs(&[("host", "h"), ("user", "a@b")]));
    }

    #[test]
    fn a_password_that_is_not_escaped_is_recognised_and_never_repeated() {
        for password in
            ["hunter@2", "hunter/2", "hunter?2", "hunter%2", "hunter/2@x", "a@b/hunter", "hunter?a=b", "a/b?hunter"]
        {
            let error = parse(&format!("postgres://app:{password}@host/db")).unwrap_err();
            assert!(!error.message.contains("hunter"), "{password}: {}", error.message);
            assert_eq!(error.hint.as_deref(), Some(ESCAPES), "{password}: {}", error.message);
        }
    }

    #[test]
    fn pairs_with_quotes_and_escapes() {
        let read_pairs = read(r"host = db port=1 password='it\'s \\ two words' user=a\ b dbname=''");
        let expected =
            [("dbname", ""), ("host", "db"), ("password", r"it's \ two words"), ("port", "1"), ("user", "a b")];
        assert_eq!(read_pairs, pairs(&expected));
    }

    #[test]
    fn what_is_neither_is_refused_without_being_repeated() {
        for text in [
            "",
            "hunter2",
            "mysql://u:hunter2@h/d",
            "jdbc:postgresql://hunter2",
            "password=hunter2 x",
            "password='hunter2",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
        for text in [
            "postgres://h:0/d",
            "postgres://h:65536/d",
            "postgres://[::1/d",
            "postgres://[::1]x/d",
            "postgres://h?x",
            "postgres://h/%zz",
            "postgres://h/%00",
            "postgres://h/%ff",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
