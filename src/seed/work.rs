//! The transaction in which seeds are loaded or removed: what every part of the work needs.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::marker;
use super::table::Table;
use crate::database::interrupt::Interrupt;
use crate::database::session::{Failure, Session};
use crate::database::{connect, lock};
use crate::engine::apply::RESET;
use crate::engine::failure::is_lock_trouble;
use crate::engine::run::Run;
use crate::error::{Error, Kind};
use crate::sql::quote;

/// Rows as text.
pub(super) type Rows = Vec<Vec<Option<String>>>;

/// An open target in whose transaction seeds are worked on.
pub(super) struct Work<'r, 'a> {
    pub(super) run: &'r mut Run<'a>,
    /// Tables by their oid, as they were read; None for one in which rows cannot be told apart.
    pub(super) tables: BTreeMap<u32, Option<Table>>,
    /// Tables that had no rows, and into which none went since. Only where no row belonged to a seed before.
    pub(super) empty: BTreeSet<u32>,
    /// Whether the server looks where rows go.
    pub(super) is_looked_at: bool,
    /// Whether triggers can be switched.
    pub(super) has_switch: bool,
    /// Another session, which sees the rows that were there before.
    before: Option<Session>,
}

impl<'r, 'a> Work<'r, 'a> {
    pub(super) fn new(run: &'r mut Run<'a>) -> Self {
        Self {
            run,
            tables: BTreeMap::new(),
            empty: BTreeSet::new(),
            is_looked_at: false,
            has_switch: false,
            before: None,
        }
    }

    /// Opens the transaction, as the only runner. `is_kept`: whether it is to be committed, so that there must be a ledger.
    pub(super) async fn begin(&mut self, is_kept: bool) -> anyhow::Result<()> {
        if is_kept {
            self.run.begin_writing(0).await?;
        } else {
            lock::acquire(&mut self.run.session, self.run.lock_wait, self.run.observer).await?;
        }
        // Whose rows are ours is found by what a statement sees of others: see `owned`.
        let begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL jit = off; {}", self.limits());
        self.run.session.settle(&begin).await.map_err(|failure| failed("failed to begin", &failure))?;
        Ok(())
    }

    /// Ends the transaction: kept, or as if nothing had been.
    pub(super) async fn end(&mut self, is_kept: bool) -> Result<(), Error> {
        if let Some(before) = self.before.take() {
            before.close(false).await;
        }
        if !is_kept {
            return self
                .run
                .session
                .settle("ROLLBACK")
                .await
                .map_err(|failure| failed("failed to roll back", &failure));
        }
        // What is checked at the end is checked before COMMIT, whose failure would be harder to tell from a lost connection.
        self.rows("SET CONSTRAINTS ALL IMMEDIATE").await.map_err(|failure| failed("nothing was kept", &failure))?;
        match self.rows("COMMIT").await {
            Ok(_) => Ok(()),
            Err(Failure::Lost(why)) => Err(Error::new(
                Kind::Failed,
                format!("the connection was lost while the seeds were being committed: {why}"),
            )
            .hint("whether they were kept is not known here: run the same command again")),
            Err(failure) => Err(failed("nothing was kept", &failure)),
        }
    }

    /// Gives everything up that was done. For the way out of a failure, which is what the user must see.
    pub(super) async fn abandon(&mut self) {
        drop(self.run.session.settle("ROLLBACK").await);
        if let Some(before) = self.before.take() {
            before.close(false).await;
        }
    }

    /// Runs statements and gives the rows of all. An interrupt cancels them.
    pub(super) async fn rows(&mut self, sql: &str) -> Result<Rows, Failure> {
        let rows = self.batch(&[sql.to_owned()]).await.map_err(|(_, failure)| failure)?;
        Ok(rows.into_iter().next().unwrap_or_default())
    }

