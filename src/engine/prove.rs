//! The proof of every pair: up, down, up in a scratch database, with equal catalogs before and after, and with rows in the
//! tables that are there still.
//!
//! A migration may fail because of rows that no application would write. It is then tried again without any, in a scratch
//! database of its own, and it is told that it was.

use std::collections::BTreeSet;

use super::down::{self, Target};
use super::plan::Until;
use super::rows::{self, Allowed, Table};
use super::run::Run;
use super::shadow::{self, Host};
use super::up::{self, Options, Outcome};
use crate::catalog::{self, Catalog};
use crate::config::Settings;
use crate::database::interrupt::Interrupt;
use crate::diff::{Difference, Managed, Standing, compare};
use crate::error::{self, Kind};
use crate::event::{Event, Observer};
use crate::migration::Pair;

/// Differences that are named; of more than these only how many there are.
const NAMED_MOST: usize = 5;
/// How often a scratch database is made anew because rows were in the way; after that, no more are planted.
const RETRIES_MOST: usize = 10;

/// What came of it.
#[derive(Debug, Default)]
pub struct Proof {
    /// Pairs whose rollback was run and leaves what was there before.
    pub proven: usize,
    /// Those that were tried with empty tables only.
    pub without_rows: Vec<WithoutRows>,
    /// What is wrong with the first pair that is not proven; those after it stand on it, and were not tried.
    pub problem: Option<String>,
}

/// A pair that fails where there are rows, and does not where there are none.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WithoutRows {
    /// `003_add_total`.
    pub label: String,
    /// What happened with rows.
    pub failure: String,
}

/// How one scratch database ended.
enum End {
    /// All pairs were tried, or one has a problem.
    Done,
    /// The pair with this index failed while there were rows.
    RowsInTheWay(usize, String),
}

/// Proves the pairs one by one, in order. What says that it is irreversible is applied only.
///
/// # Errors
/// When no database can be created, or the connection is lost. A script that fails is a problem, not an error.
pub async fn prove(
    run: &mut Run<'_>,
    settings: &Settings,
    pairs: &[Pair],
    interrupt: Interrupt,
) -> anyhow::Result<Proof> {
    let host = Host::choose(settings, Some(run), interrupt).await?;
    let mut proof = Proof::default();
    let mut empty = BTreeSet::new();
    let mut first = 0;
    loop {
        let plants = empty.len() < RETRIES_MOST;
        let end = shadow::within(&host, settings, async |shadow| {
            let mut attempt = Attempt {
                shadow,
                pairs,
                empty: &empty,
                plants,
                proof: &mut proof,
                hopeless: String::new(),
                observer: run.observer,
            };
            attempt.from(first).await
        });
        match end.await? {
            End::Done => return Ok(proof),
            End::RowsInTheWay(index, why) => {
                empty.insert(index);
                proof.without_rows.push(WithoutRows { label: pairs[index].label(), failure: why });
                first = index;
            }
        }
    }
}

/// The work in one scratch database.
struct Attempt<'a, 'r> {
    shadow: &'a mut Run<'r>,
    pairs: &'a [Pair],
    /// Pairs that are tried with empty tables.
    empty: &'a BTreeSet<usize>,
    plants: bool,
    proof: &'a mut Proof,
    /// Tables in which no row could be planted.
    hopeless: String,
    observer: &'a mut dyn Observer,
}

impl Attempt<'_, '_> {
    /// Applies what is proven already, and proves the rest.
    async fn from(&mut self, first: usize) -> anyhow::Result<End> {
        self.shadow.ensure_platform().await?;
        if let Some(last) = first.checked_sub(1) {
            self.apply(last).await?;
        }
        let mut before = self.read().await?;
        for (index, pair) in self.pairs.iter().enumerate().skip(first) {
            let (position, total) = (index + 1, self.pairs.len());
            self.observer.event(Event::Started { label: pair.label(), position, total });
            let has_rows = self.plants && !self.empty.contains(&index);
            let rows = if has_rows { rows::plant(self.shadow, &mut self.hopeless).await? } else { Vec::new() };
            if let Err(error) = self.apply(index).await {
                let failed = failure(&error, self.shadow).ok_or(error)?;
                if rows.is_empty() {
                    // Then it was not for the rows that it failed.
                    self.proof.without_rows.retain(|told| told.label != pair.label());
                    self.proof.problem = Some(format!("{}: {failed}", pair.label()));
                    return Ok(End::Done);
                }
                return Ok(End::RowsInTheWay(index, failed));
            }
            match self.holds(index, &rows, &mut before).await {
                Ok(None) => self.proof.proven += usize::from(pair.down.is_some()),
                Ok(problem) => self.proof.problem = problem,
                Err(error) => {
                    let failed = failure(&error, self.shadow).ok_or(error)?;
                    self.proof.problem = Some(format!("{}: {failed}", pair.label()));
                }
            }
            if self.proof.problem.is_some() {
                break;
            }
        }
        Ok(End::Done)
    }

    /// What is wrong with a pair that was applied; `before` is the catalog before it, and then the one after it.
    async fn holds(&mut self, index: usize, rows: &[Table], before: &mut Catalog) -> anyhow::Result<Option<String>> {
        let pair = &self.pairs[index];
        let after = self.read().await?;
        if pair.down.is_some() {
            self.undo().await?;
            if let Some(what) = differs(before, &self.read().await?) {
                return Ok(Some(format!(
                    "{}: its rollback does not leave what was there before: {what}",
                    pair.label()
                )));
            }
            let allowed = Allowed::by(pair, before);
            if !rows.is_empty()
                && let Some(what) = rows::lost(rows, &rows::read(self.shadow).await?, &allowed)
            {
                return Ok(Some(format!(
                    "{}: up and down again it loses what no statement says: {what}",
                    pair.label()
                )));
            }
            self.apply(index).await?;
            if let Some(what) = differs(&after, &self.read().await?) {
                return Ok(Some(format!("{}: applied again it makes something else: {what}", pair.label())));
            }
        }
        *before = after;
        Ok(None)
    }

    async fn apply(&mut self, index: usize) -> anyhow::Result<()> {
        let until = Until::Version(self.pairs[index].version);
        let options = Options { until, out_of_order: false, single_transaction: false, release: None };
        up::up(self.shadow, self.pairs, &options, &mut Outcome::default()).await
    }

    async fn undo(&mut self) -> anyhow::Result<()> {
        let target = Target::Steps(1);
        let plan = down::plan(self.shadow, self.pairs, &target).await?;
        down::down(self.shadow, self.pairs, &target, &plan, &mut Outcome::default()).await
    }

    async fn read(&mut self) -> anyhow::Result<Catalog> {
        catalog::read(&mut self.shadow.session, self.shadow.facts.server_version).await
    }
}

/// A script that failed, in words; none for what is no script's fault.
fn failure(error: &anyhow::Error, shadow: &Run<'_>) -> Option<String> {
    (error::kind_of(error) == Kind::Failed && !shadow.session.is_lost()).then(|| format!("{error:#}"))
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
