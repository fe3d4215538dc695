//! `${NAME}` and `env(NAME)` in the connection strings of `migrate.toml`, so that secrets need not stand in the file.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::environment::Environment;
use super::url::behind_scheme;
use crate::error::{Error, Kind};

/// Replaces the variables in a connection string. `place` says where it stands, for errors.
///
/// A value is taken as it is and escaped for where it lands: `postgres://app:${PW}@host/db` works with any password.
/// A string that is one variable and nothing else becomes its value.
pub(super) fn expand(text: &str, env: &Environment, place: &str) -> anyhow::Result<String> {
    let text = text.trim();
    if let Some(name) = whole(text) {
        return Ok(lookup(name, env, place)?.to_owned());
    }
    // Behind the last `@` of a URL stand hosts, ports and names, which people keep in variables as they would type them.
    let secret_until = if behind_scheme(text).is_some() { text.rfind('@').unwrap_or(0) } else { 0 };
    let mut expanded = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(open) = text[at..].find("${") {
        let start = at + open;
        let Some(length) = text[start..].find('}') else {
            return Err(Error::new(Kind::Usage, format!("{place}: `${{` is not closed by `}}`")).into());
        };
        expanded.push_str(&text[at..start]);
        let value = lookup(&text[start + 2..start + length], env, place)?;
        if start < secret_until {
            expanded.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        } else if behind_scheme(text).is_some() {
            expanded.push_str(value);
        } else {
            push_escaped(&mut expanded, value);
        }
        at = start + length + 1;
    }
    expanded.push_str(&text[at..]);
    Ok(expanded)
}

/// The name in a string that is `${NAME}` or `env(NAME)` and nothing else.
fn whole(text: &str) -> Option<&str> {
    let braces = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let name = braces.or_else(|| text.strip_prefix("env(").and_then(|rest| rest.strip_suffix(')')))?;
    (!name.contains(['{', '}', '(', ')', '$'])).then_some(name)
}

fn lookup<'a>(name: &str, env: &'a Environment, place: &str) -> anyhow::Result<&'a str> {
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let message = format!("{place}: a variable's name is made of letters, digits and `_`");
        return Err(Error::new(Kind::Usage, message).hint("write a literal `$` in a URL as %24").into());
    }
    env.text(name)?.ok_or_else(|| {
        let message = format!("{place} needs the environment variable {name}, which is not set");
        Error::new(Kind::Usage, message).hint(format!("set {name}, in the environment or in .env")).into()
    })
}

/// Appends a value to `key=value` pairs so that it is read as it is, inside quotes or not.
fn push_escaped(text: &mut String, value: &str) {
    for c in value.chars() {
        if c == '\\' || c == '\'' || c.is_whitespace() {
            text.push('\\');
        }
        text.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::url;

    fn env() -> Environment {
        Environment::empty("/").with("PW", r"p@:/%' \w").with("HOST", "db:6543").with("URL", "postgres://u:x%40@h/d")
    }

    #[test]
    fn a_password_may_hold_anything() {
        for text in ["postgres://app:${PW}@${HOST}/d", "host=h password=${PW} user=u", "host=h password='${PW}' user=u"]
        {
            let expanded = expand(text, &env(), "here").unwrap();
            assert_eq!(url::parse(&expanded).unwrap()["password"], r"p@:/%' \w", "{text}");
        }
    }

    #[test]
    fn a_host_with_its_port_and_a_whole_url_are_taken_as_they_are() {
        assert_eq!(expand("postgres://u@${HOST}/d", &env(), "here").unwrap(), "postgres://u@db:6543/d");
        for text in ["${URL}", " env(URL) "] {
            assert_eq!(expand(text, &env(), "here").unwrap(), "postgres://u:x%40@h/d");
        }
        assert_eq!(expand("postgres://u@h/d?x=$a", &env(), "here").unwrap(), "postgres://u@h/d?x=$a");
    }

    #[test]
    fn what_is_missing_is_named_with_its_place() {
        let error = expand("postgres://${NOT_THERE}@h/d", &env(), "url in [env.x]").unwrap_err().to_string();
        assert_eq!(error, "url in [env.x] needs the environment variable NOT_THERE, which is not set");
        assert!(expand("postgres://${PW", &env(), "here").is_err());
        assert!(expand("postgres://${a b}", &env(), "here").is_err());
    }
}
