//! A pattern of objects: a kind, or none, and a name in which `*` stands for anything: `table public.tmp_*`, `audit.*`.

use crate::catalog::{Id, Kind};

/// A pattern, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    kind: Option<Kind>,
    name: Box<str>,
}

impl Pattern {
    /// Reads a pattern as it is typed: `KIND NAME` or `NAME`. Kinds are those of the JSON, with `_` or blanks; names have their
    /// schema, and of parts also what they are a part of: `policy public.orders.*`.
    ///
    /// # Errors
    /// What is wrong with it, as a fragment.
    pub fn parse(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        for count in (1..words.len()).rev() {
            let (kind, name) = words.split_at(count);
            if let Some(kind) = Kind::parse(&kind.join("_")) {
                return Ok(Self { kind: Some(kind), name: name.join(" ").into() });
            }
        }
        match words.as_slice() {
            [] => Err("an empty pattern".to_owned()),
            // A name may hold blanks, but what has no dot and comes first was meant for a kind.
            [first, _, ..] if !first.contains(['.', '*']) => Err(format!("`{first}` is no kind of object")),
            words => Ok(Self { kind: None, name: words.join(" ").into() }),
        }
    }

    /// Everything in a schema, and the schema.
    #[must_use]
    pub fn schema(name: &str) -> Self {
        Self { kind: Some(Kind::Schema), name: name.into() }
    }

    /// Whether an object is meant: by its own name, as a part of one that is, or as a thing in a schema that is.
    #[must_use]
    pub fn matches(&self, id: &Id) -> bool {
        match self.kind {
            Some(Kind::Schema) => glob(&self.name, if id.kind == Kind::Schema { &id.name } else { &id.schema }),
            Some(kind) if kind == id.kind => glob(&self.name, &dotted(&[&id.schema, &id.of, &id.name])),
            None | Some(Kind::Table | Kind::View | Kind::MaterializedView | Kind::Type | Kind::Domain) => {
                let is_itself = self.kind.is_none() && glob(&self.name, &dotted(&[&id.schema, &id.of, &id.name]));
                is_itself || (!id.of.is_empty() && glob(&self.name, &dotted(&[&id.schema, &id.of])))
            }
            Some(_) => false,
        }
    }
}

/// The parts that are there, with dots between them.
fn dotted(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".")
}

/// Whether a text is what a pattern says: `*` is anything, also nothing.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(last) = pieces.next_back() else { return rest.is_empty() };
    for piece in pieces {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, kind: Kind, schema: &str, of: &str, name: &str) -> bool {
        let id = Id { kind, schema: schema.into(), of: of.into(), name: name.into() };
        Pattern::parse(pattern).unwrap().matches(&id)
    }

    #[test]
    fn stars_stand_for_anything() {
        for (pattern, text) in
            [("a*c", "abc"), ("a*c", "ac"), ("*", ""), ("a*b*c", "axbxbc"), ("*.x", "a.b.x"), ("a", "a")]
        {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*a", "a"), ("a", "ab"), ("a*c", "abd"), ("", "a"), ("a*b*c", "acb")] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn parts_go_with_what_they_are_a_part_of() {
        assert!(matches("table public.tmp_*", Kind::Table, "public", "", "tmp_1"));
        assert!(matches("table public.tmp_*", Kind::Column, "public", "tmp_1", "id"));
        assert!(!matches("table public.tmp_*", Kind::View, "public", "", "tmp_1"));
        assert!(!matches("table public.tmp_*", Kind::Table, "other", "", "tmp_1"));
        assert!(matches("schema audit", Kind::Trigger, "audit", "t", "x"));
        assert!(matches("schema audit", Kind::Schema, "", "", "audit"));
        assert!(matches("audit.*", Kind::Function, "audit", "", "f(integer)"));
        assert!(matches("materialized view s.v", Kind::MaterializedView, "s", "", "v"));
        assert!(matches("policy public.t.Staff may*", Kind::Policy, "public", "t", "Staff may read"));
        assert!(!matches("policy public.t", Kind::Column, "public", "t", "id"));
        assert!(!matches("publication p", Kind::PublicationMember, "", "p", "table public.t"));
        assert!(matches("publication_member p.*", Kind::PublicationMember, "", "p", "table public.t"));
    }

    #[test]
    fn a_mistyped_kind_is_told() {
        assert_eq!(Pattern::parse("tabel public.x").unwrap_err(), "`tabel` is no kind of object");
        assert!(Pattern::parse("  ").is_err());
        assert!(Pattern::parse("public.my table").is_ok());
    }
}
