//! What becomes of every object: made, dropped, changed in place, or made anew because something that it needs is.
//!
//! A change that PostgreSQL cannot make in place takes everything that needs the object with it. What holds rows is spared:
//! a column whose type is made anew takes the new one in place, a partition whose parent is made anew leaves it and joins it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Options;
use super::rules::{self, Cx, Way, is_leaf};
use super::sides::{Index, Sides};
use crate::catalog::{Id, Kind, Object};
use crate::diff::{Difference, Managed, Standing};

/// What becomes of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Only wanted.
    Create,
    /// Only there.
    Drop,
    /// Changed in place.
    Alter,
    /// Dropped, and made anew.
    Replace,
    /// Renamed aside, made anew, and dropped when its columns have taken the new one.
    Aside,
}

/// Attributes that statements of their own change, at another time than the rest of the object.
const APART: [&str; 4] = ["partition_of", "partition_bound", "inherits", "owned_by"];

/// What becomes of all of them. Who is not listed stays as it is.
pub(super) struct Fates<'a> {
    pub(super) all: HashMap<&'a Id, Fate>,
    /// What of a changed object differs, or has to be said again.
    pub(super) changed: HashMap<&'a Id, BTreeSet<&'a str>>,
    /// Columns that take a type which was made anew.
    pub(super) through_text: HashSet<Id>,
    /// Tables that leave their parents and join them again, since a parent is made anew.
    pub(super) rejoined: HashSet<&'a Id>,
}

impl<'a> Fates<'a> {
    pub(super) fn get(&self, id: &Id) -> Option<Fate> {
        self.all.get(id).copied()
    }

    /// Whether the object is not there for a while, or for good.
    pub(super) fn is_gone(&self, id: &Id) -> bool {
        matches!(self.get(id), Some(Fate::Drop | Fate::Replace | Fate::Aside))
    }

