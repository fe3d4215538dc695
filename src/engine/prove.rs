//! The proof of every pair: up, down, up in a scratch database, with equal catalogs before and after.

use super::down::{self, Target};
use super::plan::Until;
use super::run::Run;
use super::shadow;
use super::up::{self, Options, Outcome};
use crate::catalog::{self, Catalog};
use crate::config::Settings;
use crate::diff::{Difference, Managed, Standing, compare};
use crate::error::{self, Kind};
use crate::migration::Pair;

/// Differences that are named; of more than these only how many there are.
const NAMED_MOST: usize = 5;

/// What came of it.
#[derive(Debug, Default)]
pub struct Proof {
    /// Pairs whose rollback was run and leaves what was there before.
    pub proven: usize,
    /// What is wrong with the first pair that is not proven; those after it stand on it, and were not tried.
    pub problem: Option<String>,
}

/// Proves the pairs one by one, in order. What says that it is irreversible is applied only.
///
/// # Errors
/// When the role may not create databases, or the connection is lost. A script that fails is a problem, not an error.
pub async fn prove(run: &mut Run<'_>, settings: &Settings, pairs: &[Pair]) -> anyhow::Result<Proof> {
    let interrupt = run.session.interrupt().clone();
    let host = shadow::Host::choose(settings, Some(run), interrupt).await?;
    shadow::within(&host, settings, async |shadow| {
        shadow.ensure_platform().await?;
        let mut proof = Proof::default();
        let mut before = read(shadow).await?;
        for pair in pairs {
            match pair_holds(shadow, pairs, pair, &mut before).await {
                Ok(None) => proof.proven += usize::from(pair.down.is_some()),
                Ok(problem) => proof.problem = problem,
                Err(error) if error::kind_of(&error) == Kind::Failed && !shadow.session.is_lost() => {
                    proof.problem = Some(format!("{}: {error:#}", pair.label()));
                }
                Err(error) => return Err(error),
            }
            if proof.problem.is_some() {
                break;
            }
        }
        Ok(proof)
    })
    .await
}

/// Tries one pair; `before` is the catalog before it, and then the one after it.
async fn pair_holds(
    shadow: &mut Run<'_>,
    pairs: &[Pair],
    pair: &Pair,
    before: &mut Catalog,
) -> anyhow::Result<Option<String>> {
    apply(shadow, pairs, pair).await?;
    let after = read(shadow).await?;
    if pair.down.is_some() {
        let target = Target::Steps(1);
        let plan = down::plan(shadow, pairs, &target).await?;
        down::down(shadow, pairs, &target, &plan, &mut Outcome::default()).await?;
        if let Some(what) = differs(before, &read(shadow).await?) {
            return Ok(Some(format!("{}: its rollback does not leave what was there before: {what}", pair.label())));
        }
        apply(shadow, pairs, pair).await?;
        if let Some(what) = differs(&after, &read(shadow).await?) {
            return Ok(Some(format!("{}: applied again it makes something else: {what}", pair.label())));
        }
    }
    *before = after;
    Ok(None)
}

async fn apply(shadow: &mut Run<'_>, pairs: &[Pair], pair: &Pair) -> anyhow::Result<()> {
    let until = Until::Version(pair.version);
    let options = Options { until, out_of_order: false, single_transaction: false, release: None };
    up::up(shadow, pairs, &options, &mut Outcome::default()).await
}

async fn read(shadow: &mut Run<'_>) -> anyhow::Result<Catalog> {
    catalog::read(&mut shadow.session, shadow.facts.server_version).await
}

/// The differences in a line, if there are any.
fn differs(from: &Catalog, to: &Catalog) -> Option<String> {
    let differences = compare(from, to, &Managed::default());
    let named: Vec<String> = differences.iter().take(NAMED_MOST).map(word).collect();
    let more = differences.len().saturating_sub(named.len());
    match (named.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(named.join(", ")),
        (false, more) => Some(format!("{}, and {more} more", named.join(", "))),
    }
}

fn word(difference: &Difference) -> String {
    let standing = match difference.standing {
        Standing::Added => "left over",
        Standing::Removed => "gone",
        Standing::Changed => "changed",
    };
    format!("{} {standing}", difference.id)
}
