//! Fates turned into steps, and needs into an order.
//!
//! What a statement makes or drops along with its main object (the columns of a table) has no step of its own: it is folded
//! into that object's step, unless that would make a circle.

use std::collections::{HashMap, HashSet};

use super::fate::{Fate, Fates};
use super::graph::Graph;
use super::rules::{self, Cx, Way};
use super::sides::Sides;
use super::{Options, Piece, name};
use crate::catalog::{Id, Kind, Object};
use crate::diff::Managed;
use crate::sql::quote::{shown, shown_qualified};

/// Phases: what goes, goes first where it may.
const DROP: u32 = 0;
const MAKE: u32 = 1;
const LAST: u32 = 2;

/// How often circles are opened by folding less, before one is cut.
const ATTEMPTS: usize = 4;

/// The steps in their order, and what could not be scripted.
pub(super) struct Plan<'a> {
    pub(super) steps: Vec<(&'a Id, Vec<Piece>)>,
    pub(super) unscripted: Vec<&'a Id>,
}

/// Makes the plan.
pub(super) fn plan<'a>(fates: &Fates<'a>, sides: &'a Sides<'a>, managed: &Managed, options: &Options) -> Plan<'a> {
    let mut unfolded: HashSet<Id> = HashSet::new();
    for attempt in 0.. {
        let mut draft = Draft::new(fates, sides, managed, &unfolded);
        draft.steps();
        draft.edges();
        match draft.graph.sorted() {
            Ok(order) => return draft.finish(&order, options),
            Err(circle) if attempt < ATTEMPTS => {
                let more = draft.folded_in(&circle, attempt > 0);
                if more.iter().all(|id| unfolded.contains(id)) {
                    return draft.cut_and_finish(circle, options);
                }
                drop(draft);
                unfolded.extend(more);
            }
            Err(circle) => return draft.cut_and_finish(circle, options),
        }
    }
    Plan { steps: Vec::new(), unscripted: Vec::new() }
}

/// A plan in the making.
struct Draft<'a, 'f> {
    fates: &'f Fates<'a>,
    sides: &'a Sides<'a>,
    managed: &'f Managed,
    unfolded: &'f HashSet<Id>,
    graph: Graph<'a>,
    creates: HashMap<&'a Id, usize>,
    drops: HashMap<&'a Id, usize>,
    alters: HashMap<&'a Id, usize>,
    asides: HashMap<&'a Id, usize>,
    leaves: HashMap<&'a Id, usize>,
    joins: HashMap<&'a Id, usize>,
    owns: HashMap<&'a Id, usize>,
    disowns: HashMap<&'a Id, usize>,
    folded: HashSet<Id>,
    absorbed: HashMap<usize, Vec<&'a Id>>,
}

impl<'a, 'f> Draft<'a, 'f> {
    fn new(fates: &'f Fates<'a>, sides: &'a Sides<'a>, managed: &'f Managed, unfolded: &'f HashSet<Id>) -> Self {
        Self {
            fates,
            sides,
            managed,
            unfolded,
            graph: Graph::default(),
            creates: HashMap::new(),
            drops: HashMap::new(),
            alters: HashMap::new(),
            asides: HashMap::new(),
            leaves: HashMap::new(),
            joins: HashMap::new(),
            owns: HashMap::new(),
            disowns: HashMap::new(),
            folded: HashSet::new(),
            absorbed: HashMap::new(),
        }
    }

