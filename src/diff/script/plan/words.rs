//! The statements of every step, once the order stands.

use super::{Draft, Plan};
use crate::catalog::{Id, Kind, Object};
use crate::diff::script::graph::Graph;
use crate::diff::script::rules::{self, Cx, Way};
use crate::diff::script::{Options, Piece, name};
use crate::sql::quote::{shown, shown_qualified};

impl<'a> Draft<'a, '_> {
    pub(super) fn cut_and_finish(mut self, circle: Vec<usize>, options: &Options) -> Plan<'a> {
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
    pub(super) fn finish(mut self, order: &[usize], options: &Options) -> Plan<'a> {
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
                let mut pieces = rules::create(object, &cx);
                // After those of the whole, since a REVOKE there would take these along.
                let columns = self.absorbed.get(step).into_iter().flatten().filter(|id| id.kind == Kind::Column);
                let columns =
                    columns.filter_map(|id| self.sides.to.get(id)).flat_map(|part| rules::of_column(part, &cx));
                if let Some(pieces) = pieces.as_mut() {
                    pieces.extend(columns);
                }
                say(*step, id, pieces, &mut self.graph);
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
