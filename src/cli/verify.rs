//! `migrate verify`

use super::Context;
use crate::engine::compare::compare;
use crate::engine::elsewhere;
use crate::error::Kind;
use crate::migration;
use crate::report::views::{Status, Verified};

/// Check files and ledger: pairing, headers, statements, checksums
///
/// Exit code 3 if anything is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate verify
  migrate verify --files      without a database")]
pub(super) struct Args {
    /// Look at the files only, connect to nothing
    #[arg(long)]
    files: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, target) = context.pairs()?;
    let mut problems: Vec<String> = pairs.iter().flat_map(migration::check).map(|p| p.to_string()).collect();
    if !args.files {
        let mut run = context.open().await?;
        let state = elsewhere::state(&mut run, &pairs).await?;
        let width = run.width(pairs.last().map_or(0, |p| p.version));
        run.close().await;
        let lines = compare(&pairs, &state, width);
        let status = Status::new(&target, &lines);
        problems.extend(
            status
                .migrations
                .iter()
                .filter(|m| m.standing.blocks_up())
                .map(|m| format!("{}: {}", m.label, m.standing.word())),
        );
    }
    let verified =
        Verified { target: (!args.files).then_some(target.as_str()), pairs: pairs.len(), problems: &problems };
    context.ui.result(&verified)?;
    Ok(if problems.is_empty() { 0 } else { Kind::Differences.exit_code() })
}
