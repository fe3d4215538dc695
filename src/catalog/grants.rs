//! Access control lists in one normal form: what everybody has anyway is left out, who granted it too.
//!
//! `{postgres=arwdDxt/postgres,anon=r/postgres}` of a table that postgres owns is `["anon=r"]`, and `{postgres=X/postgres}`
//! of a function is `["public="]`: what PUBLIC has by default was taken away. The letters are PostgreSQL's own.

use std::collections::BTreeMap;

use super::Kind;

/// The owner in the normal form. No role can have this name: `pg_` is PostgreSQL's.
pub const OWNER: &str = "pg_owner";
/// Everybody in the normal form. No role can have this name either.
pub const PUBLIC: &str = "public";

/// The letters that the owner, and everybody, have on a new object of this kind.
#[must_use]
pub fn defaults(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Table | Kind::View | Kind::MaterializedView => ("arwdDxt", ""),
        Kind::Sequence => ("rwU", ""),
        Kind::Function | Kind::Procedure | Kind::Aggregate => ("X", "X"),
        Kind::Type | Kind::Domain | Kind::Language => ("U", "U"),
        Kind::Schema => ("UC", ""),
        Kind::Server | Kind::ForeignDataWrapper => ("U", ""),
        _ => ("", ""),
    }
}

/// The normal form of an `aclitem[]`; none if it says no more than the default.
#[must_use]
pub fn normalise(acl: &str, owner: &str, kind: Kind) -> Option<String> {
    let (of_owner, of_public) = defaults(kind);
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    for (grantee, letters) in parse(acl) {
        let grantee = match grantee.as_str() {
            "" => PUBLIC.to_owned(),
            name if name == owner => OWNER.to_owned(),
            _ => grantee,
        };
        merge(entries.entry(grantee).or_default(), &letters);
    }
    for (grantee, expected) in [(OWNER, of_owner), (PUBLIC, of_public)] {
        let held = entries.entry(grantee.to_owned()).or_default();
        // MAINTAIN (m) came with 17; who owns the table has it.
        if sorted(&held.replace('m', "")) == sorted(expected) {
            entries.remove(grantee);
        }
    }
    let list: Vec<String> = entries.iter().map(|(grantee, letters)| format!("{grantee}={}", sorted(letters))).collect();
    if list.is_empty() { None } else { serde_json::to_string(&list).ok() }
}

/// Splits one entry of the normal form into who and which letters; a letter followed by `*` may be granted on.
#[must_use]
pub fn entry(text: &str) -> (&str, &str) {
    text.rsplit_once('=').unwrap_or((text, ""))
}

/// The letters one by one, each with whether it may be granted on.
pub fn letters(text: &str) -> impl Iterator<Item = (char, bool)> + '_ {
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let letter = chars.next()?;
        Some((letter, chars.next_if_eq(&'*').is_some()))
    })
}

fn merge(held: &mut String, more: &str) {
    let mut all: BTreeMap<char, bool> = letters(held).collect();
    for (letter, option) in letters(more) {
        *all.entry(letter).or_default() |= option;
    }
    *held = join(&all);
}

fn sorted(text: &str) -> String {
    join(&letters(text).collect())
}

fn join(all: &BTreeMap<char, bool>) -> String {
    all.iter().flat_map(|(letter, option)| [Some(*letter), option.then_some('*')]).flatten().collect()
}

/// Reads `{grantee=letters/grantor,…}`: first the quoting of arrays, then that of names.
fn parse(acl: &str) -> Vec<(String, String)> {
    let inner = acl.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    let mut items = Vec::new();
    let mut item = String::new();
    let mut quoted = false;
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => item.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => items.push(std::mem::take(&mut item)),
            _ => item.push(c),
        }
    }
    items.push(item);
    items.iter().filter_map(|item| split_item(item)).collect()
}

fn split_item(item: &str) -> Option<(String, String)> {
    let (grantee, rest) = match item.strip_prefix('"') {
        Some(quoted) => {
            let mut name = String::new();
            let mut chars = quoted.char_indices();
            let end = loop {
                match chars.next()? {
                    (at, '"') if quoted.get(at + 1..)?.starts_with('"') => {
                        name.push('"');
                        chars.next();
                    }
                    (at, '"') => break at + 1,
                    (_, c) => name.push(c),
                }
            };
            (name, quoted.get(end..)?.strip_prefix('=')?)
        }
        None => item.split_once('=').map(|(name, rest)| (name.to_owned(), rest))?,
    };
    let letters = rest.split_once('/').map_or(rest, |(letters, _)| letters);
    Some((grantee, letters.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_has_anyway_is_left_out() {
        assert_eq!(normalise("{me=arwdDxt/me}", "me", Kind::Table), None);
        assert_eq!(normalise("{me=arwdDxtm/me}", "me", Kind::Table), None);
        assert_eq!(normalise("{=X/me,me=X/me}", "me", Kind::Function), None);
    }

    #[test]
    fn what_was_given_and_taken_is_kept() {
        let table = normalise("{me=arwdDxt/me,anon=r/me,anon=w*/other}", "me", Kind::Table);
        assert_eq!(table.as_deref(), Some(r#"["anon=rw*"]"#));
        assert_eq!(normalise("{me=X/me}", "me", Kind::Function).as_deref(), Some(r#"["public="]"#));
        assert_eq!(normalise("{}", "me", Kind::Schema).as_deref(), Some(r#"["pg_owner="]"#));
    }

    #[test]
    fn names_of_any_sort_are_read() {
        let acl = r#"{me=U/me,"\"a,\"\"b\"\" =c\"=U/me"}"#;
        assert_eq!(normalise(acl, "me", Kind::Server).as_deref(), Some(r#"["a,\"b\" =c=U"]"#));
    }
}
