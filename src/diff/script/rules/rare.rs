//! Kinds that are rarely made by hand. What the catalog's one attribute defines is enough to make them; a change makes them anew.

use super::Way;
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::name::name;
use crate::sql::quote::literal;

/// `CREATE`, or nothing if this kind cannot be scripted.
pub(super) fn create(object: &Object) -> Option<Vec<Piece>> {
    let (own, text) = (name(object), object.get("definition").unwrap_or_default());
    let sql = match object.id.kind {
        Kind::Collation => collation(object),
        Kind::Conversion | Kind::Language | Kind::AccessMethod => format!("CREATE {text}"),
        Kind::Cast => format!("CREATE CAST {own} {text}"),
        Kind::Transform => {
            format!("CREATE TRANSFORM {own} ({})", text.replace("from sql", "FROM SQL").replace("to sql", "TO SQL"))
        }
        Kind::Operator => format!("CREATE OPERATOR {} ({})", operator_name(object), json_list(text)),
        Kind::OperatorFamily => {
            let family = Piece::new(format!("CREATE OPERATOR FAMILY {own}"));
            return Some(std::iter::once(family).chain(add_members(object, &[])).collect());
        }
        Kind::OperatorClass => operator_class(object)?,
        Kind::TextSearchParser | Kind::TextSearchTemplate | Kind::TextSearchDictionary => {
            format!("CREATE {} {own} ({text})", object.id.kind.keywords().to_uppercase())
        }
        Kind::TextSearchConfiguration => return text_search_configuration(object),
        _ => return None,
    };
    Some(vec![Piece::new(sql)])
}

pub(super) fn drop(object: &Object) -> Option<Vec<Piece>> {
    if object.id.kind == Kind::Subscription || object.id.kind == Kind::UserMapping {
        return None;
    }
    Some(vec![Piece::new(format!("DROP {} {}", object.id.kind.keywords().to_uppercase(), name(object)))])
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    if to.id.kind == Kind::TextSearchConfiguration
        && changed == ["definition"]
        && let Some(pieces) = change_configuration(from, to)
    {
        return Way::Alter { pieces, disturbs: false };
    }
    if to.id.kind == Kind::OperatorFamily && changed == ["definition"] {
        let (is, wanted) = (from.list("definition"), to.list("definition"));
        if is.iter().all(|member| wanted.contains(member)) {
            return Way::Alter { pieces: add_members(to, &is).into_iter().collect(), disturbs: false };
        }
    }
    if changed.is_empty() { Way::Alter { pieces: Vec::new(), disturbs: false } } else { Way::Replace }
}

/// What is in an operator family and in none of its classes, without what is there already.
fn add_members(family: &Object, there: &[String]) -> Option<Piece> {
    let members: Vec<String> = family.list("definition").into_iter().filter(|m| !there.contains(m)).collect();
    let own = name(family);
    (!members.is_empty()).then(|| Piece::new(format!("ALTER OPERATOR FAMILY {own} ADD {}", members.join(", "))))
}

fn collation(object: &Object) -> String {
    let mut lines = vec![format!("provider = {}", object.get("provider").unwrap_or("libc"))];
    for attribute in ["locale", "lc_collate", "lc_ctype", "rules"] {
        if let Some(value) = object.get(attribute) {
            lines.push(format!("{attribute} = {}", literal(value).trim()));
        }
    }
    if object.is("nondeterministic") {
        lines.push("deterministic = false".to_owned());
    }
    format!("CREATE COLLATION {} ({})", name(object), lines.join(", "))
}

fn operator_name(object: &Object) -> String {
    let full = name(object);
    full.split(" (").next().unwrap_or(&full).to_owned()
}

fn entries(text: &str) -> serde_json::Map<String, serde_json::Value> {
    serde_json::from_str(text).unwrap_or_default()
}