    /// One step for each object that has one of its own, wholes before their parts.
    fn steps(&mut self) {
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
            let part = from.part_shown(from.whole(&object.id)?, parent)?;
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

    fn edges(&mut self) {
        let creates: Vec<(&'a Id, usize)> = self.creates.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in creates {
            self.after_needs(id, step);
            if let (Some(gone), false) = (self.drops.get(id).copied(), self.asides.contains_key(id)) {
                self.graph.edge(gone, step);
            }
            if let Some(aside) = self.asides.get(id).copied() {
                self.graph.edge(aside, step);
            }
        }
        let alters: Vec<(&'a Id, usize)> = self.alters.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in alters {
            self.after_needs(id, step);
            self.before_what_it_lets_go(id, step);
            for other in self.sides.from.dependents(id).iter().chain(self.sides.from.parts(id)) {
                if let Some(gone) = self.drops.get(&other.id).copied() {
                    self.graph.edge(gone, step);
                }
            }
        }
        let drops: Vec<(&'a Id, usize)> = self.drops.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in drops {
            let Some(object) = self.sides.from.get(id) else { continue };
            let whole = self.sides.from.whole(id).map(|whole| &whole.id);
            for need in object.needs.iter().chain(whole) {
                if let Some(gone) = self.drops.get(need).copied() {
                    self.graph.edge(step, gone);
                }
                // Whoever names a type has to go before another has its name.
                if let (Some(aside), false) = (self.asides.get(need).copied(), self.asides.contains_key(id)) {
                    self.graph.edge(step, aside);
                }
            }
        }
        self.family_edges();
        self.owner_edges();
        self.name_edges();
    }

    /// A step comes after what makes, or changes, the things that its object needs.
    fn after_needs(&mut self, id: &Id, step: usize) {
        let Some(object) = self.sides.to.get(id) else { return };
        let whole = self.sides.to.whole(id).map(|whole| &whole.id);
        for need in object.needs.iter().chain(whole) {
            for first in [self.creates.get(need), self.alters.get(need)].into_iter().flatten() {
                self.graph.edge(*first, step);
            }
        }
    }

    fn before_what_it_lets_go(&mut self, id: &Id, step: usize) {
        let Some(object) = self.sides.from.get(id) else { return };
        for need in &object.needs {
            if let Some(gone) = self.drops.get(need).copied() {
                self.graph.edge(step, gone);
            }
        }
    }

    fn family_edges(&mut self) {
        let leaves: Vec<(&'a Id, usize)> = self.leaves.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in leaves {
            self.before_what_it_lets_go(id, step);
            let parts: Vec<&Id> =
                self.sides.from.parts(id).iter().chain(self.sides.to.parts(id)).map(|p| &p.id).collect();
            for part in parts {
                for then in [self.drops.get(part), self.alters.get(part), self.creates.get(part)].into_iter().flatten()
                {
                    self.graph.edge(step, *then);
                }
            }
            if let Some(join) = self.joins.get(id).copied() {
                self.graph.edge(step, join);
            }
        }
        let joins: Vec<(&'a Id, usize)> = self.joins.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in joins {
            self.after_needs(id, step);
            let own = self.sides.to.get(id).map(|table| self.sides.to.parents(table)).unwrap_or_default();
            let tables = own.iter().map(|parent| &parent.id).chain([id]);
            let mut before: Vec<usize> = Vec::new();
            for table in tables {
                before.extend(self.creates.get(table).copied());
                for part in self.sides.to.parts(table) {
                    let matters = part.id.kind == Kind::Column || part.get("type") == Some("check");
                    if matters {
                        before.extend(self.creates.get(&part.id).copied());
                        before.extend(self.alters.get(&part.id).copied());
                    }
                }
            }
            for first in before {
                self.graph.edge(first, step);
            }
        }
    }

    fn owner_edges(&mut self) {
        let owns: Vec<(&'a Id, usize)> = self.owns.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in owns {
            let after = self.sides.to.get(id).and_then(|s| owner_column(s.get("owned_by")?, &self.sides.to));
            let before = [Some(id), after.map(|column| &column.id)];
            for first in before.into_iter().flatten().filter_map(|id| self.creates.get(id).copied()).collect::<Vec<_>>()
            {
                self.graph.edge(first, step);
            }
            if let Some(disown) = self.disowns.get(id).copied() {
                self.graph.edge(disown, step);
            }
        }
        let disowns: Vec<(&'a Id, usize)> = self.disowns.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in disowns {
            let owner = self.sides.from.get(id).and_then(|s| owner_column(s.get("owned_by")?, &self.sides.from));
            if let Some(gone) = owner.and_then(|column| self.drops.get(&column.id).copied()) {
                self.graph.edge(step, gone);
            }
        }
        // An identity's sequence has the name that a serial's had.
        let sequences: Vec<&'a Id> = self.fates.all.keys().copied().filter(|id| id.kind == Kind::Sequence).collect();
        for id in sequences {
            let column = |side: &'a super::sides::Index<'a>| owner_column(side.get(id)?.get("owned_by")?, side);
            let was = column(&self.sides.from).and_then(|c| self.alters.get(&c.id).copied());
            if let (Some(gone), Some(alter)) = (self.drops.get(id).copied(), was) {
                self.graph.edge(gone, alter);
            }
            let will = column(&self.sides.to).and_then(|c| self.alters.get(&c.id).copied());
            if let (Some(made), Some(alter)) = (self.creates.get(id).copied(), will) {
                self.graph.edge(alter, made);
            }
        }
    }

    /// What goes makes room for what comes under the same name.
    fn name_edges(&mut self) {
        let mut names: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (id, step) in &self.drops {
            if has_a_name_of_its_own(id.kind) && !self.asides.contains_key(id) {
                names.entry((&id.schema, &id.name)).or_default().push(*step);
            }
        }
        let creates: Vec<(&'a Id, usize)> = self.creates.iter().map(|(id, step)| (*id, *step)).collect();
        for (id, step) in creates.into_iter().filter(|(id, _)| has_a_name_of_its_own(id.kind)) {
            for gone in names.get(&(&*id.schema, &*id.name)).into_iter().flatten() {
                self.graph.edge(*gone, step);
            }
        }
    }

    /// What is folded into the steps of a circle, and could stand alone.
    fn folded_in(&self, circle: &[usize], columns_too: bool) -> Vec<Id> {
        let parts = circle.iter().filter_map(|step| self.absorbed.get(step)).flatten();
        parts.filter(|id| columns_too || id.kind != Kind::Column).map(|id| (*id).clone()).collect()
    }

    fn cut_and_finish(mut self, circle: Vec<usize>, options: &Options) -> Plan<'a> {
        let mut circle = circle;
        for _ in 0..self.graph.steps.len() {
            self.graph.cut(&circle);
            match self.graph.sorted() {
                Ok(order) => return self.finish(&order, options),
                Err(other) => circle = other,
            }
        }
        Plan { steps: Vec::new(), unscripted: Vec::new() }
    }

    /// Words every step.
    fn finish(mut self, order: &[usize], options: &Options) -> Plan<'a> {
        let folded = std::mem::take(&mut self.folded);
        let cx = Cx::new(self.sides, options, self.fates, &folded);
        let mut unscripted = Vec::new();
        let mut say = |step: usize, id: &'a Id, pieces: Option<Vec<Piece>>, graph: &mut Graph<'a>| match pieces {
            Some(pieces) => graph.steps[step].pieces.extend(pieces),
            None => unscripted.push(id),
        };
        let own = |graph: &Graph<'a>, step: usize, id: &Id| graph.steps[step].about == id;
        for (id, step) in &self.drops {
            if own(&self.graph, *step, id)
                && let Some(object) = self.sides.from.get(id)
            {
                let pieces = match self.asides.contains_key(id) {
                    true => Some(vec![drop_aside(object)]),
                    false => rules::drop(object, &cx),
                };
                say(*step, id, pieces, &mut self.graph);
            }
        }
        for (id, step) in &self.asides {
            let object = self.sides.from.get(id);
            say(*step, id, object.map(|object| vec![rename_aside(object)]), &mut self.graph);
        }
        for (id, step) in &self.creates {
            if own(&self.graph, *step, id)
                && let Some(object) = self.sides.to.get(id)
            {
                say(*step, id, rules::create(object, &cx), &mut self.graph);
            }
        }
        for (id, step) in &self.alters {
            if let (Some(from), Some(to)) = (self.sides.from.get(id), self.sides.to.get(id)) {
                say(*step, id, self.altered(from, to, &cx), &mut self.graph);
            }
        }
        for (id, step) in &self.leaves {
            let table = self.sides.from.get(id);
            let pieces = table.map(|table| rules::leave(table, &self.sides.from.parents(table)));
            say(*step, id, pieces, &mut self.graph);
        }
        for (id, step) in &self.joins {
            let table = self.sides.to.get(id);
            let pieces = table.map(|table| rules::join(table, &self.sides.to.parents(table)));
            say(*step, id, pieces, &mut self.graph);
        }
        for (id, step) in &self.disowns {
            let pieces = self.sides.from.get(id).map(|sequence| vec![rules::own(sequence, None)]);
            say(*step, id, pieces, &mut self.graph);
        }
        for (id, step) in &self.owns {
            let pieces = self.sides.to.get(id).map(|s| vec![rules::own(s, s.get("owned_by"))]);
            say(*step, id, pieces, &mut self.graph);
        }
        let steps = order.iter().map(|at| {
            let step = &mut self.graph.steps[*at];
            (step.about, std::mem::take(&mut step.pieces))
        });
        let steps = steps.filter(|(_, pieces)| !pieces.is_empty()).collect();
        _ = self.managed;
        unscripted.sort_unstable();
        unscripted.dedup();
        Plan { steps, unscripted }
    }

