//! Directives in a query's header: `-- bench: …`. A comment line with four blanks or more goes on with the one before.

use super::limit::Limit;

/// What a header says.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) title: Option<String>,
    pub(super) email: Option<String>,
    pub(super) role: Option<String>,
    pub(super) claims: Option<serde_json::Map<String, serde_json::Value>>,
    pub(super) lets: Vec<RawLet>,
    pub(super) is_writing: bool,
    pub(super) limits: Vec<Limit>,
    /// The line of `as`.
    pub(super) email_line: usize,
}

/// `let a, b = select …`
#[derive(Debug)]
pub(super) struct RawLet {
    pub(super) line: usize,
    pub(super) names: Vec<String>,
    pub(super) sql: String,
}

const NAMES: [&str; 7] = ["title", "as", "role", "claims", "let", "writes", "max"];

/// Reads the comment lines and blanks before the statement: what they say, and what is wrong with them, by line.
pub(super) fn read(text: &str) -> (Header, Vec<(usize, String)>) {
    let (mut header, mut errors) = (Header::default(), Vec::new());
    for (line, directive) in directives(text) {
        if let Err(message) = header.take(line, &directive) {
            errors.push((line, message));
        }
    }
    (header, errors)
}

/// The directives with their lines, those that go on put together.
fn directives(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let Some(comment) = line.strip_prefix("--") else {
            if line.is_empty() {
                goes_on = false;
                continue;
            }
            break;
        };
        if let Some(directive) = comment.trim_start().strip_prefix("bench:") {
            found.push((index + 1, directive.trim().to_owned()));
            goes_on = true;
        } else if let (true, true, Some((_, last))) = (goes_on, comment.starts_with("    "), found.last_mut()) {
            last.push('\n');
            last.push_str(comment.trim());
        } else {
            goes_on = false;
        }
    }
    found
}

impl Header {
    fn take(&mut self, line: usize, directive: &str) -> Result<(), String> {
        let end = directive.find(char::is_whitespace).unwrap_or(directive.len());
        let (name, value) = (&directive[..end], directive[end..].trim());
        if !NAMES.contains(&name) {
            return Err(unknown(name));
        }
        match (name, value) {
            ("writes", "") => self.is_writing = true,
            ("writes", _) => return Err(format!("`writes` takes no value, but `{value}` follows")),
            (_, "") => return Err(format!("`{name}` needs a value: {}", example(name))),
            ("title", _) => once(name, &mut self.title, value.replace('\n', " "))?,
            ("as", _) => {
                once(name, &mut self.email, value.to_owned())?;
                self.email_line = line;
            }
            ("role", _) => once(name, &mut self.role, value.to_owned())?,
            ("claims", _) => {
                let claims = serde_json::from_str(value)
                    .map_err(|error| format!("`claims` is no JSON object: {error}; {}", example(name)))?;
                once(name, &mut self.claims, claims)?;
            }
            ("max", _) => self.limits.push(value.parse()?),
            _ => self.lets.push(let_directive(line, value)?),
        }
        Ok(())
    }
}

fn once<T>(name: &str, place: &mut Option<T>, value: T) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("`{name}` is said twice")),
    }
}

/// `NAME[, NAME…] = SELECT …`
fn let_directive(line: usize, value: &str) -> Result<RawLet, String> {
    let (names, sql) = value.split_once('=').ok_or_else(|| format!("`let` needs a query: {}", example("let")))?;
    let names: Vec<String> = names.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    let is_name = |name: &String| {
        let mut chars = name.chars();
        chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if let Some(wrong) = names.iter().find(|name| !is_name(name)) {
        return Err(format!("`{wrong}` is no name for a value: {}", example("let")));
    }
    Ok(RawLet { line, names, sql: sql.trim().to_owned() })
}

fn example(name: &str) -> &'static str {
    match name {
        "title" => "`-- bench: title my last orders`",
        "as" => "`-- bench: as somebody@example.com`",
        "role" => "`-- bench: role anon`",
        "claims" => r#"`-- bench: claims {"role": "authenticated", "sub": "…"}`"#,
        "max" => "`-- bench: max p95<100ms`",
        _ => "`-- bench: let shop = select id from shops`",
    }
}

fn unknown(name: &str) -> String {
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&name.to_ascii_lowercase(), known);
    let close = NAMES.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    match close.filter(|close| likeness(close) > 0.6) {
        Some(close) => format!("unknown directive `{name}`; did you mean `{close}`?"),
        None => format!("unknown directive `{name}`; there are {}", NAMES.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read() {
        let (header, errors) = read(
            "-- what it is for\n-- bench: title my orders\n--bench: as a@b.example\n-- bench: max p95<100ms\n\n\
             -- bench: let Shop, till = select a,\n--     b from c where x = 1\n-- a word\n--     more of it\n\
             -- bench: claims {\"a\": 1}\n-- bench: writes\nselect 1\n-- bench: nothing\n",
        );
        assert_eq!(errors, []);
        assert_eq!(header.title.as_deref(), Some("my orders"));
        assert_eq!((header.email.as_deref(), header.email_line), (Some("a@b.example"), 3));
        assert_eq!(header.limits[0].to_string(), "p95<100ms");
        assert_eq!((header.lets[0].line, header.lets[0].sql.as_str()), (6, "select a,\nb from c where x = 1"));
        assert_eq!(header.lets[0].names, ["shop", "till"]);
        assert!(header.is_writing && header.claims.is_some_and(|claims| claims["a"] == 1));
    }

    #[test]
    fn what_is_wrong_is_told_by_line() {
        let wrong = |text: &str| read(text).1;
        let said = |line: usize, message: &str| vec![(line, message.to_owned())];
        assert_eq!(wrong("\n-- bench: titel x"), said(2, "unknown directive `titel`; did you mean `title`?"));
        assert_eq!(
            wrong("-- bench: q"),
            said(1, "unknown directive `q`; there are title, as, role, claims, let, writes, max")
        );
        assert_eq!(wrong("-- bench: role"), said(1, "`role` needs a value: `-- bench: role anon`"));
        assert_eq!(wrong("-- bench: role a\n-- bench: role b"), said(2, "`role` is said twice"));
        assert_eq!(wrong("-- bench: writes x"), said(1, "`writes` takes no value, but `x` follows"));
        for text in ["let x", "let 1x = select 1", "claims [1]", "claims {", "max p95", "let = select 1"] {
            assert_eq!(wrong(&format!("-- bench: {text}")).len(), 1, "{text}");
        }
    }
}
