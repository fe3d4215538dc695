//! `migrate.toml`: found, read, and its mistakes named by file, line and key.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;

use super::keys::nearest;
use super::{Access, Platform, TableName, duration, supabase};
use crate::error::{Error, Kind};

/// The file's name.
pub(super) const NAME: &str = "migrate.toml";

/// What the file may say. Absent keys have their defaults elsewhere.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) platform: Option<PlatformName>,
    pub(super) migrations: Option<PathBuf>,
    pub(super) rollbacks: Option<PathBuf>,
    pub(super) expose_new_tables: Option<bool>,
    pub(super) lock_timeout: Option<Time>,
    pub(super) statement_timeout: Option<Time>,
    pub(super) lock_wait: Option<Time>,
    pub(super) lock_retries: Option<u32>,
    pub(super) shadow_url: Option<String>,
    pub(super) template_lifetime: Option<Time>,
    #[serde(default)]
    pub(super) ledger: Ledger,
    pub(super) access: Option<Access>,
    #[serde(default)]
    pub(super) diff: Diff,
    #[serde(default)]
    pub(super) env: BTreeMap<String, Target>,
}

/// `[ledger]`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ledger {
    pub(super) refinery_table: Option<Table>,
    pub(super) supabase: Option<bool>,
}

/// `[diff]`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Diff {
    #[serde(default)]
    pub(super) ignore: Vec<String>,
}

/// `[env.NAME]`
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Target {
    pub(super) url: Option<String>,
    #[serde(default)]
    pub(super) protected: bool,
}

/// `platform`
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PlatformName {
    Postgres,
    Supabase,
}

impl From<PlatformName> for Platform {
    fn from(name: PlatformName) -> Self {
        match name {
            PlatformName::Postgres => Platform::Postgres,
            PlatformName::Supabase => Platform::Supabase,
        }
    }
}

/// A duration with its unit.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Time(pub(super) std::time::Duration);

impl TryFrom<String> for Time {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        duration::parse(&text).map(Time)
    }
}

/// A table, its schema given.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Table(pub(super) TableName);

impl TryFrom<String> for Table {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('.').filter(|(schema, name)| !schema.is_empty() && !name.is_empty());
        let (schema, name) = parts.ok_or_else(|| format!("`{text}` needs its schema: `public.{text}`"))?;
        // Longer names are cut by the server, and would then not be found again.
        let fits = |part: &str| part.len() < 64 && !part.contains(['.', '"', '\0']);
        if !(fits(schema) && fits(name)) {
            return Err(format!("`{text}` is not `schema.table`, without quotes, of at most 63 bytes each"));
        }
        Ok(Table(TableName { schema: schema.to_owned(), name: name.to_owned() }))
    }
}

/// The nearest folder with a `migrate.toml`, or that is a project of Supabase's CLI, from a folder upward.
pub(super) fn find_upward(from: &Path) -> Option<PathBuf> {
    from.ancestors()
        .find(|folder| folder.join(NAME).is_file() || folder.join(supabase::FILE).is_file())
        .map(Path::to_owned)
}

/// Reads the file in a folder; `None` when there is none.
pub(super) fn read(folder: &Path) -> anyhow::Result<Option<File>> {
    let path = folder.join(NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => parse(&text, &path).map(Some).map_err(Into::into),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("read {}", path.display())),
    }
}

fn parse(text: &str, path: &Path) -> Result<File, Error> {
    let file: File = toml::from_str(text).map_err(|error| explain(text, path, &error))?;
    if let Some(Err(message)) = file.access.as_ref().map(Access::check) {
        return Err(Error::new(Kind::Usage, format!("{}: {message}", path.display())));
    }
    Ok(file)
}

