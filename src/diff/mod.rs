//! What differs between two catalogs: objects that one of them lacks, and attributes that are not the same.

pub mod group;
mod managed;
mod nesting;
pub mod patch;
mod rename;
pub mod script;
pub mod versions;

use std::cmp::Ordering;

use serde::Serialize;

pub use group::{Group, groups};
pub use managed::{Managed, Pattern};
pub use rename::{Rename, of_parts, offers};

use crate::catalog::{Catalog, Id, Kind, Object};

/// How an object of the one catalog is found in the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, and not the same.
    Changed,
}

/// One attribute that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attribute {
    /// Its name, as in [`Object::attributes`].
    pub name: String,
    /// Its value in the first; none if it is not set there.
    pub from: Option<String>,
    /// Its value in the second.
    pub to: Option<String>,
}

/// One object that is not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is called.
    #[serde(flatten)]
    pub id: Id,
    /// How it stands.
    pub standing: Standing,
    /// What is not the same; of an added or removed object, all that it has.
    pub attributes: Vec<Attribute>,
}

/// Every difference on the way from one catalog to another, in the order of identities.
///
/// What is `managed` by others is not looked at. An object that comes or goes with the one that it is a part of
/// (the columns of a new table) is listed with its own attributes, since nobody else tells them.
#[must_use]
pub fn compare(from: &Catalog, to: &Catalog, managed: &Managed) -> Vec<Difference> {
    let counts = |object: &&Object| managed.counts(&object.id);
    let mut ours = from.objects.iter().filter(counts).peekable();
    let mut theirs = to.objects.iter().filter(counts).peekable();
    let mut differences = Vec::new();
    loop {
        let order = match (ours.peek(), theirs.peek()) {
            (None, None) => return differences,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(a), Some(b)) => a.id.cmp(&b.id),
        };
        let a = if order.is_le() { ours.next() } else { None };
        let b = if order.is_ge() { theirs.next() } else { None };
        differences.extend(difference(a, b));
    }
}

fn difference(a: Option<&Object>, b: Option<&Object>) -> Option<Difference> {
    let (id, standing) = match (a, b) {
        (Some(a), Some(b)) if a.attributes == b.attributes => return None,
        (Some(a), Some(_)) => (&a.id, Standing::Changed),
        (Some(a), None) => (&a.id, Standing::Removed),
        (None, Some(b)) => (&b.id, Standing::Added),
        (None, None) => return None,
    };
    let mut names: Vec<&str> =
        [a, b].into_iter().flatten().flat_map(|o| o.attributes.keys().map(AsRef::as_ref)).collect();
    names.sort_unstable();
    names.dedup();
    let value = |side: Option<&Object>, name| side.and_then(|object| object.get(name)).map(str::to_owned);
    let attributes: Vec<Attribute> = names
        .into_iter()
        .map(|name| Attribute { name: name.to_owned(), from: value(a, name), to: value(b, name) })
        .filter(|attribute| attribute.from != attribute.to && !is_only_nested(id.kind, attribute))
        .collect();
    if attributes.is_empty() && standing == Standing::Changed {
        return None;
    }
    Some(Difference { id: id.clone(), standing, attributes })
}

/// Whether an expression differs only in parentheses that mean nothing. A function's body is a text, and so is a comment.
fn is_only_nested(kind: Kind, attribute: &Attribute) -> bool {
    let is_text = matches!(kind, Kind::Function | Kind::Procedure) || attribute.name == "comment";
    match (&attribute.from, &attribute.to) {
        (Some(from), Some(to)) if !is_text => nesting::is_same(from, to),
        _ => false,
    }
}
