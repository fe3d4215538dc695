//! What can be said of each kind of object in SQL: how it is made, changed and dropped. One file a family of kinds.
//!
//! Owner, comment and grants are said in one way for all kinds, by [`leaves`] and [`alter_leaves`].

mod attached;
mod beside;
mod column;
mod constraint;
mod database;
mod default;
mod function;
mod index;
mod options;
mod rare;
mod sequence;
mod table;
mod types;
mod view;

use std::collections::HashSet;

use column::bare;
pub(super) use sequence::own;
pub(super) use table::{join, leave};

use super::fate::Fates;
use super::hazard::Hazard;
use super::name::{address, name, said, words};
use super::sides::{Index, Sides};
use super::{Options, Piece, grants};
use crate::catalog::{Id, Kind, Object};
use crate::sql::quote::{literal, shown};

/// How deep partitions and heirs are followed.
const DEPTH_MOST: usize = 64;

/// How a change is made.
pub(super) enum Way {
    /// By these statements.
    Alter {
        /// What to run.
        pieces: Vec<Piece>,
        /// Whether what needs the object has to be taken away meanwhile.
        disturbs: bool,
    },
    /// Only by dropping it and making it anew.
    Replace,
}

/// What the rules look up.
pub(super) struct Cx<'a> {
    /// What is there.
    pub(super) from: &'a Index<'a>,
    /// What is wanted.
    pub(super) to: &'a Index<'a>,
    /// Who runs the script, if it is known.
    pub(super) role: Option<&'a str>,
    /// Whether others work in the database meanwhile.
    online: bool,
    /// What becomes of everything.
    fates: &'a Fates<'a>,
    /// Parts that are said in the statement that makes their whole.
    pub(super) folded: &'a HashSet<Id>,
}

impl<'a> Cx<'a> {
    pub(super) fn new(
        sides: &'a Sides<'a>,
        options: &'a Options,
        fates: &'a Fates<'a>,
        folded: &'a HashSet<Id>,
    ) -> Self {
        let role = options.role.as_deref();
        Self { from: &sides.from, to: &sides.to, role, online: options.online, fates, folded }
    }

    /// Whether a table or view has rows already, and others use it: it was there, and stays.
    fn is_busy(&self, part: &Id) -> bool {
        self.online && self.from.relation(&part.schema, &part.of).is_some_and(|there| !self.fates.is_gone(&there.id))
    }

    /// Whether what a part hangs on is a partitioned table: nothing is built concurrently there.
    fn is_partitioned(&self, part: &Id) -> bool {
        let relation = self.to.relation(&part.schema, &part.of).or_else(|| self.from.relation(&part.schema, &part.of));
        relation.is_some_and(|table| table.get("type") == Some("partitioned"))
    }

    fn is_folded(&self, id: &Id) -> bool {
        self.folded.contains(id)
    }

    /// A partition whose columns are all told by its parent.
    fn is_folded_partition(&self, table: &Object) -> bool {
        self.to.parts_of(&table.id, Kind::Column).next().is_some_and(|part| !self.folded.contains(&part.id))
            && self.folded.contains(&table.id)
    }

    fn goes_through_text(&self, column: &Object) -> bool {
        self.fates.through_text.contains(&column.id)
    }

    /// What a part of a relation hangs on: a table, a view.
    fn relation_kind(&self, part: &Id) -> Option<Kind> {
        let relation = self.to.relation(&part.schema, &part.of).or_else(|| self.from.relation(&part.schema, &part.of));
        relation.map(|relation| relation.id.kind)
    }

    fn relation_kind_before(&self, part: &Id) -> Option<Kind> {
        self.from.relation(&part.schema, &part.of).map(|relation| relation.id.kind)
    }
}

