//! What goes with an object and is none of its own: the sequence of an identity column, the triggers that a partition
//! has from its parent, the extensions that an object is dropped with.

use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::{address, name, said};
use crate::sql::quote::{literal, shown};

/// The attributes that are said here.
pub(super) const ATTRIBUTES: [&str; 5] =
    ["identity_sequence", "identity_comment", "identity_acl", "trigger_states", "depends_on_extensions"];

/// The statements that make them as `to` says, after the object was made or changed.
pub(super) fn pieces(from: Option<&Object>, to: &Object) -> Vec<Piece> {
    let old = |attribute| from.and_then(|object| object.get(attribute));
    let differs = |attribute| old(attribute) != to.get(attribute);
    let lists = |attribute| (from.map(|object| object.list(attribute)).unwrap_or_default(), to.list(attribute));
    let mut pieces = Vec::new();
    if to.id.kind == Kind::Column && to.get("identity").is_some() {
        if differs("identity_sequence") {
            let (is, wanted) = (sequence(from.unwrap_or(to), from.is_some()), sequence(to, true));
            let is = format!("{}.{is}", shown(&to.id.schema));
            pieces.push(Piece::new(format!("ALTER SEQUENCE {is} RENAME TO {wanted}")));
        }
        let own = format!("{}.{}", shown(&to.id.schema), sequence(to, true));
        if differs("identity_comment") {
            pieces.push(comment(&format!("SEQUENCE {own}"), to.get("identity_comment")));
        }
        if differs("identity_acl") {
            pieces.extend(grants(&own, to, lists("identity_acl")));
        }
    }
    if differs("trigger_states") {
        pieces.extend(trigger_states(to, lists("trigger_states")));
    }
    if differs("depends_on_extensions") {
        pieces.extend(dependencies(to, lists("depends_on_extensions")));
    }
    pieces
}

/// The name of an identity column's sequence: its own, or the one that PostgreSQL gives it.
fn sequence(column: &Object, has_own: bool) -> String {
    let own = column.get("identity_sequence").filter(|_| has_own);
    own.map_or_else(|| shown(&format!("{}_{}_seq", column.id.of, column.id.name)), str::to_owned)
}

fn comment(what: &str, text: Option<&str>) -> Piece {
    let text = text.map_or("NULL".to_owned(), |text| literal(text).trim().to_owned());
    Piece::new(format!("COMMENT ON {what} IS {text}"))
}

/// The grants of a sequence, listed as `who=USAGE`, with a `*` behind what may be granted on.
fn grants(own: &str, column: &Object, (is, wanted): (Vec<String>, Vec<String>)) -> Vec<Piece> {
    let split = |entry: &str| {
        let (who, privilege) = entry.rsplit_once('=')?;
        let who = if who == "public" { "PUBLIC".to_owned() } else { shown(who) };
        Some((who, privilege.trim_end_matches('*').to_owned(), privilege.ends_with('*')))
    };
    let hazard = || Hazard::Access { what: format!("the sequence of {}", said(&column.id)) };
    let mut pieces = Vec::new();
    for (who, privilege, _) in is.iter().filter(|entry| !wanted.contains(entry)).filter_map(|entry| split(entry)) {
        pieces.push(Piece::with(format!("REVOKE {privilege} ON SEQUENCE {own} FROM {who}"), [hazard()]));
    }
    for (who, privilege, option) in wanted.iter().filter(|entry| !is.contains(entry)).filter_map(|entry| split(entry)) {
        let option = if option { " WITH GRANT OPTION" } else { "" };
        pieces.push(Piece::with(format!("GRANT {privilege} ON SEQUENCE {own} TO {who}{option}"), [hazard()]));
    }
    pieces
}

/// Triggers that fire otherwise than the parent's of which they are. The names are quoted.
fn trigger_states(table: &Object, (is, wanted): (Vec<String>, Vec<String>)) -> Vec<Piece> {
    let on = name(table);
    let named = |entry: &str, list: &[String]| {
        let trigger = entry.rsplit_once('=').map(|(trigger, _)| format!("{trigger}="));
        trigger.is_some_and(|trigger| list.iter().any(|other| other.starts_with(&trigger)))
    };
    let back = is.iter().filter(|entry| !named(entry, &wanted)).filter_map(|entry| entry.rsplit_once('='));
    let back = back.map(|(trigger, _)| (trigger, "enabled"));
    let changed = wanted.iter().filter(|entry| !is.contains(entry)).filter_map(|entry| entry.rsplit_once('='));
    let words = |state: &str| match state {
        "disabled" => "DISABLE",
        "replica" => "ENABLE REPLICA",
        "always" => "ENABLE ALWAYS",
        _ => "ENABLE",
    };
    let statement = |(trigger, state)| format!("ALTER TABLE {on} {} TRIGGER {trigger}", words(state));
    back.chain(changed).map(statement).map(Piece::new).collect()
}

/// Extensions with which the object is dropped. The names are quoted.
fn dependencies(object: &Object, (is, wanted): (Vec<String>, Vec<String>)) -> Vec<Piece> {
    let gone = is.iter().filter(|extension| !wanted.contains(extension)).map(|extension| ("NO DEPENDS", extension));
    let new = wanted.iter().filter(|extension| !is.contains(extension)).map(|extension| ("DEPENDS", extension));
    let own = address(object);
    let statement = |(words, extension): (&str, &String)| format!("ALTER {own} {words} ON EXTENSION {extension}");
    gone.chain(new).map(statement).map(Piece::new).collect()
}
