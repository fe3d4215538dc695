//! Releases: names for the ledger's state at one moment.

use super::run::Run;
use crate::error::{Error, Kind};
use crate::ledger::{Note, Release};

/// Names the current state. The name must be new.
pub async fn record(run: &mut Run<'_>, name: &str) -> anyhow::Result<Release> {
    if name.trim() != name || name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        return Err(Error::new(Kind::Usage, format!("`{}` is no name for a release", name.escape_default()))
            .hint("use up to 100 visible characters, for example v1.4.0")
            .into());
    }
    if let Some(old) = all(run).await?.into_iter().find(|r| r.name == name) {
        return Err(Error::new(Kind::Usage, format!("release {name} was named already, on {}", old.at))
            .hint("choose another name; a release is never moved")
            .into());
    }
    let state = run.state().await?;
    let versions: Vec<i64> = state.entries.iter().filter(|e| e.applied).map(|e| e.version).collect();
    let note = Note {
        event: "released",
        release: Some(name.to_owned()),
        detail: Some(serde_json::json!({ "versions": versions }).to_string()),
        ..Note::default()
    };
    let recorder = run.recorder.clone();
    run.session
        .run(&[recorder.note(&note)], |_, _| {})
        .await
        .map_err(|(_, f)| anyhow::anyhow!("failed to record the release: {f}"))?;
    find(run, name).await
}

/// All releases, oldest first.
pub async fn all(run: &mut Run<'_>) -> anyhow::Result<Vec<Release>> {
    if !run.facts.journal {
        return Ok(Vec::new());
    }
    run.ledger.releases(&mut run.session).await.map_err(|f| anyhow::anyhow!("failed to read the releases: {f}"))
}

/// The release of that name.
pub async fn find(run: &mut Run<'_>, name: &str) -> anyhow::Result<Release> {
    let releases = all(run).await?;
    let names: Vec<String> = releases.iter().rev().take(5).map(|r| r.name.clone()).collect();
    releases.into_iter().find(|r| r.name == name).ok_or_else(|| {
        let error = Error::new(Kind::Usage, format!("there is no release {name}"));
        match names.is_empty() {
            true => error.hint("name one with `migrate release NAME` or `migrate up --release NAME`"),
            false => error.hint(format!("the newest are {}; `migrate release list` shows all", names.join(", "))),
        }
        .into()
    })
}
