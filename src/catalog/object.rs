//! Identities, objects, and the catalog that holds them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, grants};

/// What an object is called. Parts that a kind does not have are empty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Id {
    /// What it is.
    pub kind: Kind,
    /// The schema it lives in, unquoted.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub schema: Box<str>,
    /// The relation, type or publication that it is a part of, in the same schema: a column's table, a trigger's table.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub of: Box<str>,
    /// Its name, unquoted; of functions, operators and casts also the types: `add(integer, integer)`.
    pub name: Box<str>,
}

impl std::fmt::Display for Id {
    /// `column public.orders.total`, parts that a kind does not have left out.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.schema, &self.of, &self.name].into_iter().filter(|part| !part.is_empty());
        write!(f, "{} {}", self.kind.keywords(), parts.map(AsRef::as_ref).collect::<Vec<&str>>().join("."))
    }
}

/// One object: its attributes, and what it needs in order to exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// What it is called.
    pub id: Id,
    /// Values by name, as PostgreSQL words them; lists as JSON arrays. What is NULL or the default is absent.
    pub attributes: BTreeMap<Box<str>, Box<str>>,
    /// Where it stands among its table's columns; not compared, since PostgreSQL cannot move a column.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub position: i32,
    /// What it needs: what `pg_depend` says, with rewrite rules, defaults and key indexes counted as their owner's.
    pub needs: Vec<Id>,
}

impl Object {
    /// The value of an attribute, unless it is absent.
    #[must_use]
    pub fn get(&self, attribute: &str) -> Option<&str> {
        self.attributes.get(attribute).map(AsRef::as_ref)
    }

    /// Whether a yes-or-no attribute is there and true.
    #[must_use]
    pub fn is(&self, attribute: &str) -> bool {
        self.get(attribute) == Some("true")
    }

    /// The entries of a list; none if it is absent.
    #[must_use]
    pub fn list(&self, attribute: &str) -> Vec<String> {
        self.get(attribute).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(position: &i32) -> bool {
    *position == 0
}

/// Everything in a database's schema at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// `server_version_num` of the server that it was read from; 0 for the empty catalog.
    pub server_version: u32,
    /// Every object, in the order of their identities.
    pub objects: Vec<Object>,
}

impl Catalog {
    /// What a new database has, of PostgreSQL 15 or newer: the schema `public`.
    #[must_use]
    pub fn of_new_database(server_version: u32) -> Self {
        let id = Id { kind: Kind::Schema, schema: "".into(), of: "".into(), name: "public".into() };
        let attributes = [("owner", "pg_database_owner"), ("acl", "[\"public=U\"]")];
        let attributes = attributes.map(|(name, value)| (name.into(), value.into())).into();
        Self { server_version, objects: vec![Object { id, attributes, position: 0, needs: Vec::new() }] }
    }

    /// The object with this identity.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<&Object> {
        let at = self.objects.binary_search_by(|object| object.id.cmp(id)).ok()?;
        self.objects.get(at)
    }

    /// Gives everything that one role has to another: what is built elsewhere, under another name, is to be compared.
    pub fn rename_role(&mut self, from: &str, to: &str) {
        for object in &mut self.objects {
            for name in ["owner", "role"] {
                if let Some(owner) = object.attributes.get_mut(name).filter(|owner| &***owner == from) {
                    *owner = to.into();
                }
            }
            for name in ["acl", "privileges"] {
                let Some(list) = object.attributes.get_mut(name) else { continue };
                let renamed: Vec<String> = serde_json::from_str::<Vec<String>>(list)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|entry| match grants::entry(&entry) {
                        (grantee, letters) if grantee == from => format!("{to}={letters}"),
                        _ => entry,
                    })
                    .collect();
                *list = serde_json::to_string(&renamed).unwrap_or_default().into();
            }
            if object.id.kind == Kind::DefaultPrivilege && &*object.id.of == from {
                object.id.of = to.into();
            }
        }
        self.objects.sort_unstable_by(|a, b| a.id.cmp(&b.id));
    }
}
