//! Our order rules against refinery's own, on every small history.

use proptest::prelude::*;

use super::*;
use crate::engine::compare::compare;
use crate::ledger::{Entry, State, Width};
use crate::migration::{refinery, script};

fn pair(version: i64) -> Pair {
    let up = script(format!("migrations/{version}_m.sql"), format!("SELECT {version};\n").into()).unwrap();
    Pair { version, digits: version.to_string(), name: "m".into(), up: up.clone(), down: Some(up) }
}

/// What is in the ledger of a service about a version: nothing, the file as it is, or another one.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Row {
    None,
    Same,
    Other,
}

/// What our plan says: the versions to run, or `None` when it refuses.
fn ours(pairs: &[Pair], rows: &[(i64, String, u64)]) -> Option<Vec<i64>> {
    let entry = |(version, name, sum): &(i64, String, u64)| Entry {
        version: *version,
        name: name.clone(),
        applied: true,
        applied_on: None,
        checksum: Some(sum.to_string()),
        known: None,
        last: None,
    };
    let state = State { entries: rows.iter().map(entry).collect(), ..State::default() };
    let lines = compare(pairs, &state, Width::Int8);
    let plan = up(&lines, Until::End, false).ok()?;
    Some(plan.pending.iter().map(|pair| pair.version).collect())
}

fn both(history: &[(bool, Row)]) -> (Option<Vec<i64>>, Option<Vec<i64>>) {
    let versions = || (1_i64..).zip(history);
    let pairs: Vec<Pair> = versions().filter(|(_, (file, _))| *file).map(|(version, _)| pair(version)).collect();
    let rows: Vec<(i64, String, u64)> = versions()
        .filter(|(_, (_, row))| *row != Row::None)
        .map(|(version, (_, row))| {
            let sum = refinery::checksum(&pair(version), Width::Int8);
            (version, "m".to_owned(), if *row == Row::Same { sum } else { sum ^ 1 })
        })
        .collect();
    (ours(&pairs, &rows), refinery::order_rules(&pairs, &rows).ok())
}

#[test]
fn a_gap_a_missing_and_a_changed_file_are_refused_by_both() {
    let (file, gone) = (true, false);
    for (what, history) in [
        ("gap", [(file, Row::Same), (file, Row::None), (file, Row::Same)]),
        ("missing", [(file, Row::Same), (gone, Row::Same), (file, Row::None)]),
        ("missing, the newest", [(file, Row::Same), (file, Row::Same), (gone, Row::Same)]),
        ("changed", [(file, Row::Same), (file, Row::Other), (file, Row::None)]),
    ] {
        assert_eq!(both(&history), (None, None), "{what}");
    }
    let going_on = [(file, Row::Same), (file, Row::None), (file, Row::None)];
    assert_eq!(both(&going_on), (Some(vec![2, 3]), Some(vec![2, 3])));
}

proptest! {
    #[test]
    fn both_plan_the_same_or_both_refuse(
        history in prop::collection::vec(
            (any::<bool>(), prop::sample::select(vec![Row::None, Row::Same, Row::Same, Row::Other])),
            0..6,
        )
    ) {
        let (ours, theirs) = both(&history);
        prop_assert_eq!(ours, theirs);
    }
}
