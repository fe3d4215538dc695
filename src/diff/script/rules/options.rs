//! Storage parameters and foreign-data options: lists of `name=value`.

use crate::catalog::Object;
use crate::sql::quote::{literal, shown};

/// Name and value of each entry.
fn entries(object: Option<&Object>, attribute: &str) -> Vec<(String, String)> {
    let list = object.map(|o| o.list(attribute)).unwrap_or_default();
    let split = |entry: &String| {
        let (name, value) = entry.split_once('=').unwrap_or((entry, ""));
        (name.to_owned(), value.to_owned())
    };
    list.iter().map(split).collect()
}

/// A value as a storage parameter: bare where it is a number or a word, else a literal.
fn value(text: &str) -> String {
    let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-' || c == '_');
    if plain && !text.starts_with('-') && !text.contains('-') {
        text.to_owned()
    } else {
        literal(text).trim().to_owned()
    }
}

/// `fillfactor=70, autovacuum_enabled=false`; empty if there are none.
pub(super) fn list(object: &Object, attribute: &str, prefix: &str) -> Vec<String> {
    let all = entries(Some(object), attribute).into_iter();
    all.map(|(name, text)| format!("{prefix}{}={}", shown(&name), value(&text))).collect()
}

/// `SET (…)` and `RESET (…)`, whichever are needed.
pub(super) fn set_and_reset(from: &Object, to: &Object, attribute: &str, prefix: &str) -> Vec<String> {
    let (old, new) = (entries(Some(from), attribute), entries(Some(to), attribute));
    let gone: Vec<String> = old
        .iter()
        .filter(|(name, _)| new.iter().all(|(other, _)| other != name))
        .map(|(name, _)| format!("{prefix}{}", shown(name)))
        .collect();
    let set: Vec<String> = new
        .iter()
        .filter(|entry| !old.contains(entry))
        .map(|(name, text)| format!("{prefix}{}={}", shown(name), value(text)))
        .collect();
    let mut actions = Vec::new();
    if !gone.is_empty() {
        actions.push(format!("RESET ({})", gone.join(", ")));
    }
    if !set.is_empty() {
        actions.push(format!("SET ({})", set.join(", ")));
    }
    actions
}

/// ` OPTIONS (name 'value')` of a new foreign object; empty if there are none.
pub(super) fn foreign(object: &Object) -> String {
    let all = entries(Some(object), "server_options");
    if all.is_empty() {
        return String::new();
    }
    let list: Vec<String> =
        all.iter().map(|(name, text)| format!("{} {}", shown(name), literal(text).trim())).collect();
    format!(" OPTIONS ({})", list.join(", "))
}

/// `OPTIONS (ADD …, SET …, DROP …)` of one that is there.
pub(super) fn change_foreign(from: &Object, to: &Object) -> String {
    let (old, new) = (entries(Some(from), "server_options"), entries(Some(to), "server_options"));
    let mut actions = Vec::new();
    for (name, text) in &new {
        match old.iter().find(|(other, _)| other == name) {
            Some((_, same)) if same == text => {}
            Some(_) => actions.push(format!("SET {} {}", shown(name), literal(text).trim())),
            None => actions.push(format!("ADD {} {}", shown(name), literal(text).trim())),
        }
    }
    for (name, _) in &old {
        if new.iter().all(|(other, _)| other != name) {
            actions.push(format!("DROP {}", shown(name)));
        }
    }
    format!("OPTIONS ({})", actions.join(", "))
}
