//! Differences put together by the object that a person thinks of: a table with its columns, indexes and policies.

use std::collections::BTreeMap;

use super::{Difference, Standing};
use crate::catalog::{Catalog, Id, Kind};

/// An object, and all that is not the same about it and its parts.
#[derive(Clone, Debug)]
pub struct Group<'a> {
    /// The object, which itself may be the same.
    pub id: Id,
    /// What is not the same about itself.
    pub own: Option<&'a Difference>,
    /// Its parts that are not the same.
    pub parts: Vec<&'a Difference>,
}

impl Group<'_> {
    /// How it stands. What has changed parts has changed.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.own.map_or(Standing::Changed, |own| own.standing)
    }
}

/// Every group, in the order of their objects. The catalogs tell what a part is a part of.
#[must_use]
pub fn groups<'a>(differences: &'a [Difference], from: &Catalog, to: &Catalog) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<Id, Group<'a>> = BTreeMap::new();
    for difference in differences {
        let whole = whole(&difference.id, from, to);
        let id = whole.clone().unwrap_or_else(|| difference.id.clone());
        let group = groups.entry(id.clone()).or_insert(Group { id, own: None, parts: Vec::new() });
        match whole {
            Some(_) => group.parts.push(difference),
            None => group.own = Some(difference),
        }
    }
    groups.into_values().collect()
}

/// The object that another one is a part of.
#[must_use]
pub fn whole(id: &Id, from: &Catalog, to: &Catalog) -> Option<Id> {
    let kinds: &[Kind] = match id.kind {
        _ if id.of.is_empty() => return None,
        Kind::TypeAttribute => &[Kind::Type],
        Kind::DomainConstraint => &[Kind::Domain],
        Kind::PublicationMember => &[Kind::Publication],
        Kind::UserMapping => &[Kind::Server],
        Kind::DefaultPrivilege => return None,
        _ => &[Kind::Table, Kind::View, Kind::MaterializedView],
    };
    let named = |kind: &Kind| Id { kind: *kind, schema: id.schema.clone(), of: "".into(), name: id.of.clone() };
    let is_there = |id: &Id| to.get(id).is_some() || from.get(id).is_some();
    kinds.iter().map(named).find(is_there).or_else(|| kinds.first().map(named))
}
