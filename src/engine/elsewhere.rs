//! A service that embeds refinery keeps its table in `public`, unless it says otherwise. Where ours is configured elsewhere
//! and is not there yet, an empty ledger would mean that everything that the service applied is run again.

use super::run::Run;
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::ledger::State;
use crate::migration::{Pair, refinery};

/// Reads the ledger, and refuses an empty one when the table in `public` has these very migrations.
///
/// # Errors
/// [`Kind::LedgerMismatch`], with the setting that mends it.
pub async fn state(run: &mut Run<'_>, pairs: &[Pair]) -> anyhow::Result<State> {
    let state = run.state().await?;
    if !run.facts.history_in_public {
        return Ok(state);
    }
    let rows = match run.session.query(include_str!("elsewhere.sql"), &[]).await {
        Ok(rows) => rows,
        Err(failure) => {
            run.observer.event(Event::Warning(format!(
                "public.refinery_schema_history is there and could not be read, so it was not taken for this project's: {failure}"
            )));
            return Ok(state);
        }
    };
    let is_ours = |version: i64, name: &str| pairs.iter().any(|p| p.version == version && refinery::name(p) == name);
    match rows.iter().find(|row| is_ours(row.get(0), row.get(1))) {
        Some(row) => Err(refusal(run, row.get(0), row.get(1))),
        None if rows.is_empty() => Ok(state),
        None => {
            run.observer.event(Event::Warning(
                "public.refinery_schema_history has other migrations than this project; it is left alone".to_owned(),
            ));
            Ok(state)
        }
    }
}

fn refusal(run: &Run<'_>, version: i64, name: &str) -> anyhow::Error {
    let message = format!(
        "a service that embeds refinery applied these migrations: public.refinery_schema_history has {version}_{name}, and {} is not there",
        run.ledger.qualified()
    );
    Error::new(Kind::LedgerMismatch, message)
        .hint(
            "share the service's table: `[ledger] refinery_table = \"public.refinery_schema_history\"` in migrate.toml",
        )
        .into()
}
