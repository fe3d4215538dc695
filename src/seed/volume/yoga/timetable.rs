//! Who teaches what in a studio, week by week: a plan that follows from the day alone, and says of each day which classes
//! there are and how they differ from the rule. No room and no teacher is ever planned twice at a time.

use std::ops::Range;

use super::catalogue::{self, KINDS, ROOMS, Slot};
use crate::seed::volume::calendar::Day;
use crate::seed::volume::random::Rng;

/// How many teach in a studio.
pub(super) const TEACHERS: usize = 8;
/// Streams of chance of their own, so that what is planned does not depend on what is booked.
const STAFF: u64 = 0x5354_4146;
const PLAN: u64 = 0x504c_414e;

pub(super) struct Teacher {
    /// A bit for each kind of class.
    pub(super) trained: u8,
    /// A bit for each weekday, from Monday, on which this one never works.
    pub(super) off: u8,
    /// First and last days of leaves that were granted.
    pub(super) leaves: Vec<(Day, Day)>,
}

impl Teacher {
    fn works(&self, day: Day) -> bool {
        self.off >> day.weekday() & 1 == 0 && !self.leaves.iter().any(|&(from, to)| from <= day && day <= to)
    }

    fn can(&self, kind: usize) -> bool {
        self.trained >> kind & 1 == 1
    }
}

/// How a class differs from the rule of its series.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Change {
    None,
    /// Its teacher is on leave: somebody else was found when the leave was granted.
    StandIn(usize),
    /// Its teacher is on leave, and nobody was found.
    Off,
    /// Half an hour earlier than usual.
    Earlier,
    /// On a day that is not the rule's.
    Extra,
}

/// A class of a day. Times are minutes since midnight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Planned {
    pub(super) slot: usize,
    pub(super) start: i64,
    pub(super) end: i64,
    pub(super) teacher: usize,
    pub(super) change: Change,
}

impl Planned {
    /// Who teaches it, if anybody does.
    pub(super) fn taught_by(&self) -> Option<usize> {
        match self.change {
            Change::StandIn(other) => Some(other),
            Change::Off => None,
            Change::None | Change::Earlier | Change::Extra => Some(self.teacher),
        }
    }

    fn overlaps(&self, other: &Planned) -> bool {
        self.start < other.end && other.start < self.end
    }
}

pub(super) struct Timetable {
    seed: u64,
    pub(super) slots: Vec<Slot>,
    days: [Range<usize>; 7],
    pub(super) teachers: Vec<Teacher>,
    /// The teacher of each slot.
    pub(super) taught: Vec<usize>,
    /// The slot whose class comes once more on the first Saturday of a month.
    workshop: usize,
}

impl Timetable {
    /// The timetable of a location that opened on `first`; leaves are known until `last`.
    pub(super) fn new(seed: u64, number: u32, first: Day, last: Day) -> Self {
        let seed = seed ^ u64::from(number) << 32;
        let mut rng = Rng::new(seed, STAFF);
        let slots = catalogue::week();
        let mut at = 0;
        let days = std::array::from_fn(|weekday| {
            let from = at;
            at += slots.iter().filter(|slot| slot.weekday == weekday).count();
            from..at
        });
        let teachers: Vec<Teacher> =
            (0..TEACHERS).map(|place| teacher(&mut rng, place + number as usize, first, last)).collect();
        let taught = assign(&slots, &teachers);
        let workshop = slots.len() - 3;
        Self { seed, slots, days, teachers, taught, workshop }
    }

    /// The classes of a day, by the hour, of those that leaves leave.
    pub(super) fn plan(&self, day: Day) -> Vec<Planned> {
        if closed(day).is_some() {
            return Vec::new();
        }
        let mut rng = Rng::new(self.seed ^ PLAN, u64::from(day.0.unsigned_abs()));
        let mut plan: Vec<Planned> = self.days[day.weekday()].clone().map(|slot| self.usual(slot)).collect();
        if day.weekday() == 5 && day.parts().2 <= 7 && self.teachers[self.taught[self.workshop]].works(day) {
            plan.push(Planned {
                start: 14 * 60,
                end: 15 * 60 + 30,
                change: Change::Extra,
                ..self.usual(self.workshop)
            });
        }
        for at in 0..plan.len() {
            let class = plan[at];
            if !self.teachers[class.teacher].works(day) {
                // Until somebody is found, it has nobody: its own teacher cannot be in the way.
                plan[at].change = Change::Off;
                if let Some(other) = self.stand_in(&plan, at, day, &mut rng) {
                    plan[at].change = Change::StandIn(other);
                }
            } else if day.weekday() > 4 && (16 * 60..=17 * 60).contains(&class.start) && rng.permille(90) {
                plan[at] = Planned { start: class.start - 30, end: class.end - 30, change: Change::Earlier, ..class };
            }
        }
        plan.sort_by_key(|class| class.start);
        plan
    }

