//! A volume load (`migrate seed --scale`) that was stopped: until it is finished or taken away, tables lack indexes and keys, and
//! no migration may change them.

use serde::Serialize;

use super::run::Run;
use crate::error::{Error, Kind};

/// A load that is not finished.
#[derive(Clone, Debug, Serialize)]
pub struct Unfinished {
    /// Its vertical.
    pub vertical: String,
    /// The command that goes on; none where it is being taken away.
    pub go_on: Option<String>,
    /// The command that takes it away.
    pub take_away: String,
}

/// The load that is not finished, if there is one. Asks nothing where none can be.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn unfinished(run: &mut Run<'_>) -> anyhow::Result<Option<Unfinished>> {
    if !run.facts.volume_progress {
        return Ok(None);
    }
    let rows = run.session.simple(include_str!("unfinished.sql")).await;
    let rows = rows.map_err(|failure| anyhow::anyhow!("failed to read migrate.volume: {failure}"))?;
    Ok(rows.into_iter().next().and_then(|row| {
        let mut values = row.into_iter();
        let vertical = values.next().flatten()?;
        let take_away = format!("migrate seed {vertical} --reset");
        Some(Unfinished { vertical, go_on: values.next().flatten(), take_away })
    }))
}

/// Refuses to go on while a load is not finished.
///
/// # Errors
/// [`Kind::Failed`], with the commands that end it.
pub async fn refuse(run: &mut Run<'_>) -> anyhow::Result<()> {
    let Some(load) = unfinished(run).await? else { return Ok(()) };
    let text = format!("the volume load of {} is not finished: tables lack indexes and keys", load.vertical);
    let mut error = Error::new(Kind::Failed, text);
    if let Some(command) = &load.go_on {
        error = error.hint(format!("go on with it: `{command}`"));
    }
    Err(error.hint(format!("or take it away: `{}`", load.take_away)).into())
}