/// Makes an object, with its owner, comment and grants. None if its kind cannot be scripted.
pub(super) fn create(object: &Object, cx: &Cx<'_>) -> Option<Vec<Piece>> {
    let mut pieces = match object.id.kind {
        Kind::Table => table::create(object, cx),
        Kind::Column => column::create(object, cx),
        Kind::Default => default::create(object, cx),
        Kind::Constraint => constraint::create(object, cx),
        Kind::DomainConstraint => constraint::domain::create(object),
        Kind::Index => index::create(object, cx),
        Kind::Statistics => index::extended::create(object),
        Kind::View | Kind::MaterializedView => view::create(object),
        Kind::Function | Kind::Procedure | Kind::Aggregate => function::create(object),
        Kind::Type => types::create(object, cx),
        Kind::TypeAttribute => types::attribute::create(object),
        Kind::Domain => types::domain::create(object, cx),
        Kind::Sequence => sequence::create(object),
        Kind::Policy => attached::policy::create(object),
        Kind::Trigger => attached::trigger::create(object, cx),
        Kind::Rule => attached::rule::create(object, cx),
        Kind::Schema => database::schema::create(object),
        Kind::Extension => database::extension::create(object),
        Kind::EventTrigger => database::event_trigger::create(object),
        Kind::Publication => database::publication::create(object),
        Kind::PublicationMember => database::member::create(object),
        Kind::ForeignDataWrapper | Kind::Server => database::foreign::create(object),
        Kind::DefaultPrivilege => return Some(grants::default_privileges(&object.id, None, Some(object))),
        _ => rare::create(object)?,
    };
    pieces.extend(leaves(object, cx));
    Some(pieces)
}

/// Drops an object. None if its kind cannot be scripted.
pub(super) fn drop(object: &Object, cx: &Cx<'_>) -> Option<Vec<Piece>> {
    Some(match object.id.kind {
        Kind::Table => table::drop(object),
        Kind::Column => column::drop(object, cx),
        Kind::Default => default::drop(object, cx),
        Kind::Constraint => constraint::drop(object),
        Kind::DomainConstraint => constraint::domain::drop(object),
        Kind::Index => index::drop(object, cx),
        Kind::Statistics => index::extended::drop(object),
        Kind::View | Kind::MaterializedView => view::drop(object),
        Kind::Function | Kind::Procedure | Kind::Aggregate => function::drop(object),
        Kind::Type => types::drop(object),
        Kind::TypeAttribute => types::attribute::drop(object),
        Kind::Domain => types::domain::drop(object),
        Kind::Sequence => sequence::drop(object),
        Kind::Policy => attached::policy::drop(object),
        Kind::Trigger => attached::trigger::drop(object),
        Kind::Rule => attached::rule::drop(object),
        Kind::Schema => database::schema::drop(object),
        Kind::Extension => database::extension::drop(object),
        Kind::EventTrigger => database::event_trigger::drop(object),
        Kind::Publication => database::publication::drop(object),
        Kind::PublicationMember => database::member::drop(object),
        Kind::ForeignDataWrapper | Kind::Server => database::foreign::drop(object),
        Kind::DefaultPrivilege => grants::default_privileges(&object.id, Some(object), None),
        _ => return rare::drop(object),
    })
}

/// Changes an object; `changed` are the attributes that differ, those that [`alter_leaves`] says left out.
pub(super) fn alter(from: &Object, to: &Object, changed: &[&str], cx: &Cx<'_>) -> Way {
    match to.id.kind {
        Kind::Table => table::alter(from, to, changed),
        Kind::Column => column::alter(from, to, changed, cx),
        Kind::Default => default::alter(to, cx),
        Kind::Constraint => constraint::alter(from, to, changed),
        Kind::DomainConstraint => constraint::domain::alter(to, changed),
        Kind::Index => index::alter(from, to, changed),
        Kind::Statistics => index::extended::alter(to, changed),
        Kind::View | Kind::MaterializedView => view::alter(from, to, changed, cx),
        Kind::Function | Kind::Procedure | Kind::Aggregate => function::alter(from, to, changed),
        Kind::Type => types::alter(from, to, changed),
        Kind::TypeAttribute => types::attribute::alter(to),
        Kind::Domain => types::domain::alter(to, changed),
        Kind::Sequence => sequence::alter(from, to, changed),
        Kind::Policy => attached::policy::alter(from, to, changed),
        Kind::Trigger => attached::trigger::alter(to, changed, cx),
        Kind::Rule => attached::rule::alter(to, changed, cx),
        Kind::Extension => database::extension::alter(to, changed),
        Kind::EventTrigger => database::event_trigger::alter(to, changed),
        Kind::Publication => database::publication::alter(to, changed),
        Kind::PublicationMember => Way::Replace,
        Kind::ForeignDataWrapper | Kind::Server => database::foreign::alter(from, to, changed),
        Kind::DefaultPrivilege => {
            Way::Alter { pieces: grants::default_privileges(&to.id, Some(from), Some(to)), disturbs: false }
        }
        Kind::Schema => Way::Alter { pieces: Vec::new(), disturbs: false },
        _ => rare::alter(from, to, changed),
    }
}

