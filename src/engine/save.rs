//! A difference as pairs of scripts, proven before anything is written: in a scratch database each is run up, down and up,
//! with the catalogs that were wanted after every step.

use anyhow::Context as _;

use super::plan::Until;
use super::run::Run;
use super::shadow::{self, Host};
use super::up::{self, Outcome};
use crate::catalog::{self, Catalog};
use crate::config::Settings;
use crate::diff::script::{self, Group, Hazard, Options, Statement};
use crate::diff::{Managed, compare, versions};
use crate::error::{Error, Kind};
use crate::migration::Pair;

/// How many differences are named where a script does not lead to what was wanted.
const NAMED_MOST: usize = 5;

/// A pair that is not written yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The migration.
    pub up: String,
    /// Its rollback.
    pub down: String,
}

/// What pairs are to be made of.
pub struct Wanted<'a> {
    /// What there is.
    pub from: &'a Catalog,
    /// What shall be.
    pub to: &'a Catalog,
    /// The migrations that make what there is, if any do.
    pub pairs: Option<&'a [Pair]>,
    /// What is others' to change.
    pub managed: &'a Managed,
    /// How the scripts shall be.
    pub options: &'a Options,
    /// What the first line of the files says.
    pub about: &'a str,
}

/// Writes the difference as pairs, as few as the transactions allow, and proves them.
///
/// # Errors
/// When a script fails in the scratch database, or does not lead to what was wanted: then nothing is returned.
pub async fn pairs(host: &Host, settings: &Settings, wanted: &Wanted<'_>) -> anyhow::Result<Vec<Draft>> {
    let script = script::script(wanted.from, wanted.to, wanted.managed, wanted.options);
    if let Some(id) = script.unscripted.first() {
        return Err(Error::new(Kind::Refused, format!("{id} differs, and cannot be scripted"))
            .hint(format!("leave it out: `[diff] ignore = [\"{id}\"]` in migrate.toml"))
            .into());
    }
    shadow::within(host, settings, async |shadow| {
        let mut proof = Proof { shadow, host, wanted };
        let mut before = proof.ground().await?;
        let mut drafts = Vec::new();
        for group in script::groups(&script.statements) {
            let draft;
            (before, draft) = proof.pair(&group, &before).await?;
            drafts.push(draft);
        }
        demand(&before, wanted.to, wanted.managed, "the script does not lead to what was wanted")?;
        Ok(drafts)
    })
    .await
}

/// The work in the scratch database.
struct Proof<'a, 'r> {
    shadow: &'a mut Run<'r>,
    host: &'a Host,
    wanted: &'a Wanted<'a>,
}

impl Proof<'_, '_> {
    /// Builds what there is.
    async fn ground(&mut self) -> anyhow::Result<Catalog> {
        let wanted = self.wanted;
        match wanted.pairs {
            Some(pairs) if !pairs.is_empty() => {
                let options =
                    up::Options { until: Until::End, out_of_order: false, single_transaction: false, release: None };
                up::up(self.shadow, pairs, &options, &mut Outcome::default()).await?;
            }
            _ => {
                self.shadow.ensure_platform().await?;
                let empty = self.read().await?;
                let options = Options { online: false, ..wanted.options.clone() };
                let script = script::script(&empty, wanted.from, wanted.managed, &options);
                for group in script::groups(&script.statements) {
                    self.run(&group).await?;
                }
            }
        }
        let ground = self.read().await?;
        demand(&ground, wanted.from, wanted.managed, "what there is could not be built in a scratch database")?;
        Ok(ground)
    }

    /// Proves one pair that starts from `before`, and gives what it makes.
    async fn pair(&mut self, group: &Group<'_>, before: &Catalog) -> anyhow::Result<(Catalog, Draft)> {
        let wanted = self.wanted;
        self.run(group).await?;
        let after = self.read().await?;
        let options = Options { online: false, ..wanted.options.clone() };
        let back = script::script(&after, before, wanted.managed, &options);
        let down = script::groups(&back.statements);
        for group in &down {
            self.run(group).await?;
        }
        demand(&self.read().await?, before, wanted.managed, "the rollback does not leave what was there before")?;
        self.run(group).await?;
        demand(&self.read().await?, &after, wanted.managed, "applied again the migration makes something else")?;
        let draft = Draft {
            up: script::file(wanted.about, std::slice::from_ref(group)),
            down: script::file(&format!("Undoes: {}", wanted.about), &down),
        };
        Ok((after, draft))
    }

    /// Runs statements as the engine will: in one transaction, or each by itself.
    async fn run(&mut self, group: &Group<'_>) -> anyhow::Result<()> {
        if group.in_transaction {
            self.statement("BEGIN").await?;
        }
        for Statement { sql, hazards, .. } in &group.statements {
            self.statement(sql).await.with_context(|| {
                let told: Vec<String> = hazards.iter().map(Hazard::to_string).collect();
                format!(
                    "in the scratch database: {sql}{}",
                    if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) }
                )
            })?;
        }
        if group.in_transaction {
            self.statement("COMMIT").await?;
        }
        self.statement(super::apply::RESET).await
    }

    async fn statement(&mut self, sql: &str) -> anyhow::Result<()> {
        Ok(self.shadow.session.settle(sql).await.map_err(|failure| Error::new(Kind::Failed, failure.to_string()))?)
    }

    async fn read(&mut self) -> anyhow::Result<Catalog> {
        let mut catalog = catalog::read(&mut self.shadow.session, self.shadow.facts.server_version).await?;
        self.host.as_on_target(&mut catalog, &self.shadow.facts.role);
        Ok(catalog)
    }
}

/// Refuses a catalog that is not the one that was wanted.
fn demand(found: &Catalog, wanted: &Catalog, managed: &Managed, what: &str) -> anyhow::Result<()> {
    let (mut found, mut wanted) = (found.clone(), wanted.clone());
    versions::level(&mut found, &mut wanted);
    let differences = compare(&found, &wanted, managed);
    if differences.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = differences.iter().take(NAMED_MOST).map(|difference| difference.id.to_string()).collect();
    let more = if differences.len() > NAMED_MOST { " and others" } else { "" };
    Err(Error::new(Kind::Failed, format!("{what}: {}{more}", named.join(", ")))
        .hint("nothing was written; `migrate diff --sql` shows the script as it is")
        .into())
}