fn json_list(text: &str) -> String {
    let line = |(key, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::Null => None,
        serde_json::Value::Bool(true) => Some(key.to_uppercase()),
        // An operator comes with its argument types, which CREATE OPERATOR does not want.
        serde_json::Value::String(text) if key == "commutator" || key == "negator" => {
            Some(format!("{} = OPERATOR({})", key.to_uppercase(), text.split('(').next().unwrap_or(text)))
        }
        serde_json::Value::String(text) => Some(format!("{} = {text}", key.to_uppercase())),
        other => Some(format!("{} = {other}", key.to_uppercase())),
    };
    entries(text).iter().filter_map(line).collect::<Vec<_>>().join(", ")
}

fn operator_class(object: &Object) -> Option<String> {
    let all = entries(object.get("definition")?);
    let text = |key: &str| all.get(key).and_then(|v| v.as_str());
    let list = |key: &str, word: &str| -> Vec<String> {
        let entries = all.get(key).and_then(|v| v.as_array()).cloned().unwrap_or_default();
        entries.iter().filter_map(|e| e.as_str()).map(|entry| format!("{word} {entry}")).collect()
    };
    let own = name(object);
    let (own, method) = own.rsplit_once(" USING ")?;
    let default = if all.get("default") == Some(&true.into()) { " DEFAULT" } else { "" };
    let family = text("family").filter(|family| *family != own).map(|f| format!(" FAMILY {f}")).unwrap_or_default();
    let mut lines = list("operators", "OPERATOR");
    lines.extend(list("functions", "FUNCTION"));
    lines.extend(text("storage").map(|kind| format!("STORAGE {kind}")));
    if lines.is_empty() {
        lines.push(format!("STORAGE {}", text("type")?));
    }
    let body = lines.join(",\n    ");
    Some(format!(
        "CREATE OPERATOR CLASS {own}{default} FOR TYPE {} USING {method}{family} AS\n    {body}",
        text("type")?
    ))
}

/// Token and dictionaries of each mapping.
fn mappings(object: &Object) -> Vec<(String, String)> {
    let all = entries(object.get("definition").unwrap_or_default());
    let list = all.get("mappings").and_then(|v| v.as_array()).cloned().unwrap_or_default();
    let pair =
        |entry: &serde_json::Value| Some((entry.get(0)?.as_str()?.to_owned(), entry.get(1)?.as_str()?.to_owned()));
    list.iter().filter_map(pair).collect()
}

fn text_search_configuration(object: &Object) -> Option<Vec<Piece>> {
    let all = entries(object.get("definition")?);
    let own = name(object);
    let first = format!("CREATE TEXT SEARCH CONFIGURATION {own} (PARSER = {})", all.get("parser")?.as_str()?);
    let rest = mappings(object).into_iter().map(|(token, dictionaries)| {
        format!("ALTER TEXT SEARCH CONFIGURATION {own} ADD MAPPING FOR {token} WITH {dictionaries}")
    });
    Some(std::iter::once(first).chain(rest).map(Piece::new).collect())
}

/// Mappings can be changed in place; the parser cannot.
fn change_configuration(from: &Object, to: &Object) -> Option<Vec<Piece>> {
    let parser = |object: &Object| entries(object.get("definition").unwrap_or_default()).get("parser").cloned();
    if parser(from) != parser(to) {
        return None;
    }
    let (old, new, own) = (mappings(from), mappings(to), name(to));
    let mut pieces = Vec::new();
    for (token, dictionaries) in &new {
        let verb = match old.iter().find(|(other, _)| other == token) {
            Some((_, same)) if same == dictionaries => continue,
            Some(_) => "ALTER",
            None => "ADD",
        };
        let sql = format!("ALTER TEXT SEARCH CONFIGURATION {own} {verb} MAPPING FOR {token} WITH {dictionaries}");
        pieces.push(Piece::new(sql));
    }
    for (token, _) in old.iter().filter(|(token, _)| new.iter().all(|(other, _)| other != token)) {
        pieces.push(Piece::new(format!("ALTER TEXT SEARCH CONFIGURATION {own} DROP MAPPING FOR {token}")));
    }
    Some(pieces)
}
