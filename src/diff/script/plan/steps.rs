//! Which objects get a step of their own, and which are folded into another's.

use std::collections::HashMap;

use super::{DROP, Draft, LAST, MAKE, depth, order, owner_column};
use crate::catalog::{Id, Kind, Object};
use crate::diff::script::fate::{Fate, is_moved};

impl<'a> Draft<'a, '_> {
    /// One step for each object that has one of its own, wholes before their parts.
    pub(super) fn steps(&mut self) {
        let mut ids: Vec<(&'a Id, Fate)> = self.fates.all.iter().map(|(id, fate)| (*id, *fate)).collect();
        ids.sort_unstable_by_key(|(id, _)| (depth(id.kind), *id));
        for (id, fate) in ids {
            match fate {
                Fate::Create => self.create(id),
                Fate::Drop => self.drop(id),
                Fate::Replace => {
                    self.drop(id);
                    self.create(id);
                }
                Fate::Aside => {
                    let aside = self.graph.add(id, (DROP, 0));
                    self.asides.insert(id, aside);
                    let gone = self.graph.add(id, (LAST, order(id.kind)));
                    self.drops.insert(id, gone);
                    self.create(id);
                }
                Fate::Alter => {
                    if !self.fates.attributes(id).is_empty() || !self.fates.leaves(id).is_empty() {
                        let last = if id.kind == Kind::DefaultPrivilege { LAST } else { MAKE };
                        let step = self.graph.add(id, (last, order(id.kind)));
                        self.alters.insert(id, step);
                    }
                }
            }
        }
        self.families();
        self.owners();
    }

    fn create(&mut self, id: &'a Id) {
        let Some(object) = self.sides.to.get(id) else { return };
        if self.comes_with_its_parent(object) {
            return;
        }
        if let Some(step) = self.whole_that_makes(object) {
            self.creates.insert(&object.id, step);
            self.absorbed.entry(step).or_default().push(&object.id);
            return;
        }
        let last = if id.kind == Kind::DefaultPrivilege { LAST } else { MAKE };
        let step = self.graph.add(&object.id, (last, order(id.kind)));
        self.creates.insert(&object.id, step);
        if id.kind == Kind::Table && self.is_like_its_parent(object) {
            self.folded.insert(id.clone());
        }
    }

    /// Whether an index or key of a partition comes by itself: the parent has it, and the partition is new there, or it is.
    fn comes_with_its_parent(&self, object: &Object) -> bool {
        let (Some(parent), Some(table)) = (object.get("parent"), self.sides.to.whole(&object.id)) else { return false };
        let joins = self.creates.contains_key(&table.id)
            || self
                .sides
                .from
                .get(&table.id)
                .is_some_and(|before| before.get("partition_of") != table.get("partition_of"));
        joins || self.sides.to.part_shown(table, parent).is_some_and(|part| self.fates.get(&part.id).is_some())
    }

    /// The step that makes a part along with its whole.
    fn whole_that_makes(&mut self, object: &'a Object) -> Option<usize> {
        let id = &object.id;
        let to = &self.sides.to;
        let whole = to.whole(id)?;
        if id.kind == Kind::Column && self.comes_from_a_parent(object) {
            return self.column_of_parent(object, |draft| &draft.creates);
        }
        let step = *self.creates.get(&whole.id)?;
        let may = match id.kind {
            Kind::Column if whole.id.kind != Kind::Table => return Some(step),
            // The columns of a partition that is like its parent come with it.
            Kind::Column if self.folded.contains(&whole.id) => return Some(step),
            Kind::Default if self.is_told_by_parent(object) => return Some(step),
            Kind::TypeAttribute => return Some(step),
            Kind::Column => !(object.is("inherited") && whole.get("partition_of").is_none()),
            Kind::Default => {
                let table = to.relation(&id.schema, &id.of);
                table.is_some_and(|table| table.id.kind == Kind::Table) && self.folded.contains(&whole.id)
                    || !self.creates.contains_key(&table?.id)
            }
            Kind::Constraint => !object.is("not_valid") && object.get("type") != Some("foreign key"),
            Kind::DomainConstraint => !object.is("not_valid"),
            _ => false,
        };
        if !may || self.unfolded.contains(id) {
            // A column that its table inherits needs no statement, whatever it is like.
            return (id.kind == Kind::Column && object.is("inherited")).then_some(step);
        }
        if id.kind == Kind::Default && object.get("on").is_some_and(|on| on == "view") {
            return None;
        }
        self.folded.insert(id.clone());
        Some(step)
    }

    /// Whether a column of an existing child comes with the same column of its parent.
    fn comes_from_a_parent(&self, column: &Object) -> bool {
        column.is("inherited")
            && self
                .sides
                .to
                .relation(&column.id.schema, &column.id.of)
                .is_some_and(|t| !self.creates.contains_key(&t.id))
    }

    fn column_of_parent(&self, column: &Object, steps: impl Fn(&Self) -> &HashMap<&'a Id, usize>) -> Option<usize> {
        let side = if self.sides.to.get(&column.id).is_some() { &self.sides.to } else { &self.sides.from };
        let table = side.relation(&column.id.schema, &column.id.of)?;
        side.parents(table).iter().find_map(|parent| {
            let id = Id { schema: parent.id.schema.clone(), of: parent.id.name.clone(), ..column.id.clone() };
            steps(self).get(&id).copied()
        })
    }

    /// Whether a default of a child is that of its parent, which is made with it.
    fn is_told_by_parent(&self, default: &Object) -> bool {
        let to = &self.sides.to;
        let Some(table) = to.relation(&default.id.schema, &default.id.of) else { return false };
        let column = to.get(&Id { kind: Kind::Column, ..default.id.clone() });
        column.is_some_and(|column| column.is("inherited"))
            && (self.folded.contains(&table.id)
                || table.get("inherits").is_some()
                || !self.creates.contains_key(&table.id))
            && to.parents(table).iter().any(|parent| {
                let id = Id { schema: parent.id.schema.clone(), of: parent.id.name.clone(), ..default.id.clone() };
                to.get(&id).is_some_and(|other| other.attributes == default.attributes)
            })
    }

    /// Whether a partition can be made with `PARTITION OF`: the same columns and defaults as its parent, in the same order.
    fn is_like_its_parent(&self, table: &Object) -> bool {
        let to = &self.sides.to;
        let parents = to.parents(table);
        let [parent] = parents.as_slice() else { return false };
        if table.get("partition_of").is_none() || self.unfolded.contains(&table.id) {
            return false;
        }
        let shape = |table: &Object| -> Vec<_> {
            to.parts_of(&table.id, Kind::Column)
                .map(|column| {
                    let default = to.get(&Id { kind: Kind::Default, ..column.id.clone() });
                    let mut attributes = column.attributes.clone();
                    ["inherited", "comment", "acl", "storage", "statistics", "options"].iter().for_each(|name| {
                        attributes.remove(*name);
                    });
                    (&column.id.name, attributes, default.map(|default| &default.attributes))
                })
                .collect()
        };
        shape(table) == shape(parent)
    }

    fn drop(&mut self, id: &'a Id) {
        let Some(object) = self.sides.from.get(id) else { return };
        let step = self.whole_that_drops(object).unwrap_or_else(|| {
            let first = if id.kind == Kind::DefaultPrivilege { LAST } else { DROP };
            self.graph.add(&object.id, (first, u32::MAX - order(id.kind)))
        });
        if self.graph.steps[step].about != id {
            self.absorbed.entry(step).or_default().push(&object.id);
        }
        self.drops.insert(&object.id, step);
    }

    /// The step that drops a part along with its whole, a sequence with the column that owns it.
    fn whole_that_drops(&self, object: &Object) -> Option<usize> {
        if self.unfolded.contains(&object.id) {
            return None;
        }
        let from = &self.sides.from;
        if let Some(step) = object.get("parent").and_then(|parent| {
            let table = from.whole(&object.id)?;
            let stays = self.sides.to.get(&table.id).is_none_or(|to| !is_moved(Some(table), to));
            let part = from.part_shown(table, parent).filter(|_| stays && !self.fates.rejoined.contains(&table.id))?;
            self.drops.get(&part.id).copied()
        }) {
            return Some(step);
        }
        match object.id.kind {
            Kind::Sequence => self.drops.get(&owner_column(object.get("owned_by")?, from)?.id).copied(),
            Kind::PublicationMember => {
                let table = object.needs.iter().find_map(|need| self.drops.get(need));
                table.or_else(|| self.drops.get(&from.whole(&object.id)?.id)).copied()
            }
            Kind::Column if object.is("inherited") => {
                let own = self.drops.get(&from.whole(&object.id)?.id).copied();
                own.or_else(|| self.column_of_parent(object, |draft| &draft.drops))
            }
            _ => self.drops.get(&from.whole(&object.id)?.id).copied(),
        }
    }

    /// Tables that leave a family of partitions or heirs, or join one.
    fn families(&mut self) {
        let mut tables: Vec<&'a Id> = self.fates.all.keys().copied().filter(|id| id.kind == Kind::Table).collect();
        tables.extend(self.fates.rejoined.iter().filter(|id| !self.fates.all.contains_key(*id)));
        tables.sort_unstable();
        for id in tables {
            let (from, to) = (self.sides.from.get(id), self.sides.to.get(id));
            let family = |side: Option<&'a Object>| {
                side.map(|t| ["partition_of", "partition_bound", "inherits"].map(|name| t.get(name)))
            };
            let gone = self.fates.is_gone(id);
            let changed = self.fates.rejoined.contains(id) || family(from) != family(to);
            if let Some(table) = from.filter(|_| !gone && changed)
                && !self.sides.from.parents(table).is_empty()
            {
                let step = self.graph.add(id, (DROP, 1));
                self.leaves.insert(id, step);
            }
            let Some(table) = to else { continue };
            let joins = match self.fates.get(id) {
                Some(Fate::Create | Fate::Replace) => table.get("partition_of").is_some() && !self.folded.contains(id),
                _ => changed && !self.sides.to.parents(table).is_empty(),
            };
            if joins {
                let step = self.graph.add(id, (MAKE, order(Kind::Table) + 1));
                self.joins.insert(id, step);
            }
        }
    }

    /// Sequences that get an owner, or lose it before it is dropped.
    fn owners(&mut self) {
        let mut sequences: Vec<&'a Id> =
            self.fates.all.keys().copied().filter(|id| id.kind == Kind::Sequence).collect();
        // Those that stay as they are, while the column that owns them is made anew.
        for id in self.drops.keys().filter(|id| id.kind == Kind::Column) {
            let owned = self.sides.from.owned_sequences(id).into_iter().map(|sequence| &sequence.id);
            sequences.extend(owned.filter(|sequence| !self.fates.all.contains_key(*sequence)));
        }
        sequences.sort_unstable();
        sequences.dedup();
        for id in sequences {
            let (from, to) = (self.sides.from.get(id), self.sides.to.get(id));
            let made = matches!(self.fates.get(id), Some(Fate::Create | Fate::Replace));
            let before = from.and_then(|s| s.get("owned_by")).filter(|_| !self.fates.is_gone(id));
            let owner = before.and_then(|column| owner_column(column, &self.sides.from));
            let loses = owner.is_some_and(|column| self.drops.contains_key(&column.id));
            let after = to.and_then(|s| s.get("owned_by"));
            if loses {
                let step = self.graph.add(id, (DROP, 2));
                self.disowns.insert(id, step);
            }
            if (made && after.is_some())
                || (!made && to.is_some() && (loses && after.is_some() || before != after && !loses))
            {
                let step = self.graph.add(id, (MAKE, order(Kind::Default) + 1));
                self.owns.insert(id, step);
            }
        }
    }
}
