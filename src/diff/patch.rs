//! Differences as patches of definitions: the SQL that makes an object on one side, against the SQL that makes it on the other.

use std::collections::BTreeMap;

use serde::Serialize;

use super::script::{Options, script};
use super::{Group, Managed, group};
use crate::catalog::{Catalog, Id};

/// Lines of context around a change.
const CONTEXT_LINES: usize = 3;

/// One object's patch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// The object: `table public.orders`.
    pub object: String,
    /// A unified diff without its head.
    pub patch: String,
}

/// A patch for each group, in their order. What no SQL makes has an empty one.
#[must_use]
pub fn patches(groups: &[Group<'_>], from: &Catalog, to: &Catalog, managed: &Managed) -> Vec<Patch> {
    let (was, is) = (definitions(from, managed), definitions(to, managed));
    let text = |side: &BTreeMap<Id, String>, id: &Id| side.get(id).cloned().unwrap_or_default();
    let one = |group: &Group<'_>| {
        let (was, is) = (text(&was, &group.id), text(&is, &group.id));
        let diff = similar::TextDiff::from_lines(was.as_str(), is.as_str());
        Patch { object: group.id.to_string(), patch: diff.unified_diff().context_radius(CONTEXT_LINES).to_string() }
    };
    groups.iter().map(one).collect()
}

/// What makes each object and its parts, in one text.
fn definitions(catalog: &Catalog, managed: &Managed) -> BTreeMap<Id, String> {
    let mut texts: BTreeMap<Id, String> = BTreeMap::new();
    for statement in script(&Catalog::default(), catalog, managed, &Options::default()).statements {
        let id = group::whole(&statement.about, catalog, catalog).unwrap_or(statement.about);
        let text = texts.entry(id).or_default();
        text.push_str(&statement.sql);
        text.push_str(";\n");
    }
    texts
}
