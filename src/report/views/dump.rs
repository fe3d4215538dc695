//! `db dump` and `squash`: schemas and migrations as SQL.

use std::io::{Result, Write};

use colored::Colorize;
use serde::{Serialize, Serializer};

use crate::diff::script::Script;
use crate::engine::squash::Way;
use crate::report::{View, clean, plural};

/// `db dump`.
#[derive(Debug, Serialize)]
pub struct Dumped<'a> {
    /// What was dumped, password removed.
    pub of: &'a str,
    /// The script, as text.
    #[serde(rename = "sql", serialize_with = "as_text")]
    pub script: &'a Script,
}

fn as_text<S: Serializer>(script: &&Script, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_str(&text(script))
}

/// The same schema is the same text: no name of a database, no version, no time is in it.
fn text(script: &Script) -> String {
    let mut out =
        "-- A schema, as `migrate db dump` writes it. It loads into a new database: psql -1f FILE\n\n".to_owned();
    for statement in &script.statements {
        out.push_str(&statement.sql);
        out.push_str(";\n\n");
    }
    for id in &script.unscripted {
        // A name may hold a line end, behind which a comment would be over.
        out.push_str(&format!("-- left out, since it cannot be scripted: {}\n", clean(&id.to_string())));
    }
    out
}

impl View for Dumped<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        out.write_all(text(self.script).as_bytes())
    }
}

/// `squash`.
#[derive(Debug, Serialize)]
pub struct Folded<'a> {
    /// The migration's path in the project.
    pub migration: &'a str,
    /// The rollback's; null if what was folded is irreversible.
    pub rollback: Option<&'a str>,
    /// Labels of the pairs that it stands for.
    pub folded: &'a [String],
    /// How it makes what they made.
    pub way: Way,
    /// Statements that are not in it, since what they make in a new database is.
    pub left_out: &'a [String],
    /// With `--dry-run` the migration itself.
    pub sql: Option<&'a str>,
    /// Its version.
    pub version: i64,
}

impl View for Folded<'_> {
    fn human(&self, out: &mut dyn Write) -> Result<()> {
        if let Some(sql) = self.sql {
            return out.write_all(sql.as_bytes());
        }
        let how = match self.way {
            Way::Schema | Way::Rows => "as one schema, with what they do to rows",
            Way::Statements => "statement by statement",
        };
        writeln!(
            out,
            "folded {} into {}, {how}: it makes the same",
            plural(self.folded.len(), "pair"),
            clean(self.migration)
        )?;
        for statement in self.left_out {
            writeln!(
                out,
                "{} {}: what it makes in a new database is in the schema",
                "left out:".yellow(),
                clean(statement)
            )?;
        }
        match self.rollback {
            Some(path) => writeln!(out, "its rollback is {}", clean(path))?,
            None => writeln!(out, "it has no rollback: something in it is irreversible")?,
        }
        writeln!(out, "databases that have the old pairs: `migrate repair --squashed {}`", self.version)
    }
}