    /// The attributes to say, without those that are said apart.
    pub(super) fn attributes(&self, id: &Id) -> Vec<&'a str> {
        let apart = |name: &&str| !is_leaf(name) && !APART.contains(name);
        self.changed.get(id).map(|all| all.iter().copied().filter(apart).collect()).unwrap_or_default()
    }

    /// The attributes that every kind has in the same way.
    pub(super) fn leaves(&self, id: &Id) -> Vec<&'a str> {
        let all = self.changed.get(id);
        all.map(|all| all.iter().copied().filter(|name| is_leaf(name)).collect()).unwrap_or_default()
    }

    /// Decides over every difference, and over all that it drags along.
    pub(super) fn decide(differences: &'a [Difference], sides: &'a Sides<'a>, managed: &Managed) -> Self {
        let mut fates = Self {
            all: HashMap::new(),
            changed: HashMap::new(),
            through_text: HashSet::new(),
            rejoined: HashSet::new(),
        };
        for difference in differences {
            let fate = match difference.standing {
                Standing::Added => Fate::Create,
                Standing::Removed => Fate::Drop,
                Standing::Changed => Fate::Alter,
            };
            fates.all.insert(&difference.id, fate);
            if fate == Fate::Alter {
                let names = difference.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
                fates.changed.insert(&difference.id, names);
            }
        }
        fates.leave_to_parents(sides);
        let mut waiting: Vec<(&'a Id, bool)> = Vec::new();
        for difference in differences {
            match fates.get(&difference.id) {
                Some(Fate::Drop) => waiting.push((&difference.id, true)),
                Some(Fate::Alter) => fates.try_in_place(&difference.id, sides, &mut waiting),
                _ => {}
            }
        }
        while let Some((id, gone)) = waiting.pop() {
            fates.drag(id, gone, sides, managed, &mut waiting);
        }
        fates
    }

    /// What happens to an inherited column because it happens to its parent's, is not said twice.
    fn leave_to_parents(&mut self, sides: &Sides<'a>) {
        let columns: Vec<&'a Id> = self.changed.keys().copied().filter(|id| id.kind == Kind::Column).collect();
        for id in columns {
            let (Some(from), Some(to)) = (sides.from.get(id), sides.to.get(id)) else { continue };
            let Some(table) =
                sides.to.relation(&id.schema, &id.of).filter(|_| from.is("inherited") && to.is("inherited"))
            else {
                continue;
            };
            // What leaves its family gets nothing from there meanwhile.
            if is_moved(sides.from.get(&table.id), table) {
                continue;
            }
            for parent in sides.to.parents(table) {
                let same = Id { schema: parent.id.schema.clone(), of: parent.id.name.clone(), ..id.clone() };
                let (Some(was), Some(will)) = (sides.from.get(&same), sides.to.get(&same)) else { continue };
                let told = |name: &str| was.get(name) == from.get(name) && will.get(name) == to.get(name);
                let recursive = ["type", "collation", "not_null", "generated", "compression", "storage"];
                if let Some(changed) = self.changed.get_mut(id) {
                    changed.retain(|name| !(recursive.contains(name) && told(name)));
                }
            }
        }
    }

    /// Asks the rules whether a change can be made in place.
    fn try_in_place(&mut self, id: &'a Id, sides: &'a Sides<'a>, waiting: &mut Vec<(&'a Id, bool)>) {
        let (Some(from), Some(to)) = (sides.from.get(id), sides.to.get(id)) else { return };
        let (folded, options) = (HashSet::new(), Options::default());
        let cx = Cx::new(sides, &options, self, &folded);
        match rules::alter(from, to, &self.attributes(id), &cx) {
            Way::Replace => self.replace(id, sides, waiting),
            Way::Alter { disturbs: true, .. } if needs_other_type(id, sides) => {
                // A column's values can be cast; an attribute inside a composite value cannot.
                if let Some(whole) = sides.from.whole(id) {
                    self.replace(&whole.id, sides, waiting);
                }
            }
            Way::Alter { disturbs: true, .. } => waiting.push((id, false)),
            Way::Alter { .. } => {}
        }
    }

    /// Makes an object anew, aside if columns hold values of it.
    fn replace(&mut self, id: &'a Id, sides: &'a Sides<'a>, waiting: &mut Vec<(&'a Id, bool)>) {
        let can_stand_aside = matches!(id.kind, Kind::Type | Kind::Domain | Kind::Collation);
        let is_held = sides
            .from
            .dependents(id)
            .iter()
            .any(|d| d.id.kind == Kind::Column && sides.to.get(&d.id).is_some_and(|to| to.needs.contains(id)));
        let fate = if can_stand_aside && is_held { Fate::Aside } else { Fate::Replace };
        self.all.insert(id, fate);
        waiting.push((id, true));
    }

    /// What happens to those that need an object which is gone, or is disturbed for a while.
    fn drag(
        &mut self,
        id: &'a Id,
        gone: bool,
        sides: &'a Sides<'a>,
        managed: &Managed,
        waiting: &mut Vec<(&'a Id, bool)>,
    ) {
        let parts = sides.from.parts(id);
        let dependents = sides.from.dependents(id);
        for object in parts.iter().chain(dependents) {
            let other = &object.id;
            if !managed.counts(other) || self.is_gone(other) {
                continue;
            }
            let Some(wanted) = sides.to.get(other) else { continue };
            let is_part = sides.from.whole(other).is_some_and(|whole| whole.id == *id);
            if !gone && !is_disturbed(object) {
                continue;
            }
            // A change in place that needs the object no more, lets it go.
            let lets_go = gone && !is_part && self.get(other) == Some(Fate::Alter) && !wanted.needs.contains(id);
            if lets_go {
                continue;
            }
            match other.kind {
                Kind::Column if gone && !is_part && is_kept_table(other, self, &sides.from) => {
                    self.all.insert(other, Fate::Alter);
                    self.changed.entry(other).or_default().insert("type");
                    if self.through_text.insert(other.clone()) {
                        waiting.push((other, false));
                    }
                }
                Kind::Table if gone && !is_part => {
                    self.rejoined.insert(other);
                }
                Kind::TypeAttribute if gone && !is_part => {
                    if let Some(whole) = sides.from.whole(other).filter(|whole| !self.is_gone(&whole.id)) {
                        self.replace(&whole.id, sides, waiting);
                    }
                }
                _ => self.replace(other, sides, waiting),
            }
        }
    }
}

/// Whether a table is to belong to other tables than it does, or otherwise.
pub(super) fn is_moved(from: Option<&Object>, to: &Object) -> bool {
    let family = ["partition_of", "partition_bound", "inherits"];
    from.is_some_and(|from| family.iter().any(|name| from.get(name) != to.get(name)))
}

/// Whether the type of an attribute changes whose composite type columns hold.
fn needs_other_type(id: &Id, sides: &Sides<'_>) -> bool {
    let holds = |object: &&Object| matches!(object.id.kind, Kind::Column | Kind::TypeAttribute | Kind::Domain);
    id.kind == Kind::TypeAttribute
        && sides
            .from
            .whole(id)
            .is_some_and(|whole| sides.from.dependents(&whole.id).iter().any(holds_other(&whole.id, holds)))
}

fn holds_other<'s>(whole: &'s Id, holds: impl Fn(&&Object) -> bool + 's) -> impl Fn(&&Object) -> bool + 's {
    move |object| holds(object) && *object.id.of != *whole.name
}

fn is_kept_table(column: &Id, fates: &Fates<'_>, from: &Index<'_>) -> bool {
    from.relation(&column.schema, &column.of)
        .is_some_and(|relation| relation.id.kind == Kind::Table && !fates.is_gone(&relation.id))
}

/// Who has to be taken away while a column changes its type. Indexes and most constraints PostgreSQL builds anew itself.
fn is_disturbed(object: &Object) -> bool {
    match object.id.kind {
        Kind::View | Kind::MaterializedView | Kind::Rule | Kind::Policy | Kind::Trigger | Kind::Default => true,
        Kind::PublicationMember | Kind::Function | Kind::Procedure => true,
        Kind::Column => object.get("generated").is_some(),
        Kind::Constraint => object.get("type") == Some("foreign key"),
        _ => false,
    }
}