    fn altered(&self, from: &Object, to: &Object, cx: &Cx<'_>) -> Option<Vec<Piece>> {
        let id = &to.id;
        let mut pieces = match rules::alter(from, to, &self.fates.attributes(id), cx) {
            Way::Alter { pieces, .. } => pieces,
            Way::Replace => return None,
        };
        pieces.extend(rules::alter_leaves(from, to, &self.fates.leaves(id), cx));
        // Attaching a partition makes its columns inherited ones; for heirs PostgreSQL has no such statement.
        let is_inherited = id.kind == Kind::Column && to.is("inherited") && !from.is("inherited");
        let table = self.sides.to.relation(&id.schema, &id.of).filter(|_| is_inherited);
        let is_attached =
            table.is_some_and(|table| table.get("partition_of").is_some() && self.joins.contains_key(&table.id));
        if is_inherited && !is_attached && pieces.is_empty() { None } else { Some(pieces) }
    }
}

/// The column that owns a sequence, from `public.orders.id`.
fn owner_column<'a>(owned_by: &str, side: &super::sides::Index<'a>) -> Option<&'a Object> {
    side.column_shown(owned_by)
}

/// The name that a type has while another takes its place.
fn aside_name(object: &Object) -> String {
    format!("{}_before", object.id.name)
}

