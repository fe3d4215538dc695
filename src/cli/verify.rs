//! `migrate verify`

use super::Context;
use crate::engine::compare::compare;
use crate::engine::elsewhere;
use crate::engine::prove::prove;
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
  migrate verify --files      without a database
  migrate verify --prove      also run every pair: up, down, up must leave equal schemas")]
pub(super) struct Args {
    /// Look at the files only, connect to nothing
    #[arg(long)]
    files: bool,
    /// Run every pair in a scratch database on the target's server: up, down, up must leave equal schemas
    #[arg(long, conflicts_with = "files")]
    prove: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, target) = context.pairs()?;
    let mut problems: Vec<String> = pairs.iter().flat_map(migration::check).map(|p| p.to_string()).collect();
    let mut proven = None;
    if !args.files {
        let settings = context.settings()?;
        let mut run = context.open().await?;
        let state = elsewhere::state(&mut run, &pairs).await?;
        let width = run.width(pairs.last().map_or(0, |p| p.version));
        let proof =
            if args.prove && problems.is_empty() { Some(prove(&mut run, &settings, &pairs).await) } else { None };
        run.close().await;
        let proof = proof.transpose()?;
        proven = proof.as_ref().map(|proof| proof.proven);
        let lines = compare(&pairs, &state, width);
        let status = Status::new(&target, &lines);
        problems.extend(
            status
                .migrations
                .iter()
                .filter(|m| m.standing.blocks_up())
                .map(|m| format!("{}: {}", m.label, m.standing.word())),
        );
        problems.extend(proof.and_then(|proof| proof.problem));
    }
    let verified =
        Verified { target: (!args.files).then_some(target.as_str()), pairs: pairs.len(), proven, problems: &problems };
    context.ui.result(&verified)?;
    Ok(if problems.is_empty() { 0 } else { Kind::Differences.exit_code() })
}
