//! Differences in a person's terms: which grants came and went, what a column may be now, which lines of a function changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Kind, grants};
use crate::diff::{Attribute, Difference};

/// Lines of context around a change in a definition.
const CONTEXT_LINES: usize = 2;
/// A value on one line is cut here.
const VALUE_CHARS_MOST: usize = 160;

/// `3 columns, 1 index`.
pub(super) fn counts(parts: &[&Difference]) -> String {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for part in parts {
        *counts.entry(part.id.kind).or_default() += 1;
    }
    let words = counts.iter().map(|(kind, count)| match (kind.keywords(), count) {
        (word, 1) => format!("1 {word}"),
        ("index", count) => format!("{count} indexes"),
        ("policy", count) => format!("{count} policies"),
        ("member of publication", count) => format!("{count} members"),
        (word, count) => format!("{count} {word}s"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a new object is like, in a few words. None if its name says enough.
pub(super) fn short(added: &Difference) -> Option<String> {
    let get = |name: &str| added.attributes.iter().find(|a| a.name == name).and_then(|a| a.to.clone());
    let text = match added.id.kind {
        Kind::Column | Kind::TypeAttribute => {
            let identity = get("identity").map(|how| format!("generated {how} as identity"));
            let generated = get("generated").map(|expression| format!("generated always as ({expression})"));
            let not_null = get("not_null").map(|_| "not null".to_owned());
            [get("type"), not_null, identity, generated].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        Kind::Default => get("expression")?,
        Kind::Constraint | Kind::DomainConstraint | Kind::Index => get("definition")?,
        Kind::Domain => get("base")?,
        Kind::Type => get("labels").map(|labels| list(&labels).join(", "))?,
        Kind::Extension => get("version").map(|version| format!("version {version}"))?,
        Kind::Policy => {
            let roles = get("roles").map(|roles| list(&roles).join(", ")).unwrap_or_default();
            format!("for {} to {roles}", get("command")?)
        }
        _ => return None,
    };
    (!text.is_empty()).then(|| cut(&text))
}

/// One attribute that is not the same, in lines.
pub(super) fn change(attribute: &Attribute) -> Vec<String> {
    let (from, to) = (attribute.from.as_deref(), attribute.to.as_deref());
    let name = attribute.name.replace('_', " ");
    match (attribute.name.as_str(), from, to) {
        ("acl" | "privileges", ..) => granted(from, to),
        ("not_null", None, Some(_)) => vec!["may not be null any more".to_owned()],
        ("not_null", ..) => vec!["may be null now".to_owned()],
        ("not_valid", None, Some(_)) => vec!["is not validated any more".to_owned()],
        ("not_valid", ..) => vec!["is validated now".to_owned()],
        (_, None, Some("true")) => vec![format!("{name}: on")],
        (_, Some("true"), None) => vec![format!("{name}: off")],
        _ if [from, to].into_iter().flatten().any(|value| value.contains('\n')) => {
            let diff = similar::TextDiff::from_lines(from.unwrap_or_default(), to.unwrap_or_default());
            let text = diff.unified_diff().context_radius(CONTEXT_LINES).missing_newline_hint(false).to_string();
            let lines = text.lines().filter(|line| !line.starts_with("@@")).map(str::to_owned);
            std::iter::once(format!("{name}:")).chain(lines).collect()
        }
        _ if [from, to].into_iter().flatten().any(|value| value.starts_with('[')) => {
            let (was, is) = (from.map(list).unwrap_or_default(), to.map(list).unwrap_or_default());
            let gone = was.iter().filter(|value| !is.contains(value)).map(|value| format!("- {name}: {}", cut(value)));
            let come = is.iter().filter(|value| !was.contains(value)).map(|value| format!("+ {name}: {}", cut(value)));
            let lines: Vec<String> = gone.chain(come).collect();
            if lines.is_empty() { vec![format!("{name}: {} -> {}", was.join(", "), is.join(", "))] } else { lines }
        }
        _ => {
            let shown = |value: Option<&str>| value.map_or_else(|| "none".to_owned(), cut);
            vec![format!("{name}: {} -> {}", shown(from), shown(to))]
        }
    }
}

/// A JSON list's entries; a value that is none, alone.
fn list(json: &str) -> Vec<String> {
    match serde_json::from_str::<Vec<serde_json::Value>>(json) {
        Ok(values) => values.into_iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect(),
        Err(_) => vec![json.to_owned()],
    }
}

fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(VALUE_CHARS_MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Grants that came and went: `+ anon may select`.
fn granted(from: Option<&str>, to: Option<&str>) -> Vec<String> {
    type Held = BTreeMap<String, BTreeSet<(char, bool)>>;
    let read = |acl: Option<&str>| -> Held {
        let entries = acl.map(list).unwrap_or_default();
        entries
            .iter()
            .map(|e| grants::entry(e))
            .map(|(who, what)| (who.to_owned(), grants::letters(what).collect()))
            .collect()
    };
    let (was, is) = (read(from), read(to));
    let mut lines = Vec::new();
    for who in was.keys().chain(is.keys()).collect::<BTreeSet<_>>() {
        let of = |side: &Held| side.get(who).cloned();
        let (before, after) = (of(&was), of(&is));
        let name = match who.as_str() {
            grants::PUBLIC => "everybody",
            grants::OWNER => "its owner",
            name => name,
        };
        // Everybody and the owner are listed where they hold other than by default; nothing is told of what that was.
        if let (grants::PUBLIC | grants::OWNER, None, _) | (grants::PUBLIC | grants::OWNER, _, None) =
            (who.as_str(), &before, &after)
        {
            let say = |side: Option<BTreeSet<(char, bool)>>| match side {
                None => "the default".to_owned(),
                Some(held) if held.is_empty() => "nothing".to_owned(),
                Some(held) => rights(&held),
            };
            lines.push(format!("{name} may: {} -> {}", say(before), say(after)));
            continue;
        }
        let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
        let lost: BTreeSet<_> = before.difference(&after).copied().collect();
        let gained: BTreeSet<_> = after.difference(&before).copied().collect();
        if !lost.is_empty() {
            lines.push(format!("- {name} may {}", rights(&lost)));
        }
        if !gained.is_empty() {
            lines.push(format!("+ {name} may {}", rights(&gained)));
        }
    }
    lines
}

fn rights(letters: &BTreeSet<(char, bool)>) -> String {
    let word = |(letter, option): &(char, bool)| {
        let other = letter.to_string();
        let word = match letter {
            'r' => "select",
            'a' => "insert",
            'w' => "update",
            'd' => "delete",
            'D' => "truncate",
            'x' => "reference",
            't' => "trigger",
            'X' => "execute",
            'U' => "use",
            'C' => "create",
            'm' => "maintain",
            _ => &other,
        };
        if *option { format!("{word} (and grant it)") } else { word.to_owned() }
    };
    letters.iter().map(word).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(name: &str, from: Option<&str>, to: Option<&str>) -> Vec<String> {
        change(&Attribute { name: name.into(), from: from.map(Into::into), to: to.map(Into::into) })
    }

    #[test]
    fn grants_are_said_as_what_somebody_may() {
        let said = lines("acl", Some(r#"["anon=arw"]"#), Some(r#"["anon=r*","staff=d"]"#));
        assert_eq!(
            said,
            ["- anon may insert, select, update", "+ anon may select (and grant it)", "+ staff may delete"]
        );
        assert_eq!(lines("acl", None, Some(r#"["public="]"#)), ["everybody may: the default -> nothing"]);
    }

    #[test]
    fn definitions_are_patches_and_lists_their_entries() {
        assert_eq!(lines("definition", Some("a\nb"), Some("a\nc")), ["definition:", " a", "-b", "+c"]);
        assert_eq!(lines("labels", Some(r#"["a","b"]"#), Some(r#"["a","c"]"#)), ["- labels: b", "+ labels: c"]);
        assert_eq!(lines("labels", Some(r#"["a","b"]"#), Some(r#"["b","a"]"#)), ["labels: a, b -> b, a"]);
        assert_eq!(lines("not_null", None, Some("true")), ["may not be null any more"]);
        assert_eq!(lines("row_security", Some("true"), None), ["row security: off"]);
        assert_eq!(lines("type", Some("integer"), None), ["type: integer -> none"]);
    }
}
