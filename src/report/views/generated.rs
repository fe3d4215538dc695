//! `diff --sql`: a script for psql, each statement under what it may cost.

use std::io::{Result, Write};

use serde::Serialize;

use crate::diff::script::Script;
use crate::report::View;

/// `diff --sql`.
#[derive(Debug, Serialize)]
pub struct Generated<'a> {
    /// What the script starts from, password removed.
    pub from: &'a str,
    /// What it leads to, password removed.
    pub to: &'a str,
    /// The statements.
    #[serde(flatten)]
    pub script: Script,
}

impl View for Generated<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        out.write_all(text(&self.script).as_bytes())
    }
}

/// The script as a file: nothing in it is cut or coloured, since it is to be run.
#[must_use]
pub(crate) fn text(script: &Script) -> String {
    let mut text = String::new();
    for statement in &script.statements {
        for hazard in &statement.hazards {
            text.push_str(&format!("-- {}\n", one_line(&hazard.to_string())));
        }
        text.push_str(&format!("{};\n\n", statement.sql));
    }
    for id in &script.unscripted {
        text.push_str(&format!("-- differs, and cannot be scripted: {}\n", one_line(&id.to_string())));
    }
    text
}

/// A name may hold a line end, behind which a comment would be over.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
