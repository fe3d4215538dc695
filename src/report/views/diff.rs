//! `diff`.

use std::io::{Result, Write};

use colored::Colorize;
use serde::Serialize;

use crate::diff::{Attribute, Difference, Standing};
use crate::report::{View, clean, plural};

/// `diff`.
#[derive(Debug, Serialize)]
pub struct Differences<'a> {
    /// The target, password removed.
    pub from: &'a str,
    /// The database that it is compared with, password removed.
    pub to: &'a str,
    /// One for each object that is not the same.
    pub differences: Vec<Difference>,
}

/// `diff --snapshot`.
#[derive(Debug, Serialize)]
pub struct Snapshot<'a> {
    /// What was written, password removed.
    pub of: &'a str,
    /// The file.
    pub file: &'a str,
    /// How many objects it holds.
    pub objects: usize,
}

impl View for Snapshot<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        writeln!(out, "{}: {} of {}", clean(self.file), plural(self.objects, "object"), clean(self.of))
    }
}

impl View for Differences<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if self.differences.is_empty() {
            return writeln!(out, "no differences");
        }
        for difference in &self.differences {
            let name = clean(&difference.id.to_string());
            match difference.standing {
                // What a new table's columns are like is told by the lines of the columns.
                Standing::Added => writeln!(out, "{} {name}", "+".green())?,
                Standing::Removed => writeln!(out, "{} {name}", "-".red())?,
                Standing::Changed => {
                    writeln!(out, "{} {name}", "~".yellow())?;
                    for attribute in &difference.attributes {
                        change(out, attribute)?;
                    }
                }
            }
        }
        let count = |standing| self.differences.iter().filter(|d| d.standing == standing).count();
        writeln!(
            out,
            "{}: {} only in {} (+), {} only in {} (-), {} changed (~)",
            plural(self.differences.len(), "difference"),
            count(Standing::Added),
            clean(self.to),
            count(Standing::Removed),
            clean(self.from),
            count(Standing::Changed)
        )
    }
}

/// One attribute: on a line of its own, or as a patch where it has several.
fn change(out: &mut dyn Write, attribute: &Attribute) -> Result<()> {
    let (from, to) = (attribute.from.as_deref(), attribute.to.as_deref());
    let name = attribute.name.replace('_', " ");
    if [from, to].into_iter().flatten().all(|value| !value.contains('\n')) {
        let shown = |value: Option<&str>| value.map_or_else(|| "nothing".to_owned(), clean);
        return writeln!(out, "    {name}: {} -> {}", shown(from), shown(to));
    }
    writeln!(out, "    {name}:")?;
    let diff = similar::TextDiff::from_lines(from.unwrap_or_default(), to.unwrap_or_default());
    for line in diff.unified_diff().context_radius(2).to_string().lines() {
        writeln!(out, "      {}", clean(line))?;
    }
    Ok(())
}
