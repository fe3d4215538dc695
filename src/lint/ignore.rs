//! squawk's ignore comments, read for our own rules: squawk knows only its own names.

use std::collections::BTreeMap;

use super::Finding;

/// What a script's comments silence.
#[derive(Debug, Default)]
pub(super) struct Ignores {
    /// Rules of the whole file; an empty name stands for all.
    file: Vec<String>,
    /// Rules by the line of the statement that follows the comment.
    lines: BTreeMap<usize, Vec<String>>,
}

impl Ignores {
    /// Whether a finding is silenced.
    pub(super) fn cover(&self, finding: &Finding) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name.is_empty() || *name == finding.rule);
        named(&self.file) || self.lines.get(&finding.line).is_some_and(|names| named(names))
    }
}

/// Reads `-- squawk-ignore a, b` (for the next line that is no comment) and `-- squawk-ignore-file a, b`.
pub(super) fn read(text: &str) -> Ignores {
    let mut ignores = Ignores::default();
    let mut pending: Vec<String> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("--") {
            let comment = comment.trim();
            if let Some(names) = comment.strip_prefix("squawk-ignore-file") {
                ignores.file.extend(split(names));
            } else if let Some(names) = comment.strip_prefix("squawk-ignore") {
                pending.extend(split(names));
            }
        } else if !line.is_empty() && !pending.is_empty() {
            ignores.lines.insert(index + 1, std::mem::take(&mut pending));
        }
    }
    ignores
}

fn split(names: &str) -> impl Iterator<Item = String> {
    names.split(',').map(|name| name.trim().to_owned())
}
