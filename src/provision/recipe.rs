//! What a template is made of, and the name that follows from it: other content is another template.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use time::{Date, OffsetDateTime};

use super::host::Facts;
use crate::config::{Platform, Settings};
use crate::engine::supabase_seed;
use crate::error::{Error, Kind};
use crate::migration::Pair;
use crate::seed::Vertical;
use crate::server::stand_in;

/// Changes when a template of the same content is built differently.
const FORMAT: &str = concat!("1 ", env!("CARGO_PKG_VERSION"));
/// Hexadecimal digits of the sum in a template's name.
const DIGITS: usize = 24;

/// What a template is made of.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The migrations with their rollbacks, which the ledger keeps.
    pub pairs: Vec<Pair>,
    /// A script that runs after them.
    pub rows: Option<String>,
    /// Whether the seeds of a project of Supabase's CLI are loaded.
    pub has_seeds: bool,
    /// Verticals whose seeds are loaded.
    pub verticals: Vec<Vertical>,
    /// The day around which their dates are; the server's, in UTC, if none is given.
    today: Option<Date>,
    content: Sha256,
}

impl Recipe {
    /// Of a project's migrations.
    #[must_use]
    pub fn new(settings: &Settings, pairs: Vec<Pair>) -> Self {
        let mut content = Sha256::new();
        let stand_in = match settings.platform {
            Platform::Supabase => stand_in::script(settings.expose_new_tables),
            Platform::Postgres => String::new(),
        };
        let table = &settings.refinery_table;
        let shared = format!("{:?}", settings.supabase_ledger);
        for part in [FORMAT, &stand_in, &table.schema, &table.name, &shared] {
            add(&mut content, part.as_bytes());
        }
        for pair in &pairs {
            let down = pair.down.as_ref();
            for part in [pair.label().as_str(), &pair.up.text, down.map_or("", |script| script.text.as_str())] {
                add(&mut content, part.as_bytes());
            }
        }
        Self { pairs, rows: None, has_seeds: false, verticals: Vec::new(), today: None, content }
    }

    /// The same with rows of one's own: a script that runs after the migrations, in one transaction.
    #[must_use]
    pub fn with_rows(mut self, script: String) -> Self {
        add(&mut self.content, script.as_bytes());
        self.rows = Some(script);
        self
    }

    /// The same with the seeds that `supabase/config.toml` names, as `up --include-seed` loads them.
    ///
    /// # Errors
    /// Where there is no such file, or a seed cannot be read.
    pub fn with_seeds(mut self, settings: &Settings) -> anyhow::Result<Self> {
        let project = settings.supabase.as_ref().ok_or_else(|| {
            Error::new(Kind::Usage, "--include-seed: there is no supabase/config.toml that names seeds")
                .hint("`supabase init` makes it")
        })?;
        for (path, hash) in supabase_seed::hashes(&settings.root, project)? {
            add(&mut self.content, path.as_bytes());
            add(&mut self.content, hash.as_bytes());
        }
        self.has_seeds = true;
        Ok(self)
    }

    /// The same with the seeds of verticals, around a day.
    #[must_use]
    pub fn with_verticals(mut self, verticals: Vec<Vertical>, today: Option<Date>) -> Self {
        for vertical in &verticals {
            add(&mut self.content, vertical.name.as_bytes());
            for (name, sha256) in vertical.hashes() {
                add(&mut self.content, name.as_bytes());
                add(&mut self.content, sha256.as_bytes());
            }
        }
        self.verticals = verticals;
        self.today = today;
        self
    }

    /// The day around which the dates of the verticals are.
    #[must_use]
    pub fn day(&self, facts: &Facts) -> Option<Date> {
        let now = || OffsetDateTime::from_unix_timestamp(facts.now_s).ok().map(OffsetDateTime::date);
        if self.verticals.is_empty() { None } else { self.today.or_else(now) }
    }

    /// The template's name on a server. Roles do not share templates: whose it is owns what is in there.
    #[must_use]
    pub fn template(&self, facts: &Facts) -> String {
        let mut sum = self.content.clone();
        for part in [&facts.version.to_string(), &facts.role, &facts.extensions] {
            add(&mut sum, part.as_bytes());
        }
        if let Some(day) = self.day(facts) {
            add(&mut sum, &day.to_julian_day().to_le_bytes());
        }
        let mut name = "migrate_template_".to_owned();
        for byte in sum.finalize().iter().take(DIGITS / 2) {
            // Writing to a String does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}

/// Adds a part with its length, so that no two lists of parts give one text.
fn add(sum: &mut Sha256, part: &[u8]) {
    sum.update(part.len().to_le_bytes());
    sum.update(part);
}
