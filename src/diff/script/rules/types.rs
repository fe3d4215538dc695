//! Types and domains.

use super::{Cx, Way, constraint};
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::{name, said};
use crate::sql::quote::{literal, shown, shown_qualified};

pub(super) fn create(kind: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let own = name(kind);
    let sql = match kind.get("type") {
        Some("enum") => {
            let labels: Vec<String> = kind.list("labels").iter().map(|l| literal(l).trim().to_owned()).collect();
            format!("CREATE TYPE {own} AS ENUM ({})", labels.join(", "))
        }
        Some("composite") => {
            let lines: Vec<String> = cx.to.parts_of(&kind.id, Kind::TypeAttribute).map(attribute_line).collect();
            let body = if lines.is_empty() { "()".to_owned() } else { format!("(\n    {}\n)", lines.join(",\n    ")) };
            let comments = cx.to.parts_of(&kind.id, Kind::TypeAttribute).flat_map(|part| super::leaves(part, cx));
            let first = Piece::new(format!("CREATE TYPE {own} AS {body}"));
            return std::iter::once(first).chain(comments).collect();
        }
        Some("range") => format!("CREATE TYPE {own} AS RANGE (\n    {}\n)", listed(kind, "range").join(",\n    ")),
        Some("base") => {
            // Its functions need the shell first; they are made between the two.
            format!("CREATE TYPE {own} (\n    {}\n)", base(kind).join(",\n    "))
        }
        _ => format!("CREATE TYPE {own}"),
    };
    vec![Piece::new(sql)]
}

fn attribute_line(attribute: &Object) -> String {
    let collation = attribute.get("collation").map(|c| format!(" COLLATE {c}")).unwrap_or_default();
    format!("{} {}{collation}", shown(&attribute.id.name), attribute.get("type").unwrap_or_default())
}

/// `NAME = value` for every entry of a JSON attribute.
fn listed(object: &Object, attribute: &str) -> Vec<String> {
    let text = object.get(attribute).unwrap_or("{}");
    let all: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    all.iter()
        .filter_map(|(key, value)| {
            let value = match value {
                serde_json::Value::Null => return None,
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some(format!("{} = {value}", key.to_uppercase()))
        })
        .collect()
}

/// The parameters of a base type; some are letters in the catalog and words in SQL.
fn base(kind: &Object) -> Vec<String> {
    let word = |line: String| -> Option<String> {
        let (key, value) = line.split_once(" = ")?;
        Some(match (key, value) {
            ("INTERNALLENGTH", "-1") => "INTERNALLENGTH = VARIABLE".to_owned(),
            ("INTERNALLENGTH", _) => line,
            ("PASSEDBYVALUE", "true") => "PASSEDBYVALUE".to_owned(),
            ("PASSEDBYVALUE" | "PREFERRED", "false") => return None,
            ("ALIGNMENT", "c") => "ALIGNMENT = char".to_owned(),
            ("ALIGNMENT", "s") => "ALIGNMENT = int2".to_owned(),
            ("ALIGNMENT", "d") => "ALIGNMENT = double".to_owned(),
            ("ALIGNMENT", _) => "ALIGNMENT = int4".to_owned(),
            ("STORAGE", "p") => "STORAGE = plain".to_owned(),
            ("STORAGE", "e") => "STORAGE = external".to_owned(),
            ("STORAGE", "m") => "STORAGE = main".to_owned(),
            ("STORAGE", _) => "STORAGE = extended".to_owned(),
            ("CATEGORY" | "DELIMITER", value) => format!("{key} = {}", literal(value).trim()),
            _ => line,
        })
    };
    listed(kind, "base_type").into_iter().filter_map(word).collect()
}

pub(super) fn drop(kind: &Object) -> Vec<Piece> {
    vec![Piece::new(format!("DROP TYPE {}", name(kind)))]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    if changed.iter().any(|attribute| matches!(*attribute, "type" | "range" | "base_type")) {
        return Way::Replace;
    }
    if !changed.contains(&"labels") {
        return Way::Alter { pieces: Vec::new(), disturbs: false };
    }
    match added_labels(&from.list("labels"), &to.list("labels")) {
        Some(added) => {
            let own = name(to);
            let piece =
                |action: String| Piece::with(format!("ALTER TYPE {own} ADD VALUE {action}"), [Hazard::OwnTransaction]);
            Way::Alter { pieces: added.into_iter().map(piece).collect(), disturbs: false }
        }
        None => Way::Replace,
    }
}

/// The `ADD VALUE`s that make the one list of the other; none if labels go, or change places.
///
/// Each is anchored on a label that is there by then.
fn added_labels(from: &[String], to: &[String]) -> Option<Vec<String>> {
    let mut kept = from.iter().peekable();
    let mut added = Vec::new();
    let mut before: Option<&String> = None;
    for label in to {
        if kept.next_if_eq(&label).is_none() {
            if from.contains(label) {
                return None;
            }
            let at = match (before, kept.peek()) {
                (_, None) => String::new(),
                (Some(last), Some(_)) => format!(" AFTER {}", literal(last).trim()),
                (None, Some(next)) => format!(" BEFORE {}", literal(next).trim()),
            };
            added.push(format!("{}{at}", literal(label).trim()));
        }
        before = Some(label);
    }
    kept.next().is_none().then_some(added)
}

/// Columns of composite types.
pub(super) mod attribute {
    use super::{Object, Piece, Way, attribute_line, shown, shown_qualified};

    fn on(attribute: &Object) -> String {
        shown_qualified(&attribute.id.schema, &attribute.id.of)
    }

    pub(in super::super) fn create(attribute: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("ALTER TYPE {} ADD ATTRIBUTE {}", on(attribute), attribute_line(attribute)))]
    }

    pub(in super::super) fn drop(attribute: &Object) -> Vec<Piece> {
        let what = format!("{} in the columns of its type", super::said(&attribute.id));
        let sql = format!("ALTER TYPE {} DROP ATTRIBUTE {}", on(attribute), shown(&attribute.id.name));
        vec![Piece::with(sql, [super::Hazard::DataLoss { what }])]
    }

    pub(in super::super) fn alter(to: &Object) -> Way {
        let collation = to.get("collation").map(|c| format!(" COLLATE {c}")).unwrap_or_default();
        let kind = to.get("type").unwrap_or_default();
        let sql = format!("ALTER TYPE {} ALTER ATTRIBUTE {} TYPE {kind}{collation}", on(to), shown(&to.id.name));
        Way::Alter { pieces: vec![Piece::new(sql)], disturbs: true }
    }
}

