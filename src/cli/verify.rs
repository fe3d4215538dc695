//! `migrate verify`

use super::Context;
use crate::engine::compare::compare;
use crate::engine::elsewhere;
use crate::engine::prove::{Proof, prove};
use crate::error::Kind;
use crate::migration;
use crate::report::views::{Status, Verified};

/// Check files and ledger, and prove every pair
///
/// Pairing, headers, statements and checksums are looked at first. Then every pair runs up, down and up again in a scratch
/// database: the rollback must leave the schema that was there before, and the rows that were planted in its tables, unless the
/// pair says that it destroys them. The target itself is only read. Exit code 3 if anything is wrong.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate verify
  migrate verify --no-prove   files and ledger only, in an instant
  migrate verify --files      the files only, without a database")]
pub(super) struct Args {
    /// Look at the files only, connect to nothing
    #[arg(long)]
    files: bool,
    /// Do not run the pairs
    #[arg(long)]
    no_prove: bool,
}

pub(super) async fn run(args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, target) = context.pairs()?;
    let mut problems: Vec<String> = pairs.iter().flat_map(migration::check).map(|p| p.to_string()).collect();
    let mut proof: Option<Proof> = None;
    if !args.files {
        let settings = context.settings()?;
        let interrupt = context.interrupt.clone();
        let mut run = context.open().await?;
        let state = elsewhere::state(&mut run, &pairs).await?;
        let width = run.width(pairs.last().map_or(0, |p| p.version));
        let lines = compare(&pairs, &state, width);
        let status = Status::new(&target, &lines);
        let wrong = status.migrations.iter().filter(|m| m.standing.blocks_up());
        problems.extend(wrong.map(|m| format!("{}: {}", m.label, m.standing.word())));
        // What cannot run need not be run; what the ledger says otherwise can.
        let proven = if args.no_prove || !pairs.iter().all(|pair| migration::check(pair).is_empty()) {
            None
        } else {
            Some(prove(&mut run, &settings, &pairs, interrupt).await)
        };
        run.close().await;
        proof = proven.transpose()?;
        problems.extend(proof.as_ref().and_then(|proof| proof.problem.clone()));
    }
    let verified = Verified {
        target: (!args.files).then_some(target.as_str()),
        pairs: pairs.len(),
        proven: proof.as_ref().map(|proof| proof.proven),
        without_rows: proof.as_ref().map_or(&[], |proof| &proof.without_rows),
        problems: &problems,
    };
    context.ui.result(&verified)?;
    Ok(if problems.is_empty() { 0 } else { Kind::Differences.exit_code() })
}
