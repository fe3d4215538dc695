//! Fates turned into steps, and needs into an order.
//!
//! What a statement makes or drops along with its main object (the columns of a table) has no step of its own: it is folded
//! into that object's step, unless that would make a circle.

mod edges;
mod steps;
mod words;

use std::collections::{HashMap, HashSet};

use super::fate::Fates;
use super::graph::Graph;
use super::sides::{Index, Sides};
use super::{Options, Piece};
use crate::catalog::{Id, Kind, Object};

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
pub(super) fn plan<'a>(fates: &Fates<'a>, sides: &'a Sides<'a>, options: &Options) -> Plan<'a> {
    let mut unfolded: HashSet<Id> = HashSet::new();
    for attempt in 0.. {
        let mut draft = Draft::new(fates, sides, &unfolded);
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
    fn new(fates: &'f Fates<'a>, sides: &'a Sides<'a>, unfolded: &'f HashSet<Id>) -> Self {
        Self {
            fates,
            sides,
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

    /// What is folded into the steps of a circle, and could stand alone.
    fn folded_in(&self, circle: &[usize], columns_too: bool) -> Vec<Id> {
        let parts = circle.iter().filter_map(|step| self.absorbed.get(step)).flatten();
        parts.filter(|id| columns_too || id.kind != Kind::Column).map(|id| (*id).clone()).collect()
    }
}

/// The column that owns a sequence, from `public.orders.id`.
fn owner_column<'a>(owned_by: &str, side: &Index<'a>) -> Option<&'a Object> {
    side.column_shown(owned_by)
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
