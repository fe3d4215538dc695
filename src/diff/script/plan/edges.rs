//! What must come before what: needs of both sides, families of tables, owners of sequences, names.

use std::collections::HashMap;

use super::{Draft, has_a_name_of_its_own, owner_column};
use crate::catalog::{Id, Kind};
use crate::diff::script::sides::Index;

impl<'a> Draft<'a, '_> {
    pub(super) fn edges(&mut self) {
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
            let column = |side: &'a Index<'a>| {
                let column = owner_column(side.get(id)?.get("owned_by")?, side)?;
                self.fates.attributes(&column.id).contains(&"identity").then_some(column)
            };
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
}