/// The parser's error with file, line and the nearest known key. Its own rendering would quote the line, which may
/// hold a password; so may the value that it names when the type is wrong.
fn explain(text: &str, path: &Path, error: &toml::de::Error) -> Error {
    let line = error.span().map(|span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    let place = match line {
        Some(line) => format!("{}:{line}", path.display()),
        None => path.display().to_string(),
    };
    let message = error.message();
    // serde: unknown field `x`, expected `a` or `b`; … expected one of `a`, `b`; unknown variant alike.
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = |what: &str, key: &str| Error::new(Kind::Usage, format!("{place}: unknown {what} `{key}`"));
    let (error, typed) = match quoted.next() {
        Some(key) if message.starts_with("unknown field") => (unknown("key", key), key),
        Some(value) if message.starts_with("unknown variant") => (unknown("value", value), value),
        _ => return Error::new(Kind::Usage, format!("{place}: {}", without_value(message))),
    };
    let known: Vec<&str> = quoted.collect();
    error.hint(match nearest(typed, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", known.join(", ")),
    })
}

/// serde names the value whose type is wrong; a string's text is left out.
fn without_value(message: &str) -> String {
    let message = message.trim_end().replace('\n', ", ");
    let marker = "invalid type: string ";
    match (message.find(marker), message.rfind(", expected ")) {
        (Some(start), Some(end)) if start < end => {
            format!("{}invalid type: string{}", &message[..start], &message[end..])
        }
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> Error {
        parse(text, Path::new("migrate.toml")).err().unwrap()
    }

    #[test]
    fn every_key_is_read() {
        let text = "platform = 'supabase'\nmigrations = 'db/m'\nrollbacks = 'db/r'\nexpose_new_tables = true\n\
            lock_timeout = '2s'\nstatement_timeout = '1h'\nlock_wait = '1min'\nlock_retries = 3\nshadow_url = 'postgres://h/s'\n\
            [ledger]\nrefinery_table = 'public.refinery_schema_history'\nsupabase = false\n[diff]\nignore = ['schema audit']\n\
            [env.production]\nurl = 'postgres://h/d'\nprotected = true\n[env.local]\n";
        let file = parse(text, Path::new("migrate.toml")).unwrap();
        assert_eq!(file.lock_timeout.unwrap().0.as_secs(), 2);
        assert_eq!(file.ledger.refinery_table.unwrap().0.schema, "public");
        assert_eq!(file.diff.ignore, ["schema audit"]);
        assert!(file.env["production"].protected && !file.env["local"].protected);
    }

    #[test]
    fn a_mistyped_key_is_named_with_its_line_and_the_nearest_one() {
        let error = wrong("platform = 'postgres'\n\n[env.production]\nurll = 'postgres://u:hunter2@h/d'\n");
        assert_eq!(error.message, "migrate.toml:4: unknown key `urll`");
        assert_eq!(error.hints, ["did you mean `url`?"]);
        let error = wrong("lock_timout = '5s'\n");
        assert_eq!(
            (error.message.as_str(), error.hints[0].as_str()),
            ("migrate.toml:1: unknown key `lock_timout`", "did you mean `lock_timeout`?")
        );
        let error = wrong("[ledger]\nzzz = 1\n");
        assert_eq!(error.hints, ["known here: refinery_table, supabase"]);
        assert_eq!(wrong("platform = 'supabse'").hints, ["did you mean `supabase`?"]);
    }

    #[test]
    fn no_message_holds_a_url() {
        for text in [
            "env.production = 'postgres://u:hunter2@h/d'",
            "[env.a]\nprotected = 'postgres://u:hunter2@h/d'",
            "[env.a]\nurl = 'postgres://u:hunter2@h/d",
            "[env.a]\nurl = postgres://u:hunter2@h/d",
            "[env.a]\nurl = ['postgres://u:hunter2@h/d']",
            "[env.a]\nurl = 'postgres://u:hunter2@h/d' x",
        ] {
            let error = wrong(text);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
            assert!(error.message.starts_with("migrate.toml:"), "{}", error.message);
        }
    }

    #[test]
    fn values_are_checked() {
        assert_eq!(
            wrong("\nlock_timeout = '5'").message,
            "migrate.toml:2: `5` is not a duration: write a number and a unit, such as `500ms`, `5s`, `10min` or `1h`"
        );
        assert!(wrong("[ledger]\nrefinery_table = 'history'").message.contains("public.history"));
        assert!(parse("[ledger]\nrefinery_table = 'a.b.c'", Path::new("x")).is_err());
    }
}
