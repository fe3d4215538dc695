//! Both catalogs with what the planner looks up in them: objects by identity, parts of a whole, who needs whom.

use std::collections::HashMap;

use crate::catalog::{Catalog, Id, Kind, Object};
use crate::sql::quote::split_shown;

/// The two catalogs of a script.
pub(super) struct Sides<'a> {
    /// What is there.
    pub(super) from: Index<'a>,
    /// What is wanted.
    pub(super) to: Index<'a>,
}

/// One catalog, indexed.
pub(super) struct Index<'a> {
    pub(super) server_version: u32,
    objects: HashMap<&'a Id, &'a Object>,
    relations: HashMap<(&'a str, &'a str), &'a Object>,
    parts: HashMap<&'a Id, Vec<&'a Object>>,
    needed_by: HashMap<&'a Id, Vec<&'a Object>>,
    children: HashMap<Vec<String>, Vec<&'a Object>>,
    owned: HashMap<Vec<String>, Vec<&'a Object>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(catalog: &'a Catalog) -> Self {
        let mut index = Self {
            server_version: catalog.server_version,
            objects: catalog.objects.iter().map(|object| (&object.id, object)).collect(),
            relations: HashMap::new(),
            parts: HashMap::new(),
            needed_by: HashMap::new(),
            children: HashMap::new(),
            owned: HashMap::new(),
        };
        for object in &catalog.objects {
            if matches!(object.id.kind, Kind::Table | Kind::View | Kind::MaterializedView) {
                index.relations.insert((&object.id.schema, &object.id.name), object);
            }
        }
        for object in &catalog.objects {
            if let Some(whole) = index.whole(&object.id) {
                index.parts.entry(&whole.id).or_default().push(object);
            }
            for need in &object.needs {
                index.needed_by.entry(need).or_default().push(object);
            }
            if let Some(column) = object.get("owned_by") {
                index.owned.entry(split_shown(column)).or_default().push(object);
            }
            for parent in parents(object) {
                index.children.entry(parent).or_default().push(object);
            }
        }
        for parts in index.parts.values_mut() {
            parts.sort_by_key(|part| (part.id.kind, part.position));
        }
        index
    }

    /// The object with this identity.
    pub(super) fn get(&self, id: &Id) -> Option<&'a Object> {
        self.objects.get(id).copied()
    }

    /// The table or view with this name.
    pub(super) fn relation(&self, schema: &str, name: &str) -> Option<&'a Object> {
        self.relations.get(&(schema, name)).copied()
    }

    /// The object that this one is a part of, and cannot outlive. Of a default, its column.
    pub(super) fn whole(&self, id: &Id) -> Option<&'a Object> {
        let named =
            |kind, schema: &str| self.get(&Id { kind, schema: schema.into(), of: "".into(), name: id.of.clone() });
        match id.kind {
            Kind::Default => self.get(&Id { kind: Kind::Column, ..id.clone() }),
            Kind::Column | Kind::Constraint | Kind::Index | Kind::Trigger | Kind::Rule | Kind::Policy => {
                self.relation(&id.schema, &id.of)
            }
            Kind::TypeAttribute => named(Kind::Type, &id.schema),
            Kind::DomainConstraint => named(Kind::Domain, &id.schema),
            Kind::PublicationMember => named(Kind::Publication, ""),
            Kind::UserMapping => named(Kind::Server, ""),
            _ => None,
        }
    }

    /// What is a part of this object, columns in their order.
    pub(super) fn parts(&self, id: &Id) -> &[&'a Object] {
        self.parts.get(id).map_or(&[], Vec::as_slice)
    }

    /// Its parts of one kind.
    pub(super) fn parts_of(&self, id: &Id, kind: Kind) -> impl Iterator<Item = &'a Object> + '_ {
        self.parts(id).iter().copied().filter(move |part| part.id.kind == kind)
    }

    /// The column that `public.orders.id` names, as PostgreSQL shows it.
    pub(super) fn column_shown(&self, text: &str) -> Option<&'a Object> {
        let names = split_shown(text);
        let [schema, table, column] = names.as_slice() else { return None };
        let [schema, of, name] = [schema, table, column].map(|part| part.as_str().into());
        self.get(&Id { kind: Kind::Column, schema, of, name })
    }

    /// The index or key of a table's parent that `public.orders_pkey` names, as PostgreSQL shows it.
    pub(super) fn part_shown(&self, table: &Object, text: &str) -> Option<&'a Object> {
        let names = split_shown(text);
        let [schema, name] = names.as_slice() else { return None };
        let parents = self.parents(table);
        let parts = parents.iter().flat_map(|parent| self.parts(&parent.id));
        parts.copied().find(|part| {
            matches!(part.id.kind, Kind::Index | Kind::Constraint)
                && *part.id.schema == **schema
                && *part.id.name == **name
        })
    }

    /// The sequences that a column owns.
    pub(super) fn owned_sequences(&self, column: &Id) -> Vec<&'a Object> {
        let names = [&column.schema, &column.of, &column.name].map(ToString::to_string).to_vec();
        self.owned.get(&names).cloned().unwrap_or_default()
    }

    /// Who needs this object.
    pub(super) fn dependents(&self, id: &Id) -> &[&'a Object] {
        self.needed_by.get(id).map_or(&[], Vec::as_slice)
    }

    /// Tables that inherit from this one, or are its partitions; direct ones only.
    pub(super) fn children(&self, table: &Id) -> &[&'a Object] {
        let names = [&table.schema, &table.name].map(ToString::to_string).to_vec();
        self.children.get(&names).map_or(&[], Vec::as_slice)
    }

    /// The tables that a table inherits from, or is a partition of.
    pub(super) fn parents(&self, table: &Object) -> Vec<&'a Object> {
        let wanted = parents(table);
        wanted.iter().filter_map(|names| self.relation(names.first()?, names.get(1)?)).collect()
    }
}

/// Schema and name of the tables that a table comes from.
fn parents(table: &Object) -> Vec<Vec<String>> {
    if table.id.kind != Kind::Table {
        return Vec::new();
    }
    let mut names = table.list("inherits");
    names.extend(table.list("partition_of"));
    names.iter().map(|name| split_shown(name)).collect()
}
