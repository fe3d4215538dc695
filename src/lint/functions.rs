//! Functions that run with their owner's rights.

use super::{Level, Look};
use crate::sql::words::{Reader, words};

/// `SECURITY DEFINER` without `SET search_path`: whoever calls it chooses which objects its names mean.
pub(super) fn look(look: &mut Look<'_>) {
    for statement in look.statements {
        let text = look.text(statement);
        let mut reader = Reader::new(text, 12);
        let creates = reader.eat(&["CREATE"]) && {
            reader.eat(&["OR", "REPLACE"]);
            reader.eat(&["FUNCTION"]) || reader.eat(&["PROCEDURE"])
        };
        let alters =
            !creates && reader.eat(&["ALTER"]) && ["FUNCTION", "PROCEDURE", "ROUTINE"].iter().any(|w| reader.eat(&[w]));
        if !(creates || alters) || !follows(text, "SECURITY", "DEFINER") || follows(text, "SET", "SEARCH_PATH") {
            continue;
        }
        let name = reader.name().map_or_else(|| "it".to_owned(), |name| name.name);
        look.report(
            statement,
            "security-definer-search-path",
            Level::Error,
            format!("{name} runs with its owner's rights, but whoever calls it chooses its search_path"),
            "add `SET search_path = ''` and qualify every name in it",
        );
    }
}

/// Whether two words stand side by side.
fn follows(text: &str, first: &str, second: &str) -> bool {
    let mut before = false;
    for word in words(text) {
        if before && word.is(second) {
            return true;
        }
        before = word.is(first);
    }
    false
}
