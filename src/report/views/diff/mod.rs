//! `diff`.

mod patch;
mod words;

pub use patch::Patches;

use std::io::{Result, Write};

use colored::{ColoredString, Colorize};
use serde::Serialize;

use crate::diff::{Difference, Group, Standing};
use crate::report::{View, clean, plural};

/// `diff`.
#[derive(Debug, Serialize)]
pub struct Differences<'a> {
    /// What it starts from, password removed.
    pub from: &'a str,
    /// What it leads to, password removed.
    pub to: &'a str,
    /// One for each object that is not the same.
    pub differences: &'a [Difference],
    /// The same, put together for people.
    #[serde(skip)]
    pub groups: Vec<Group<'a>>,
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
        self.groups.iter().try_for_each(|group| write_group(out, group))?;
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

/// An object and its parts. What goes with a whole that goes is only counted.
fn write_group(out: &mut dyn Write, group: &Group<'_>) -> Result<()> {
    let standing = group.standing();
    write!(out, "{} {}", sign(standing), clean(&group.id.to_string()))?;
    if standing == Standing::Removed && !group.parts.is_empty() {
        return writeln!(out, ", with {}", words::counts(&group.parts));
    }
    match group.own {
        Some(own) => details(out, own, "    ")?,
        None => writeln!(out)?,
    }
    for part in &group.parts {
        write!(out, "    {} {} {}", sign(part.standing), part.id.kind.keywords(), clean(&part.id.name))?;
        details(out, part, "        ")?;
    }
    Ok(())
}

/// What there is to say behind the name of an object, and on lines of its own.
fn details(out: &mut dyn Write, difference: &Difference, indent: &str) -> Result<()> {
    match difference.standing {
        Standing::Removed => writeln!(out),
        Standing::Added => match words::short(difference) {
            Some(text) => writeln!(out, ": {}", clean(&text).dimmed()),
            None => writeln!(out),
        },
        Standing::Changed => {
            writeln!(out)?;
            for attribute in &difference.attributes {
                for line in words::change(attribute) {
                    let line = clean(&line);
                    let line = match line.chars().next() {
                        Some('+') => line.green(),
                        Some('-') => line.red(),
                        _ => line.normal(),
                    };
                    writeln!(out, "{indent}{line}")?;
                }
            }
            Ok(())
        }
    }
}

fn sign(standing: Standing) -> ColoredString {
    match standing {
        Standing::Added => "+".green(),
        Standing::Removed => "-".red(),
        Standing::Changed => "~".yellow(),
    }
}