    /// Sends texts in one go and gives the rows of each; or which one failed first, and why. Those after it did nothing.
    pub(super) async fn batch(&mut self, texts: &[String]) -> Result<Vec<Rows>, (usize, Failure)> {
        match self.until(texts).await {
            Ok((answers, None)) => Ok(answers),
            Ok((answers, Some(failure))) => Err((answers.len(), failure)),
            Err(failure) => Err((0, failure)),
        }
    }

    /// Sends texts in one go and gives the rows of those up to the first that failed, and why it did.
    pub(super) async fn until(&mut self, texts: &[String]) -> Result<(Vec<Rows>, Option<Failure>), Failure> {
        let mut rows = Vec::with_capacity(texts.len());
        for answer in self.run.session.each(texts).await? {
            match answer {
                Ok(reply) => rows.push(reply.rows),
                Err(refusal) => return Ok((rows, Some(Failure::Server(refusal)))),
            }
        }
        Ok((rows, None))
    }

    /// The limits of the transaction, which `RESET ALL` undoes.
    fn limits(&self) -> String {
        let statement =
            self.run.statement_timeout.map(|limit| format!("; SET LOCAL statement_timeout = {}", limit.as_millis()));
        // How dates are written into keys.
        let dates = "SET LOCAL datestyle = 'ISO, YMD'";
        format!(
            "SET LOCAL lock_timeout = {}{}; {dates}",
            self.run.lock_timeout.as_millis(),
            statement.unwrap_or_default()
        )
    }

    /// What scripts are told: the day around which dates are.
    pub(super) fn tell(today: Date) -> String {
        format!("SET LOCAL seed.today = {}", quote::literal(&marker::written(today)))
    }

    /// Undoes what a script left in the session.
    pub(super) fn settle(&self) -> String {
        format!("{RESET}; {}; {}", self.run.restore, self.limits())
    }

    /// A session that sees what was committed, and nothing of ours.
    pub(super) async fn before(&mut self) -> anyhow::Result<&mut Session> {
        let session = match self.before.take() {
            Some(session) => session,
            None => {
                let mut session = Session::new(connect::open(&self.run.options).await?, Interrupt::default());
                // A script may hold a table against all readers; that is its error, and no wait without end.
                let limits = format!("{}; SET lock_timeout = '1s'; SET datestyle = 'ISO, YMD'", self.run.restore);
                session.settle(&limits).await.map_err(|failure| failed("failed to open a second session", &failure))?;
                session
            }
        };
        Ok(self.before.insert(session))
    }
}

/// A failure of a statement of ours.
pub(super) fn failed(what: &str, failure: &Failure) -> Error {
    let kind = match failure {
        Failure::Interrupted | Failure::Abandoned => Kind::Interrupted,
        other if other.code().is_some_and(is_lock_trouble) => Kind::Locked,
        _ => Kind::Failed,
    };
    let mut message = match kind {
        Kind::Interrupted => "interrupted; nothing was kept".to_owned(),
        _ => format!("{what}: {failure}"),
    };
    if let (Failure::Server(error), true) = (failure, kind != Kind::Interrupted) {
        for (word, text) in [("detail", error.detail()), ("hint", error.hint()), ("where", error.where_())] {
            if let Some(text) = text {
                message.push_str(&format!("\n{word}: {text}"));
            }
        }
    }
    let error = Error::new(kind, message);
    match failure.code().map(tokio_postgres::error::SqlState::code) {
        Some("42501") => error.hint("connect as a role that owns the tables, or grant it what the message names"),
        Some("55P03" | "40P01") => {
            error.hint("try again when the database is quieter, or wait longer with `--lock-timeout`")
        }
        _ => error,
    }
}

/// A cell of the first row, as a number.
pub(super) fn number(rows: &Rows, column: usize) -> u64 {
    rows.first().and_then(|row| row.get(column)?.as_deref()?.parse().ok()).unwrap_or_default()
}

/// A list of names, quoted for SQL and joined.
pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().map(|name| quote::ident(name)).collect::<Vec<_>>().join(", ")
}
