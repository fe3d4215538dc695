//! `migrate lint`

use super::Context;
use crate::error::Kind;
use crate::lint;
use crate::report::views::Linted;

/// Look for what is dangerous or forgotten in the scripts
///
/// squawk's rules, and ours: missing rollback, missing header, a table without RLS or grants, an unpinned search_path, a view
/// without security_invoker. Exit code 3 if anything is found.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  migrate lint
  migrate lint --json")]
pub(super) struct Args {}

pub(super) fn run(_args: &Args, context: &mut Context<'_>) -> anyhow::Result<u8> {
    let (pairs, _) = context.pairs()?;
    let platform = context.settings()?.platform;
    let findings: Vec<lint::Finding> = pairs.iter().flat_map(|pair| lint::check(pair, platform)).collect();
    context.ui.result(&Linted { findings: &findings })?;
    Ok(if findings.is_empty() { 0 } else { Kind::Differences.exit_code() })
}
