//! Errors as people and scripts see them.

use std::io::Write;

use colored::Colorize;

use super::{clean, redact};
use crate::error::{find, kind_of};

/// `error: …`, then one `hint: …` a line.
pub fn write_human(err: &mut impl Write, error: &anyhow::Error) -> std::io::Result<()> {
    writeln!(err, "{} {}", "error:".red().bold(), clean(&message(error)))?;
    for hint in find(error).map(|e| e.hints.as_slice()).unwrap_or_default() {
        writeln!(err, "{} {}", "hint:".cyan(), clean(&redact(hint)))?;
    }
    Ok(())
}

/// `{"error": {"kind", "exit_code", "message", "hints"}}`, with what was done before.
pub fn write_json(
    out: &mut impl Write,
    error: &anyhow::Error,
    partial: Option<&serde_json::Value>,
) -> std::io::Result<()> {
    let kind = kind_of(error);
    let mut document = partial.cloned().unwrap_or_else(|| serde_json::json!({}));
    if let Some(map) = document.as_object_mut() {
        let error = serde_json::json!({
            "kind": kind.name(),
            "exit_code": kind.exit_code(),
            "message": message(error),
            "hints": find(error).map(|e| e.hints.iter().map(|hint| redact(hint)).collect::<Vec<_>>()).unwrap_or_default(),
        });
        map.insert("error".to_owned(), error);
    }
    writeln!(out, "{document:#}")
}

/// What is wrong with the command line, as clap says it.
pub fn write_usage(err: &mut impl Write, error: &clap::Error, colours: bool) -> std::io::Result<()> {
    let text = error.render();
    err.write_all(redact(&if colours { text.ansi().to_string() } else { text.to_string() }).as_bytes())
}

/// The whole chain, outermost first.
fn message(error: &anyhow::Error) -> String {
    redact(&format!("{error:#}"))
}