    fn usual(&self, slot: usize) -> Planned {
        let Slot { start, .. } = self.slots[slot];
        Planned { slot, start, end: self.slots[slot].end(), teacher: self.taught[slot], change: Change::None }
    }

    /// Somebody who could take a class of a plan: at work, trained, and not teaching then.
    pub(super) fn stand_in(&self, plan: &[Planned], at: usize, day: Day, rng: &mut Rng) -> Option<usize> {
        let class = &plan[at];
        let kind = self.slots[class.slot].kind;
        let free: Vec<usize> = (0..TEACHERS)
            .filter(|&other| {
                other != class.teacher && self.teachers[other].works(day) && self.teachers[other].can(kind)
            })
            .filter(|&other| !plan.iter().any(|theirs| theirs.taught_by() == Some(other) && theirs.overlaps(class)))
            .collect();
        (!free.is_empty()).then(|| free[rng.index(free.len())])
    }

    pub(super) fn seats(&self, slot: usize) -> u32 {
        let Slot { kind, room, .. } = self.slots[slot];
        KINDS[kind].seats.min(ROOMS[room].capacity)
    }
}

/// Two days off a week, five kinds of class, and a week of leave now and then.
fn teacher(rng: &mut Rng, place: usize, first: Day, last: Day) -> Teacher {
    let kinds = [place, place + 1, place + 3, place + 4, place + 6];
    let off = [(2 * place) % 7, (2 * place + 3) % 7];
    let mut leaves = Vec::new();
    let mut from = first.plus(days(rng, 15, 120));
    while from < last {
        let to = from.plus(days(rng, 3, 9));
        leaves.push((from, to));
        from = to.plus(days(rng, 100, 190));
    }
    Teacher {
        trained: kinds.iter().fold(0, |bits, kind| bits | 1 << (kind % KINDS.len())),
        off: off.iter().fold(0, |bits, day| bits | 1 << day),
        leaves,
    }
}

fn days(rng: &mut Rng, from: i64, to: i64) -> i32 {
    i32::try_from(rng.range(from, to)).unwrap_or(0)
}

/// Each class of the week goes to whoever can and has the fewest. Somebody always can: two of the eight are trained at
/// least, and never all of them are off or busy.
fn assign(slots: &[Slot], teachers: &[Teacher]) -> Vec<usize> {
    let mut taught: Vec<usize> = Vec::with_capacity(slots.len());
    let mut load = [0; TEACHERS];
    for slot in slots {
        let busy = |teacher: usize| {
            slots.iter().zip(&taught).any(|(other, &by)| {
                by == teacher && other.weekday == slot.weekday && slot.start < other.end() && other.start < slot.end()
            })
        };
        let at_work = |teacher: &usize| teachers[*teacher].off >> slot.weekday & 1 == 0 && !busy(*teacher);
        let chosen = (0..TEACHERS)
            .filter(at_work)
            .min_by_key(|&teacher| (!teachers[teacher].can(slot.kind), load[teacher]))
            .unwrap_or(0);
        load[chosen] += 1;
        taught.push(chosen);
    }
    taught
}

/// Why there are no classes on a day, if there are none.
pub(super) fn closed(day: Day) -> Option<&'static str> {
    match (day.month(), day.parts().2) {
        (1, 1) => Some("New Year's Day"),
        (7, 4) => Some("Independence Day"),
        (12, 24 | 25) => Some("Christmas"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_teaches_twice_at_a_time_nor_on_leave() {
        let (first, last) = (Day::of(2024, 1, 1), Day::of(2026, 1, 1));
        for number in 1..20 {
            let table = Timetable::new(7, number, first, last);
            let (mut stood_in, mut off, mut all) = (0, 0, 0);
            for day in (first.0..last.0).map(Day) {
                let plan = table.plan(day);
                for (at, class) in plan.iter().enumerate() {
                    all += 1;
                    let Some(teacher) = class.taught_by() else {
                        off += 1;
                        continue;
                    };
                    stood_in += u32::from(class.change == Change::StandIn(teacher));
                    assert!(table.teachers[teacher].works(day), "{number} {day} {class:?}");
                    for other in plan.iter().skip(at + 1).filter(|other| other.taught_by().is_some()) {
                        let same_room = table.slots[class.slot].room == table.slots[other.slot].room;
                        let same = class.taught_by() == other.taught_by() || same_room;
                        assert!(!same || !class.overlaps(other), "{number} {day} {class:?} {other:?}");
                    }
                }
            }
            assert!((6_000..6_700).contains(&all), "{all}");
            assert!(stood_in > 100 && off < all / 50, "{number}: {stood_in} {off}");
        }
    }

    #[test]
    fn everybody_is_trained_for_what_they_teach() {
        for number in 1..9 {
            let table = Timetable::new(1, number, Day::of(2026, 1, 1), Day::of(2026, 2, 1));
            for (slot, &teacher) in table.slots.iter().zip(&table.taught) {
                assert!(table.teachers[teacher].can(slot.kind), "{} on {}", KINDS[slot.kind].name, slot.weekday);
            }
        }
    }
}
