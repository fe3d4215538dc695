//! Headers that Supabase's CLI does not know, although many projects carry them.

use super::{Finding, Level, Look};
use crate::migration::is_unknown_to_supabase;

/// Tells of a header by which nothing changes where the file is run by the CLI.
pub(super) fn look(look: &mut Look<'_>) {
    let header = look.script.text.lines().map(str::trim).take_while(|line| line.is_empty() || line.starts_with("--"));
    for (index, line) in header.enumerate().filter(|(_, line)| is_unknown_to_supabase(line)) {
        look.findings.push(Finding {
            path: look.script.path.clone(),
            line: index + 1,
            column: 1,
            rule: "ignored-by-supabase".to_owned(),
            level: Level::Warning,
            message: format!("`{line}` means nothing to Supabase's CLI: there, the file runs in a transaction"),
            help: Some(
                "the CLI leaves the transaction by itself when a statement demands it; for migrate, say \
                 `-- migrate: no-transaction`"
                    .to_owned(),
            ),
        });
    }
}
