//! What differs between two catalogs only because their servers are of different major versions is no difference.
//!
//! The attribute of the second catalog is then made that of the first, so that nobody after this has to know. Names of
//! versions below say what changed with them.

use crate::catalog::{Catalog, Id, Kind, Object, grants};

/// Levels `to` with `from`, where their servers' major versions differ.
pub fn level(from: &mut Catalog, to: &mut Catalog) {
    let major = |catalog: &Catalog| catalog.server_version / 10_000;
    let (a, b) = (major(from), major(to));
    // The empty catalog is no server's.
    if a == b || a == 0 || b == 0 {
        return;
    }
    let between = Between { older: a.min(b), newer: a.max(b) };
    for object in &mut to.objects {
        if let Some(other) = from.get(&object.id) {
            between.level(other, object);
        }
    }
}

/// Two major versions.
struct Between {
    older: u32,
    newer: u32,
}

impl Between {
    /// Whether what came with a version is on one side only.
    fn has(&self, version: u32) -> bool {
        self.older < version && version <= self.newer
    }

    fn level(&self, from: &Object, to: &mut Object) {
        let names: Vec<Box<str>> = from.attributes.keys().chain(to.attributes.keys()).cloned().collect();
        for name in names {
            let (a, b) = (from.get(&name), to.get(&name));
            if a == b || !self.is_same(&from.id, &name, a, b) {
                continue;
            }
            match a.map(Box::from) {
                Some(value) => to.attributes.insert(name, value),
                None => to.attributes.remove(&name),
            };
        }
    }

    fn is_same(&self, id: &Id, attribute: &str, a: Option<&str>, b: Option<&str>) -> bool {
        let by = |normal: fn(&str) -> String| a.map(normal) == b.map(normal);
        match (id.kind, attribute) {
            // Every server brings its own.
            (Kind::Extension, "version") => true,
            // 15 gave `public` to the database's owner, and nobody else may create in it.
            (Kind::Schema, "owner" | "acl") => self.has(15) && &*id.name == "public",
            // 16 no longer writes the table before the columns of a view that reads one table alone.
            (Kind::View | Kind::MaterializedView | Kind::Rule, "definition") => self.has(16) && by(unqualified),
            // 16 writes ICU's locales as BCP 47 does.
            (Kind::Collation, "locale") => self.has(16) && by(|locale| locale.replace('_', "-")),
            // 17 brought MAINTAIN, which is part of ALL.
            (_, "acl" | "privileges") => self.has(17) && without_maintain(a) == without_maintain(b),
            // 14 brought multiranges.
            (Kind::Type, "range") => self.has(14) && by(without_multirange),
            _ => false,
        }
    }
}

/// The grants without MAINTAIN; who has nothing else is left out.
fn without_maintain(list: Option<&str>) -> Vec<String> {
    let list: Vec<String> = list.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let without = |entry: &String| {
        let (grantee, all) = grants::entry(entry);
        let kept: String = grants::letters(all)
            .filter(|(letter, _)| *letter != 'm')
            .flat_map(|(letter, option)| [Some(letter), option.then_some('*')])
            .flatten()
            .collect();
        (!kept.is_empty() || all.is_empty()).then(|| format!("{grantee}={kept}"))
    };
    list.iter().filter_map(without).collect()
}

fn without_multirange(json: &str) -> String {
    let mut range: serde_json::Value = serde_json::from_str(json).unwrap_or_default();
    if let Some(range) = range.as_object_mut() {
        range.remove("multirange_type_name");
    }
    range.to_string()
}

/// A query with every name's qualifier left out, and blanks made one. Strings stay as they are.
fn unqualified(query: &str) -> String {
    let mut words: Vec<&str> = Vec::new();
    let mut rest = query;
    while let Some(first) = rest.chars().next() {
        let length = word(rest, first);
        let (this, after) = rest.split_at(length);
        rest = after;
        if first.is_whitespace() {
            continue;
        }
        // `a.b` and `a.*` lose `a.`; a number keeps its point, since it begins with a digit.
        if let [.., name, "."] = words.as_slice()
            && name.starts_with(|c: char| c == '"' || c == '_' || c.is_alphabetic())
        {
            words.truncate(words.len() - 2);
        }
        words.push(this);
    }
    words.join(" ")
}

/// The length of the word at the beginning: a name, a string, blanks, or one other character.
fn word(text: &str, first: char) -> usize {
    let until = |end: fn(char) -> bool| text.find(end).unwrap_or(text.len());
    match first {
        // A doubled quote makes two strings of one, on both sides alike.
        '\'' | '"' => text.get(1..).and_then(|rest| rest.find(first)).map_or(text.len(), |at| at + 2),
        c if c.is_whitespace() => until(|c| !c.is_whitespace()),
        c if c == '_' || c.is_alphanumeric() => until(|c| !(c == '_' || c == '$' || c.is_alphanumeric())),
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog(version: u32, kind: Kind, name: &str, attribute: &str, value: &str) -> Catalog {
        let id = Id { kind, schema: "public".into(), of: "".into(), name: name.into() };
        let attributes = [(attribute.into(), value.into())].into();
        Catalog {
            server_version: version * 10_000,
            objects: vec![Object { id, attributes, position: 0, needs: Vec::new() }],
        }
    }

    fn are_level(kind: Kind, attribute: &str, (older, a): (u32, &str), (newer, b): (u32, &str)) -> bool {
        let (mut from, mut to) = (catalog(older, kind, "x", attribute, a), catalog(newer, kind, "x", attribute, b));
        level(&mut from, &mut to);
        from.objects == to.objects
    }

    #[test]
    fn views_of_one_table_are_worded_otherwise_since_16() {
        let (old, new) = (
            " SELECT t.id,\n    t.\"A b\"\n   FROM s.t\n  WHERE (t.x > 1.5)",
            " SELECT id,\n    \"A b\"\n   FROM s.t\n  WHERE (x > 1.5)",
        );
        assert!(are_level(Kind::View, "definition", (15, old), (16, new)));
        assert!(!are_level(Kind::View, "definition", (16, old), (17, new)));
        assert!(!are_level(Kind::View, "definition", (15, old), (16, &new.replace("1.5", "2.5"))));
        assert!(!are_level(Kind::View, "definition", (15, "SELECT 'a.b'"), (17, "SELECT 'b'")));
    }

    #[test]
    fn maintain_is_part_of_all_since_17() {
        let (old, new) = (r#"["anon=arwdDxt"]"#, r#"["anon=arwdDxtm"]"#);
        assert!(are_level(Kind::Table, "acl", (15, old), (17, new)));
        assert!(!are_level(Kind::Table, "acl", (17, old), (18, new)));
        assert!(!are_level(Kind::Table, "acl", (15, r#"["anon=r"]"#), (17, new)));
    }

    #[test]
    fn versions_of_extensions_and_spellings_of_locales_are_the_servers() {
        assert!(are_level(Kind::Extension, "version", (15, "1.10"), (17, "1.11")));
        assert!(!are_level(Kind::Extension, "version", (15, "1.10"), (15, "1.11")));
        assert!(are_level(Kind::Collation, "locale", (15, "de_DE"), (18, "de-DE")));
        assert!(!are_level(Kind::Collation, "locale", (15, "de_DE"), (18, "de-AT")));
    }
}
