//! Steps and what must come before what; sorted so that related things stay together where they may.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::Piece;
use crate::catalog::Id;

/// One step: statements that travel together.
pub(super) struct Step<'a> {
    /// What it is about.
    pub(super) about: &'a Id,
    /// Where it stands among those that could come next; smaller is sooner.
    pub(super) weight: (u32, u32),
    /// What it runs.
    pub(super) pieces: Vec<Piece>,
}

/// Steps and edges between them.
#[derive(Default)]
pub(super) struct Graph<'a> {
    pub(super) steps: Vec<Step<'a>>,
    after: Vec<HashSet<usize>>,
}

impl<'a> Graph<'a> {
    /// Adds a step without statements, which can be given to it later.
    pub(super) fn add(&mut self, about: &'a Id, weight: (u32, u32)) -> usize {
        self.steps.push(Step { about, weight, pieces: Vec::new() });
        self.after.push(HashSet::new());
        self.steps.len() - 1
    }

    /// `first` comes before `then`.
    pub(super) fn edge(&mut self, first: usize, then: usize) {
        if first != then {
            self.after[first].insert(then);
        }
    }

    /// The order of the steps; or those that wait for each other in a circle.
    pub(super) fn sorted(&self) -> Result<Vec<usize>, Vec<usize>> {
        let mut waits = vec![0_usize; self.steps.len()];
        for then in self.after.iter().flatten() {
            waits[*then] += 1;
        }
        let key = |at: usize| Reverse((self.steps[at].weight, self.steps[at].about, at));
        let mut ready: BinaryHeap<_> = (0..waits.len()).filter(|at| waits[*at] == 0).map(key).collect();
        let mut order = Vec::with_capacity(waits.len());
        while let Some(Reverse((_, _, at))) = ready.pop() {
            order.push(at);
            for then in &self.after[at] {
                waits[*then] -= 1;
                if waits[*then] == 0 {
                    ready.push(key(*then));
                }
            }
        }
        if order.len() == waits.len() { Ok(order) } else { Err(self.circle(&waits)) }
    }

    /// Of the steps that still wait, those that are in a circle and not merely behind one.
    fn circle(&self, waits: &[usize]) -> Vec<usize> {
        let mut left: HashSet<usize> = (0..waits.len()).filter(|at| waits[*at] > 0).collect();
        loop {
            let ends: Vec<usize> =
                left.iter().copied().filter(|at| self.after[*at].iter().all(|then| !left.contains(then))).collect();
            if ends.is_empty() {
                let mut circle: Vec<usize> = left.into_iter().collect();
                circle.sort_unstable();
                return circle;
            }
            for at in ends {
                left.remove(&at);
            }
        }
    }

    /// Cuts a circle where it costs least: the first of its steps no longer waits for the others.
    pub(super) fn cut(&mut self, circle: &[usize]) {
        let first = circle.iter().copied().min_by_key(|at| (self.steps[*at].weight, self.steps[*at].about));
        if let Some(first) = first {
            for at in circle {
                self.after[*at].remove(&first);
            }
        }
    }
}
