//! Sequences that are no identity's.

use super::Way;
use crate::catalog::Object;
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::{name, said};
use crate::sql::quote::literal;

/// Attribute and words, in the order in which PostgreSQL's manual has them.
const OPTIONS: [(&str, &str); 6] = [
    ("type", "AS"),
    ("increment", "INCREMENT BY"),
    ("minimum", "MINVALUE"),
    ("maximum", "MAXVALUE"),
    ("start", "START WITH"),
    ("cache", "CACHE"),
];

pub(super) fn create(sequence: &Object) -> Vec<Piece> {
    let most = match sequence.get("type") {
        Some("smallint") => "32767",
        Some("integer") => "2147483647",
        _ => "9223372036854775807",
    };
    let usual =
        [("type", "bigint"), ("increment", "1"), ("minimum", "1"), ("maximum", most), ("start", "1"), ("cache", "1")];
    let mut sql =
        format!("CREATE {}SEQUENCE {}", if sequence.is("unlogged") { "UNLOGGED " } else { "" }, name(sequence));
    for (attribute, words) in OPTIONS {
        let value = sequence.get(attribute).unwrap_or_default();
        if !usual.contains(&(attribute, value)) {
            sql.push_str(&format!(" {words} {value}"));
        }
    }
    if sequence.is("cycle") {
        sql.push_str(" CYCLE");
    }
    vec![Piece::new(sql)]
}

pub(super) fn drop(sequence: &Object) -> Vec<Piece> {
    let what = format!("{} with how far it has counted", said(&sequence.id));
    vec![Piece::with(format!("DROP SEQUENCE {}", name(sequence)), [Hazard::DataLoss { what }])]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    let mut actions = String::new();
    for (attribute, words) in OPTIONS {
        if changed.contains(&attribute) {
            actions.push_str(&format!(" {words} {}", to.get(attribute).unwrap_or_default()));
        }
    }
    if changed.contains(&"cycle") {
        actions.push_str(if to.is("cycle") { " CYCLE" } else { " NO CYCLE" });
    }
    let own = name(to);
    let mut pieces = into_bounds(from, to);
    if !actions.is_empty() {
        pieces.push(Piece::new(format!("ALTER SEQUENCE {own}{actions}")));
    }
    if changed.contains(&"unlogged") {
        let word = if to.is("unlogged") { "UNLOGGED" } else { "LOGGED" };
        pieces.push(Piece::new(format!("ALTER SEQUENCE {own} SET {word}")));
    }
    Way::Alter { pieces, disturbs: false }
}

/// A sequence that stands outside its new bounds is put onto the nearer one: PostgreSQL would refuse them.
fn into_bounds(from: &Object, to: &Object) -> Vec<Piece> {
    let number = |side: &Object, attribute: &str| side.get(attribute).and_then(|value| value.parse::<i64>().ok());
    let mut pieces = Vec::new();
    for (attribute, sign, tighter) in [("minimum", "<", 1), ("maximum", ">", -1)] {
        let (Some(old), Some(new)) = (number(from, attribute), number(to, attribute)) else { continue };
        if (new > old && tighter == 1) || (new < old && tighter == -1) {
            let set = format!("pg_catalog.setval({}, {new}, false)", literal(&name(to)).trim());
            pieces.push(Piece::new(format!("SELECT {set} FROM {} WHERE last_value {sign} {new}", name(to))));
        }
    }
    pieces
}

/// `OWNED BY`: the column with which the sequence goes, or none.
pub(crate) fn own(sequence: &Object, column: Option<&str>) -> Piece {
    Piece::new(format!("ALTER SEQUENCE {} OWNED BY {}", name(sequence), column.unwrap_or("NONE")))
}