/// Domains.
pub(super) mod domain {
    use super::{Cx, Hazard, Kind, Object, Piece, Way, constraint, name, said};

    pub(in super::super) fn create(domain: &Object, cx: &Cx<'_>) -> Vec<Piece> {
        let mut sql = format!("CREATE DOMAIN {} AS {}", name(domain), domain.get("base").unwrap_or_default());
        if let Some(collation) = domain.get("collation") {
            sql.push_str(&format!(" COLLATE {collation}"));
        }
        if let Some(default) = domain.get("default") {
            sql.push_str(&format!(" DEFAULT {default}"));
        }
        if domain.is("not_null") {
            sql.push_str(" NOT NULL");
        }
        let parts: Vec<&Object> =
            cx.to.parts_of(&domain.id, Kind::DomainConstraint).filter(|part| cx.is_folded(&part.id)).collect();
        for part in &parts {
            sql.push_str(&format!("\n    {}", constraint::domain::clause(part)));
        }
        let comments = parts.into_iter().flat_map(|part| super::super::leaves(part, cx));
        std::iter::once(Piece::new(sql)).chain(comments).collect()
    }

    pub(in super::super) fn drop(domain: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP DOMAIN {}", name(domain)))]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str]) -> Way {
        let own = name(to);
        let mut pieces = Vec::new();
        for attribute in changed {
            match *attribute {
                "not_null" if to.is("not_null") => {
                    let why = format!("null values of {}", said(&to.id));
                    pieces.push(Piece::with(format!("ALTER DOMAIN {own} SET NOT NULL"), [Hazard::MayFail { why }]));
                }
                "not_null" => pieces.push(Piece::new(format!("ALTER DOMAIN {own} DROP NOT NULL"))),
                "default" => pieces.push(Piece::new(match to.get("default") {
                    Some(default) => format!("ALTER DOMAIN {own} SET DEFAULT {default}"),
                    None => format!("ALTER DOMAIN {own} DROP DEFAULT"),
                })),
                _ => return Way::Replace,
            }
        }
        Way::Alter { pieces, disturbs: false }
    }
}

#[cfg(test)]
mod tests {
    use super::added_labels;

    fn added(from: &[&str], to: &[&str]) -> Option<Vec<String>> {
        let own = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
        added_labels(&own(from), &own(to))
    }

    #[test]
    fn labels_are_added_where_they_belong() {
        assert_eq!(added(&["b"], &["a", "b", "c"]), Some(vec!["'a' BEFORE 'b'".to_owned(), "'c'".to_owned()]));
        assert_eq!(
            added(&["a", "d"], &["a", "b", "c", "d"]),
            Some(vec!["'b' AFTER 'a'".into(), "'c' AFTER 'b'".into()])
        );
        assert_eq!(added(&[], &["a", "b"]), Some(vec!["'a'".into(), "'b'".into()]));
    }

    #[test]
    fn labels_that_go_or_move_cannot_be_added() {
        assert_eq!(added(&["a", "b"], &["a"]), None);
        assert_eq!(added(&["a", "b"], &["b", "a"]), None);
    }
}
