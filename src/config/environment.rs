//! The process's environment as a value, so that the library can be tested without touching the real one.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::error::{Error, Kind};

/// Variables, current folder, home and user, captured once.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    /// The current folder. Absolute.
    pub current_dir: PathBuf,
    /// The user's home folder.
    pub home: Option<PathBuf>,
    /// The operating system's name of the user: libpq's default for `user`.
    pub user: Option<String>,
    /// The name of this machine.
    pub machine: Option<String>,
}

impl Environment {
    /// Reads the environment of this process. The only place that does. Variables whose names are not UTF-8 are left out.
    ///
    /// # Errors
    /// When the current folder cannot be read (it was removed, say).
    pub fn capture() -> anyhow::Result<Self> {
        let current_dir = std::env::current_dir().context("read the current folder")?;
        let variables = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Ok(Self {
            variables: variables.collect(),
            current_dir,
            home: std::env::home_dir().filter(|home| home.is_absolute()),
            user: whoami::username().ok(),
            machine: whoami::hostname().ok(),
        })
    }

    /// An environment that holds nothing but a current folder.
    #[must_use]
    pub fn empty(current_dir: impl Into<PathBuf>) -> Self {
        Self { current_dir: current_dir.into(), ..Self::default() }
    }

    /// The same with one more variable.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a variable unless it is there already.
    pub(super) fn add_default(&mut self, name: String, value: String) {
        self.variables.entry(name).or_insert_with(|| value.into());
    }

    /// A variable as it is. An empty one counts as absent, as in libpq.
    #[must_use]
    pub fn os(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// A variable as text. An empty one counts as absent.
    ///
    /// # Errors
    /// When its value is not UTF-8. The value is not shown: it may be a secret.
    pub fn text(&self, name: &str) -> anyhow::Result<Option<&str>> {
        let Some(value) = self.os(name) else { return Ok(None) };
        let text = value.to_str();
        text.map(Some).ok_or_else(|| {
            Error::new(Kind::Usage, format!("the environment variable {name} is not valid UTF-8")).into()
        })
    }

    /// Who runs the program, from where: `user@machine`.
    #[must_use]
    pub fn origin(&self) -> String {
        let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "unknown".to_owned());
        format!("{}@{}", name(&self.user), name(&self.machine))
    }

    /// A path taken from this environment's current folder.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> PathBuf {
        self.current_dir.join(path)
    }
}

impl std::fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Environment")
            .field("names", &self.variables.keys().collect::<Vec<_>>())
            .field("current_dir", &self.current_dir)
            .finish_non_exhaustive()
    }
}
