//! A difference written as pairs of files: `diff --save` and `new --from-diff`.

use anyhow::Context as _;

use super::Context;
use super::diff::{self, Allowed};
use super::new::{numbered, slug, write};
use crate::config::Source;
use crate::diff::Managed;
use crate::diff::script::{self, Options};
use crate::engine::save::{self, Wanted};
use crate::engine::shadow::Host;
use crate::engine::sides::Read;
use crate::migration::{self, Pair};
use crate::report::views::{Saved, SavedPair};

/// What is to be written.
pub(super) struct Save<'a> {
    /// The words that the files are named after.
    pub(super) name: &'a str,
    /// Whether the number is the time.
    pub(super) timestamp: bool,
    /// The sides as they were typed.
    pub(super) typed: [&'a str; 2],
    /// What is others' to change.
    pub(super) managed: &'a Managed,
    /// What the migration may do.
    pub(super) allow: &'a [Allowed],
}

/// Writes the pairs, proven, and reports them.
pub(super) async fn save(
    wanted: &Save<'_>,
    [from, to]: [&Read; 2],
    options: &Options,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let settings = context.settings()?;
    let script = script::script(&from.catalog, &to.catalog, wanted.managed, options);
    diff::refuse_losses(&script, wanted.allow)?;
    let mut view = Saved { from: &from.name, to: &to.name, pairs: Vec::new() };
    if script.statements.is_empty() && script.unscripted.is_empty() {
        context.ui.say("no differences: nothing was written");
        return context.ui.result(&view);
    }
    let known = match &settings.source {
        source @ (Source::Folder { .. } | Source::Supabase { .. }) => migration::discover(source)?,
        Source::Bundled => Vec::new(),
    };
    let interrupt = context.interrupt.clone();
    let mut run = context.open().await?;
    let host = Host::choose(&settings, Some(&mut run), interrupt).await;
    run.close().await;
    let parts = Wanted {
        from: &from.catalog,
        to: &to.catalog,
        pairs: (wanted.typed[0] == "expected").then_some(known.as_slice()),
        managed: wanted.managed,
        options,
        about: wanted.name,
    };
    let drafts = save::pairs(&host?, &settings, &parts).await?;
    let (migrations, rollbacks) = context.folders()?;
    let by_cli = matches!(settings.source, Source::Supabase { .. });
    let mut all: Vec<Pair> = known;
    for (at, draft) in drafts.iter().enumerate() {
        let name = if at == 0 { slug(wanted.name)? } else { format!("{}_{}", slug(wanted.name)?, at + 1) };
        let (number, file) = numbered(wanted.timestamp || by_cli, &all, &name);
        let migration = write(&migrations, &file, &draft.up)?;
        let rollback = write(&rollbacks, &file, &draft.down)?;
        all.push(written(&number, &name, draft)?);
        view.pairs.push(SavedPair { version: number.trim_start_matches('0').to_owned(), migration, rollback });
    }
    context.ui.result(&view)?;
    if wanted.typed[1] == "live" {
        for pair in &view.pairs {
            let version = &pair.version;
            context.ui.say(&format!(
                "the target has it already; `migrate repair --applied {version}` counts it as applied there"
            ));
        }
    }
    Ok(())
}

/// What was written, so that the next number follows.
fn written(number: &str, name: &str, draft: &save::Draft) -> anyhow::Result<Pair> {
    let version = number.parse().context("the number is too large")?;
    let script = |text: &str| migration::script(format!("{number}_{name}.sql"), text.as_bytes().to_vec());
    let (up, down) = (script(&draft.up), script(&draft.down));
    let up = up.map_err(anyhow::Error::msg)?;
    let down = Some(down.map_err(anyhow::Error::msg)?);
    Ok(Pair { version, digits: number.to_owned(), name: name.to_owned(), up, down })
}
