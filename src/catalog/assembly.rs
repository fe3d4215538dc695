//! Puts a catalog together from rows: what several queries would have to look up, each for every row, is looked up here.
//!
//! Members of extensions are left out, with all that is a part of them; what is a part of a relation or a type has its
//! schema and its name from there, and is left out where that was; what may be said of any object, as its comment, is joined by address.

use std::collections::{BTreeMap, HashMap};

use tokio_postgres::Row;

use super::needs::Addresses;
use super::rows::{Address, Identity, Of, Shape, address, number, text};
use super::{Catalog, Id, Kind, Object, expression, grants};

/// `pg_depend`'s numbers of the catalogs whose objects have parts, and of extensions.
const RELATIONS: u32 = 1259;
const TYPES: u32 = 1247;
const EXTENSIONS: u32 = 3079;

/// A relation or a type that others may be a part of.
struct Place {
    schema: Box<str>,
    name: Box<str>,
    is_member: bool,
}

/// The name of an attribute, and its value.
type Remark = (Box<str>, Box<str>);

/// What has been read so far.
#[derive(Default)]
pub(super) struct Assembly {
    /// Members of extensions, by catalog and oid, and whose they are.
    members: HashMap<(u32, u32), u32>,
    /// Attributes that objects of any kind may have, with their values.
    remarks: HashMap<Address, Vec<Remark>>,
    places: HashMap<(u32, u32), Place>,
    addresses: Addresses,
    objects: Vec<Object>,
    /// The shape of the query that is being read.
    shape: Option<(usize, Shape)>,
}

impl Assembly {
    /// A row of members.sql. These come first.
    pub(super) fn member(&mut self, row: &Row) -> anyhow::Result<()> {
        let (member, extension) = ((number(row, 0)?, number(row, 1)?), number(row, 2)?);
        self.members.insert(member, extension);
        let (from, to) = (Address::whole(member.0, member.1), Address::whole(EXTENSIONS, extension));
        self.addresses.alias(from, to);
        Ok(())
    }

    /// A row of remarks.sql. These come before what they are said of.
    pub(super) fn remark(&mut self, row: &Row) -> anyhow::Result<()> {
        let (name, value) = (text(row, 3)?.unwrap_or_default(), text(row, 4)?.unwrap_or_default());
        self.remarks.entry(address(row, 0)?).or_default().push((name.into(), value.into()));
        Ok(())
    }

    /// A row of aliases.sql.
    pub(super) fn alias(&mut self, row: &Row) -> anyhow::Result<()> {
        self.addresses.alias(address(row, 0)?, address(row, 3)?);
        Ok(())
    }

    /// A row of needs.sql. These come last.
    pub(super) fn need(&mut self, row: &Row) -> anyhow::Result<()> {
        self.addresses.need(address(row, 0)?, address(row, 3)?);
        Ok(())
    }

    /// A row of the query with this number that reads objects.
    pub(super) fn object(&mut self, query: usize, row: &Row) -> anyhow::Result<()> {
        let shape = match self.shape.take() {
            Some((of, shape)) if of == query => shape,
            _ => Shape::of(row)?,
        };
        if let Some((address, object)) = self.assemble(&shape, row)? {
            self.addresses.add(address, self.objects.len());
            self.objects.push(object);
        }
        self.shape = Some((query, shape));
        Ok(())
    }

    fn assemble(&mut self, shape: &Shape, row: &Row) -> anyhow::Result<Option<(Address, Object)>> {
        let identity = Identity::of(row, shape)?;
        let Some(id) = self.place(&identity) else { return Ok(None) };
        let mut attributes = BTreeMap::new();
        for attribute in shape.attributes(row) {
            let (name, value) = attribute?;
            attributes.insert(Box::from(name), Box::from(&*expression::settled(value)));
        }
        for (name, value) in self.remarks.get(&identity.address).into_iter().flatten() {
            if !shape.has_comment || &**name != "comment" {
                attributes.insert(name.clone(), value.clone());
            }
        }
        normalise_grants(id.kind, &mut attributes);
        let position = if matches!(id.kind, Kind::Column | Kind::TypeAttribute) { identity.address.sub } else { 0 };
        let position = i32::try_from(position)?;
        Ok(Some((identity.address, Object { id, attributes, position, needs: Vec::new() })))
    }

    /// What an object is called; none if it is an extension's, or a part of what was not read.
    fn place(&mut self, identity: &Identity<'_>) -> Option<Id> {
        let Identity { kind, address: Address { class, oid, .. }, of, name, .. } = *identity;
        let is_member = self.members.contains_key(&(class, oid));
        let (schema, of): (Box<str>, Box<str>) = match of {
            Of::Name(of) => (identity.schema.into(), of.into()),
            Of::Oid(oid) => {
                let class =
                    if matches!(kind, Kind::DomainConstraint | Kind::TypeAttribute) { TYPES } else { RELATIONS };
                let place = self.places.get(&(class, oid))?;
                // A trigger on an extension's table may be the user's.
                if place.is_member && kind != Kind::Trigger {
                    return None;
                }
                (place.schema.clone(), place.name.clone())
            }
        };
        if [RELATIONS, TYPES].contains(&class) && of.is_empty() {
            self.places.insert((class, oid), Place { schema: schema.clone(), name: name.into(), is_member });
        }
        (!is_member).then(|| Id { kind, schema, of, name: name.into() })
    }

    /// The catalog, with every object's needs if these were read.
    pub(super) fn finish(mut self, server_version: u32) -> Catalog {
        self.addresses.connect(&mut self.objects);
        let mut objects = self.objects;
        objects.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        objects.dedup_by(|a, b| a.id == b.id);
        Catalog { server_version, objects }
    }
}

/// `acl` and `privileges` in grants' normal form.
fn normalise_grants(kind: Kind, attributes: &mut BTreeMap<Box<str>, Box<str>>) {
    let owner = attributes.get("owner").cloned().unwrap_or_default();
    for name in ["acl", "privileges"] {
        let Some(acl) = attributes.remove(name) else { continue };
        if let Some(normal) = grants::normalise(&acl, &owner, kind) {
            attributes.insert(name.into(), normal.into());
        }
    }
}
