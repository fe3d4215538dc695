//! What was changed by hand as a pair: `migrate new NAME --from-diff`.
//!
//! The migration leads from what the files promise to what the target is, the rollback back again. Both are run in a scratch
//! database before a file is written.

use super::down::{self, Target};
use super::plan::Until;
use super::run::Run;
use super::shadow::{self, Host};
use super::up::Outcome;
use crate::catalog::{self, Catalog};
use crate::config::Settings;
use crate::diff::script::{Hazard, Options, Script, script};
use crate::diff::{Difference, Managed, compare, versions};
use crate::error::{Error, Kind};
use crate::migration::{self, Pair};

/// Both directions of a difference.
#[derive(Debug)]
pub struct Captured {
    /// From what the files promise to what the target is.
    pub up: Script,
    /// Back again.
    pub down: Script,
}

impl Captured {
    /// Compares, and writes both scripts. None if nothing differs.
    ///
    /// # Errors
    /// [`Kind::Refused`] where something that differs cannot be scripted.
    #[must_use = "nothing is written yet"]
    pub fn between(
        expected: &Catalog,
        live: &Catalog,
        managed: &Managed,
        role: Option<String>,
    ) -> Result<Option<Self>, Error> {
        if compare(expected, live, managed).is_empty() {
            return Ok(None);
        }
        let options = Options { role };
        let up = script(expected, live, managed, &options);
        if let Some(id) = up.unscripted.first() {
            return Err(Error::new(Kind::Refused, format!("{id} differs, and cannot be scripted"))
                .hint("leave it out with `[diff] ignore` in migrate.toml, and write its part by hand"));
        }
        Ok(Some(Self { up, down: script(live, expected, managed, &options) }))
    }
}

/// A script as a file: what it may cost is said before each statement.
#[must_use]
pub fn text(title: &str, script: &Script) -> String {
    let alone = script.statements.iter().any(|s| s.hazards.contains(&Hazard::OwnTransaction));
    let mut out = if alone { "-- migrate: no-transaction\n".to_owned() } else { String::new() };
    out.push_str(&format!("-- {title}\n"));
    for statement in &script.statements {
        out.push('\n');
        for hazard in &statement.hazards {
            // A name may hold a line end, behind which a comment would be over.
            let words: String = hazard.to_string().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            out.push_str(&format!("-- {words}\n"));
        }
        out.push_str(&format!("{};\n", statement.sql));
    }
    out
}

/// Runs a new pair on top of the others in a scratch database: it must make what the target is, and its rollback what was before.
///
/// # Errors
/// [`Kind::Refused`] with what is not the same; and when it does not run.
pub async fn prove(
    host: &Host,
    settings: &Settings,
    pairs: &[Pair],
    pair: &Pair,
    (expected, live): (&Catalog, &Catalog),
    managed: &Managed,
) -> anyhow::Result<()> {
    let mut all = pairs.to_vec();
    all.push(pair.clone());
    let work = async |shadow: &mut Run<'_>| {
        let mut made = catalog::read(&mut shadow.session, shadow.facts.server_version).await?;
        let target = Target::Steps(1);
        let plan = down::plan(shadow, &all, &target).await?;
        down::down(shadow, &all, &target, &plan, &mut Outcome::default()).await?;
        let mut undone = catalog::read(&mut shadow.session, shadow.facts.server_version).await?;
        host.as_on_target(&mut made, &shadow.facts.role);
        host.as_on_target(&mut undone, &shadow.facts.role);
        Ok((made, undone))
    };
    let (made, undone) = shadow::with_schema(host, settings, &all, Until::End, work).await?;
    same(&made, live, managed, "the migration does not make what the target is")?;
    same(&undone, expected, managed, "the rollback does not leave what was there before")?;
    Ok(())
}

fn same(made: &Catalog, wanted: &Catalog, managed: &Managed, what: &str) -> Result<(), Error> {
    let (mut made, mut wanted) = (made.clone(), wanted.clone());
    versions::level(&mut made, &mut wanted);
    match compare(&made, &wanted, managed).as_slice() {
        [] => Ok(()),
        [Difference { id, .. }, ..] => Err(Error::new(Kind::Refused, format!("{what}: {id}; nothing was written"))),
    }
}

/// A pair of texts that are not written yet.
///
/// # Errors
/// What is wrong with a text, as a fragment.
pub fn pair(version: i64, digits: &str, name: &str, up: &str, down: &str) -> Result<Pair, String> {
    let script =
        |folder: &str, text: &str| migration::script(format!("{folder}/{digits}_{name}.sql"), text.as_bytes().to_vec());
    Ok(Pair {
        version,
        digits: digits.to_owned(),
        name: name.to_owned(),
        up: script("migrations", up)?,
        down: Some(script("rollbacks", down)?),
    })
}
