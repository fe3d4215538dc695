//! What every command needs: settings, the user, the wish to stop.

use crate::config::{ConnectOptions, Environment, Overrides, Settings, Source, Target, environment_options, resolve};
use crate::database::interrupt::Interrupt;
use crate::engine::run::Run;
use crate::engine::up::Outcome;
use crate::error::{Error, Kind};
use crate::migration::{self, Pair};
use crate::report::Ui;

/// A command's surroundings.
pub struct Context<'a> {
    /// The user.
    pub ui: &'a mut Ui,
    /// Ctrl-C.
    pub interrupt: Interrupt,
    /// What a JSON error document tells of what was done before.
    pub partial: &'a mut Option<serde_json::Value>,
    overrides: Overrides,
    environment: &'a Environment,
    settings: Option<Settings>,
}

impl<'a> Context<'a> {
    /// Starts to listen for Ctrl-C.
    pub fn new(
        overrides: Overrides,
        environment: &'a Environment,
        ui: &'a mut Ui,
        partial: &'a mut Option<serde_json::Value>,
    ) -> anyhow::Result<Self> {
        Ok(Self { ui, interrupt: Interrupt::listen()?, partial, overrides, environment, settings: None })
    }

    /// The environment of the process.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        self.environment
    }

    /// The database of an environment of `migrate.toml`.
    pub fn environment_options(&self, name: &str) -> anyhow::Result<ConnectOptions> {
        environment_options(&self.overrides, self.environment, name)
    }

    /// The settings, resolved on first use; notes about them are said once.
    pub fn settings(&mut self) -> anyhow::Result<Settings> {
        if let Some(settings) = &self.settings {
            return Ok(settings.clone());
        }
        let (settings, notes) = resolve(&self.overrides, self.environment)?;
        self.ui.say(&format!("target: {}", target_name(&settings)));
        for note in notes.into_iter().chain(migration::notes(&settings.source)) {
            self.ui.say(&note);
        }
        self.settings = Some(settings.clone());
        Ok(settings)
    }

    /// The settings, without a word about the target: for commands that have none.
    pub fn settings_quietly(&mut self) -> anyhow::Result<Settings> {
        let (settings, _) = resolve(&self.overrides, self.environment)?;
        self.settings = Some(settings.clone());
        Ok(settings)
    }

    /// The migrations, and the target's name for reports.
    pub fn pairs(&mut self) -> anyhow::Result<(Vec<Pair>, String)> {
        let settings = self.settings()?;
        Ok((migration::discover(&settings.source)?, target_name(&settings)))
    }

    /// The target's name for reports.
    pub fn target(&mut self) -> anyhow::Result<String> {
        Ok(target_name(&self.settings()?))
    }

    /// The folders in which new scripts are written.
    pub fn folders(&mut self) -> anyhow::Result<(std::path::PathBuf, std::path::PathBuf)> {
        let settings = self.settings()?;
        Ok(match settings.source {
            Source::Folder { migrations, rollbacks } | Source::Supabase { migrations, rollbacks } => {
                (migrations, rollbacks)
            }
            Source::Bundled => (settings.root.join("migrations"), settings.root.join("rollbacks")),
        })
    }

    /// Opens the target and reads its ledger while other threads read the files: with a thousand of them, either takes as
    /// long as the other.
    ///
    /// What is wrong with the files is told first, without waiting for a server that does not answer. An embedded server is
    /// started only when they are well.
    pub async fn open_and_read(&mut self) -> anyhow::Result<(Run<'_>, Vec<Pair>, String)> {
        let settings = self.settings()?;
        let target = target_name(&settings);
        if matches!(settings.target, Target::Embedded(_)) {
            let pairs = migration::discover(&settings.source)?;
            return Ok((self.open().await?, pairs, target));
        }
        let source = settings.source;
        let mut reading = tokio::task::spawn_blocking(move || migration::discover(&source));
        let mut opening = std::pin::pin!(async {
            let mut run = self.open().await?;
            run.look_ahead().await?;
            anyhow::Ok(run)
        });
        tokio::select! {
            pairs = &mut reading => {
                let pairs = pairs??;
                Ok((opening.await?, pairs, target))
            }
            run = &mut opening => {
                let pairs = reading.await??;
                Ok((run?, pairs, target))
            }
        }
    }

    /// Opens the target.
    pub async fn open(&mut self) -> anyhow::Result<Run<'_>> {
        let settings = self.settings()?;
        let ask = self.ui.ask();
        let mut confirm = |question: &str| ask.confirm(question);
        Run::open(&settings, self.interrupt.clone(), &mut *self.ui, &mut confirm).await
    }

    /// Asks for consent to a change that cannot be undone: on a protected environment the database's name, else yes.
    pub fn consent(&mut self, question: &str, database: &str, given: Option<&str>) -> anyhow::Result<()> {
        let protected = self.settings()?.protected;
        let ask = self.ui.ask();
        let agreed = if protected { ask.confirm_name(database, given)? } else { ask.confirm(question)? };
        if agreed { Ok(()) } else { Err(Error::new(Kind::Refused, "not confirmed; nothing was done").into()) }
    }

    /// After a failure: what was done before it, for people now and for the JSON error document.
    pub fn tell_partial(&mut self, outcome: &Outcome) {
        *self.partial = serde_json::to_value(outcome).ok();
        if !outcome.done.is_empty() {
            let labels: Vec<&str> = outcome.done.iter().map(|d| d.label.as_str()).collect();
            let shown = labels.iter().rev().take(3).rev().copied().collect::<Vec<_>>().join(", ");
            let more = if labels.len() > 3 { "…, " } else { "" };
            self.ui.say(&format!("done so far, and standing: {} ({more}{shown})", labels.len()));
        }
    }
}

/// The target's name, password removed.
#[must_use]
pub(super) fn target_name(settings: &Settings) -> String {
    match &settings.target {
        Target::Given(options) => options.describe(),
        Target::Embedded(embedded) => {
            format!("embedded PostgreSQL in {}, database {}", embedded.home.display(), embedded.database)
        }
    }
}