/// Whether an attribute is one that every kind has in the same way, or is said beside its object.
pub(super) fn is_leaf(attribute: &str) -> bool {
    ["owner", "acl", "comment"].contains(&attribute) || beside::ATTRIBUTES.contains(&attribute)
}

/// Owner, comment and grants of a new object.
pub(super) fn leaves(object: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(owner) = object.get("owner").filter(|owner| Some(*owner) != cx.role) {
        pieces.extend(owned_by(object, owner));
    }
    pieces.extend(comment(object));
    let there = grants::of_new(object, cx.role, cx.from);
    pieces.extend(grant(object, &there, cx));
    pieces.extend(beside::pieces(None, object));
    pieces
}

/// What is said of a column apart from the statement that makes its table or view.
pub(super) fn of_column(column: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let is_table = cx.relation_kind(&column.id) == Some(Kind::Table);
    if is_table { leaves(column, cx) } else { create(column, cx).unwrap_or_default() }
}

/// The same, of an object that is there.
pub(super) fn alter_leaves(from: &Object, to: &Object, changed: &[&str], cx: &Cx<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(owner) = to.get("owner").filter(|_| changed.contains(&"owner")) {
        pieces.extend(owned_by(to, owner));
    }
    if changed.contains(&"comment") {
        // PostgreSQL made one for `public`, which counts as none.
        let is_public = to.id.kind == Kind::Schema && &*to.id.name == "public";
        let none = if is_public { "'standard public schema'" } else { "NULL" };
        let text = to.get("comment").map_or(none.to_owned(), |text| literal(text).trim().to_owned());
        pieces.push(Piece::new(format!("COMMENT ON {} IS {text}", address(to))));
    }
    if changed.contains(&"acl") || changed.contains(&"owner") {
        let mut there = grants::held(from, "acl");
        // What the new owner had been granted is part of what it has as the owner.
        let owner = to.get("owner").unwrap_or_default();
        if let Some(granted) = there.remove(owner) {
            let all = there.entry(crate::catalog::grants::OWNER.to_owned()).or_default();
            granted.into_iter().for_each(|(letter, _)| _ = all.entry(letter).or_default());
        }
        pieces.extend(grant(to, &there, cx));
    }
    pieces.extend(beside::pieces(Some(from), to));
    pieces
}

fn owned_by(object: &Object, owner: &str) -> Option<Piece> {
    let kind = object.id.kind;
    let words = match kind {
        Kind::Extension | Kind::Cast | Kind::AccessMethod | Kind::Transform => return None,
        Kind::TextSearchParser | Kind::TextSearchTemplate => return None,
        Kind::Table => words(object),
        _ => kind.keywords().to_uppercase(),
    };
    let what = format!("{} is owned by {owner}", said(&object.id));
    Some(Piece::with(format!("ALTER {words} {} OWNER TO {}", name(object), shown(owner)), [Hazard::Access { what }]))
}

fn comment(object: &Object) -> Option<Piece> {
    let text = object.get("comment")?;
    Some(Piece::new(format!("COMMENT ON {} IS {}", address(object), literal(text).trim())))
}

/// The statements that give an object its grants. A column's owner is its table's.
fn grant(object: &Object, there: &grants::Held, cx: &Cx<'_>) -> Vec<Piece> {
    if !has_grants(object.id.kind) {
        return Vec::new();
    }
    let relation = cx.to.relation(&object.id.schema, &object.id.of);
    let owner = object.get("owner").or_else(|| relation.and_then(|relation| relation.get("owner"))).unwrap_or_default();
    grants::change(there, &grants::held(object, "acl"), &grants::Target::of(object, owner))
}

fn has_grants(kind: Kind) -> bool {
    use Kind::{
        Aggregate, Column, Domain, ForeignDataWrapper, Function, Language, MaterializedView, Procedure, Schema,
        Sequence, Server, Table, Type, View,
    };
    let relations = [Table, View, MaterializedView, Column, Sequence];
    let others = [Function, Procedure, Aggregate, Type, Domain, Schema, Language, Server, ForeignDataWrapper];
    relations.contains(&kind) || others.contains(&kind)
}

/// What columns of a type are stored like unless they say otherwise.
fn usual_storage(kind: &str) -> &'static str {
    let base = kind.split(['(', ' ']).next().unwrap_or_default();
    if matches!(base, "numeric" | "inet" | "cidr") { "MAIN" } else { "EXTENDED" }
}
