//! `migrate squash`

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::Context;
use crate::config::Source;
use crate::engine::shadow::Host;
use crate::engine::squash::{self, Range};
use crate::error::{Error, Kind};
use crate::migration::{self, Pair};
use crate::report::views::Folded;

/// Fold old pairs into one that makes the same, and prove it
///
/// The result has the number of the newest pair that is folded, and takes their place. It is written only when it makes the same
/// schema and the same rows in a scratch database as the old pairs do. What they do to rows is kept, in its order; where that
/// cannot be kept apart from the schema, all statements are kept as they are.
///
/// A database that has the old pairs is told with `migrate repair --squashed VERSION`; one that has only some of them must be
/// brought up to VERSION first, with the files as they were.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate squash --to 40                         everything up to version 40 becomes one pair
  migrate squash --from 20 --to 40 --name shop   040_shop stands for 20 to 40
  migrate squash --to 40 --dry-run               print it, write nothing")]
pub(super) struct Args {
    /// The newest version to fold
    #[arg(long, value_name = "VERSION")]
    to: i64,
    /// The oldest version to fold [default: the first]
    #[arg(long, value_name = "VERSION")]
    from: Option<i64>,
    /// The name of the folded pair
    #[arg(long, default_value = "squashed")]
    name: String,
    /// Print the folded migration, write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let settings = context.settings()?;
    let (Source::Folder { migrations, rollbacks } | Source::Supabase { migrations, rollbacks }) = &settings.source
    else {
        return Err(Error::new(Kind::Usage, "the bundled project is not yours to squash").into());
    };
    let pairs = migration::discover(&settings.source)?;
    let name = super::new::slug(&args.name)?;
    let (first, last) = chosen(args, &pairs)?;
    let range = Range { pairs: &pairs, first, last, name: &name };
    let interrupt = context.interrupt.clone();
    let mut run = if settings.shadow.is_some() { None } else { Some(context.open().await?) };
    let host = Host::choose(&settings, run.as_mut(), interrupt).await;
    if let Some(run) = run {
        run.close().await;
    }
    let squashed = squash::squash(&host?, &settings, &range, context.ui).await?;
    let old = &pairs[first..=last];
    if !args.dry_run {
        let question = format!(
            "Replace the {} pairs from {} to {} by one?",
            old.len(),
            old[0].label(),
            old[old.len() - 1].label()
        );
        if !context.ui.ask().confirm(&question)? {
            return Err(Error::new(Kind::Refused, "not confirmed; nothing was written").into());
        }
        replace(old, &squashed.pair, migrations, rollbacks)?;
    }
    let labels: Vec<String> = old.iter().map(Pair::label).collect();
    context.ui.result(&Folded {
        migration: &squashed.pair.up.path,
        rollback: squashed.pair.down.as_ref().map(|down| down.path.as_str()),
        folded: &labels,
        way: squashed.way,
        left_out: &squashed.left_out,
        sql: args.dry_run.then_some(squashed.pair.up.text.as_str()),
        version: squashed.pair.version,
    })?;
    Ok(0)
}

/// The positions of the oldest and the newest pair to fold.
fn chosen(args: &Args, pairs: &[Pair]) -> Result<(usize, usize), Error> {
    let find = |version: i64| {
        pairs.iter().position(|pair| pair.version == version).ok_or_else(|| {
            Error::new(Kind::Usage, format!("there is no migration with version {version}"))
                .hint("`migrate status` lists the versions")
        })
    };
    let (first, last) = (args.from.map_or(Ok(0), find)?, find(args.to)?);
    if first >= last {
        return Err(Error::new(Kind::Usage, "there is one pair at most from `--from` to `--to`: nothing to fold"));
    }
    Ok((first, last))
}

/// Writes the new files beside the old ones, removes these, and gives the new ones their names.
fn replace(old: &[Pair], new: &Pair, migrations: &Path, rollbacks: &Path) -> anyhow::Result<()> {
    let file = |folder: &Path, path: &str| folder.join(path.rsplit('/').next().unwrap_or(path));
    let written: Vec<(PathBuf, PathBuf)> =
        [Some((migrations, &new.up)), new.down.as_ref().map(|down| (rollbacks, down))]
            .into_iter()
            .flatten()
            .map(|(folder, script)| {
                let path = file(folder, &script.path);
                let aside = path.with_extension("sql.new");
                std::fs::create_dir_all(folder).with_context(|| format!("make the folder {}", folder.display()))?;
                std::fs::write(&aside, &script.text).with_context(|| format!("write {}", aside.display()))?;
                anyhow::Ok((aside, path))
            })
            .collect::<Result<_, _>>()?;
    for pair in old {
        let downs = pair.down.as_ref().map(|down| file(rollbacks, &down.path));
        for path in [file(migrations, &pair.up.path)].into_iter().chain(downs) {
            std::fs::remove_file(&path).with_context(|| format!("remove {}", path.display()))?;
        }
    }
    for (aside, path) in written {
        std::fs::rename(&aside, &path).with_context(|| format!("rename {} to {}", aside.display(), path.display()))?;
    }
    Ok(())
}