fn rename_aside(object: &Object) -> Piece {
    let words = object.id.kind.keywords().to_uppercase();
    Piece::new(format!("ALTER {words} {} RENAME TO {}", name::name(object), shown(&aside_name(object))))
}

fn drop_aside(object: &Object) -> Piece {
    let words = object.id.kind.keywords().to_uppercase();
    Piece::new(format!("DROP {words} {}", shown_qualified(&object.id.schema, &aside_name(object))))
}

/// Wholes are placed before their parts.
fn depth(kind: Kind) -> u32 {
    match kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Type | Kind::Domain => 0,
        Kind::Publication | Kind::Server | Kind::Schema | Kind::Extension => 0,
        Kind::Column => 1,
        _ => 2,
    }
}

/// Kinds that share one space of names with each other in a schema.
fn has_a_name_of_its_own(kind: Kind) -> bool {
    use Kind::{
        Aggregate, Constraint, Domain, Function, Index, MaterializedView, Procedure, Sequence, Table, Type, View,
    };
    let relations = [Table, View, MaterializedView, Sequence, Index, Constraint, Type, Domain];
    relations.contains(&kind) || [Function, Procedure, Aggregate].contains(&kind)
}

/// The order in which kinds are made where nothing else decides; what evaluates expressions over rows comes late.
fn order(kind: Kind) -> u32 {
    match kind {
        Kind::Database | Kind::Schema => 0,
        Kind::Language => 1,
        Kind::Extension => 2,
        Kind::Collation | Kind::Conversion => 3,
        Kind::Type | Kind::TypeAttribute => 4,
        Kind::Domain | Kind::DomainConstraint => 5,
        Kind::Sequence => 6,
        Kind::Function | Kind::Procedure | Kind::Aggregate => 7,
        Kind::Operator | Kind::OperatorFamily | Kind::OperatorClass | Kind::AccessMethod => 8,
        Kind::Cast | Kind::Transform => 8,
        Kind::TextSearchParser | Kind::TextSearchTemplate => 9,
        Kind::TextSearchDictionary | Kind::TextSearchConfiguration => 10,
        Kind::ForeignDataWrapper => 11,
        Kind::Server => 12,
        Kind::UserMapping => 13,
        Kind::Table => 20,
        Kind::Column => 22,
        Kind::Default => 24,
        Kind::Constraint => 26,
        Kind::Index => 27,
        Kind::Statistics => 28,
        Kind::View => 30,
        Kind::MaterializedView => 31,
        Kind::Rule => 32,
        Kind::Trigger => 33,
        Kind::Policy => 34,
        Kind::Publication => 40,
        Kind::PublicationMember => 41,
        Kind::Subscription => 42,
        Kind::EventTrigger => 43,
        Kind::DefaultPrivilege => 44,
    }
}
