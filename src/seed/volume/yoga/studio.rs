//! One studio, lived through event by event in the order of time, so that every balance, place in line and counter is what
//! it was at that moment. What is settled is written and forgotten; what may still change stays.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::CHAIN;
use super::catalogue::{JOINING, KINDS, OFFERS};
use super::classes::Class;
use super::members::{self, Member};
use super::packages::Package;
use super::timetable::Timetable;
use crate::seed::volume::calendar::{DAY, Day, HOUR, MINUTE, NEW_YORK, Zone};
use crate::seed::volume::model::{Location, Shape, block};
use crate::seed::volume::random::{Ids, Rng, label};
use crate::seed::volume::rows::{Id, Rows};

pub(super) const ZONE: Zone = NEW_YORK;
/// The studio is the second vertical that has blocks of numbers.
pub(super) const VERTICAL: u32 = 1;
/// Bookings open that many days ahead: `locations.booking_opens_days` of the chain.
pub(super) const OPENS: i32 = 14;
/// The last day on the timetable, counted from today.
pub(super) const AHEAD: i32 = 55;
/// For how many days before the first class packages are sold.
const PRESALE: i32 = 30;
/// A stretch ends with the day on which it has grown to this: a day has less than half a MiB.
const STRETCH: usize = 3 << 20;
/// How many members, and how many packages, the last stretches have.
const CHUNK: usize = 4_000;

/// What is going to happen. Numbers are those of a class, a booking of it, a member or a package.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum What {
    Join,
    Return(u32),
    Attempt(u32),
    Regular(u32),
    Cancel(u32, u32),
    Sick(u32),
    Thin(u32),
    Over(u32),
    Charge(u32),
    PeriodEnds(u32),
    Stop(u32),
    Freeze(u32),
    EndAtOnce(u32),
}

/// Ids in a row.
pub(super) struct Series {
    ids: Ids,
    pub(super) next: u64,
}

impl Series {
    fn new(seed: u64, name: &str, number: u32) -> Self {
        Self { ids: Ids::new(seed, label(name), number), next: 0 }
    }

    pub(super) fn take(&mut self) -> Id {
        self.next += 1;
        self.ids.nth(self.next - 1)
    }

    pub(super) fn nth(&self, number: impl Into<u64>) -> Id {
        self.ids.nth(number.into())
    }
}

/// Where a studio is in its life.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Opening,
    Day(Day),
    Ahead,
    Members(usize),
    Packages(usize),
    Done,
}

pub(super) struct Studio {
    pub(super) number: u32,
    pub(super) place: Id,
    pub(super) organization: Id,
    pub(super) first: Day,
    pub(super) today: Day,
    /// The moment at which today began: nothing later has happened yet.
    pub(super) end: i64,
    pub(super) now: i64,
    pub(super) day: Day,
    pub(super) rng: Rng,
    /// How busy this studio is, in percent.
    pub(super) busy: u32,
    pub(super) table: Timetable,
    pub(super) kinds: [Id; KINDS.len()],
    pub(super) offers: [Id; OFFERS.len()],

    /// Classes that may still change, and how many were before them.
    pub(super) classes: VecDeque<Class>,
    pub(super) gone: u32,
    pub(super) members: Vec<Member>,
    /// Who practises with a package, and who pays for single classes.
    pub(super) regulars: Vec<u32>,
    pub(super) visitors: Vec<u32>,
    pub(super) packages: Vec<Package>,

    pub(super) class_ids: Series,
    pub(super) member_ids: Series,
    pub(super) package_ids: Series,
    pub(super) booking_ids: Series,
    pub(super) invoice_ids: Series,
    pub(super) payment_ids: Series,
    pub(super) series_ids: Series,
    pub(super) teacher_ids: Series,
    pub(super) room_ids: Series,
    pub(super) goal_ids: Series,
    /// Of rows that no other row names.
    pub(super) other_ids: Series,
    pub(super) credit_seq: i64,
    pub(super) event_seq: i64,
    pub(super) wait_seq: i64,

    events: BinaryHeap<Reverse<(i64, u64, What)>>,
    order: u64,
    stage: Stage,
}

impl Studio {
    pub(super) fn new(shape: &Shape, number: u32) -> Self {
        let seed = shape.seed;
        let first = shape.first_day(number);
        let today = shape.today;
        let series = |name| Series::new(seed, name, number);
        let mut rng = Rng::new(seed, label("volume yoga") ^ u64::from(number));
        let busy = 90 + rng.index(21);
        Self {
            number,
            place: Id::of(&format!("volume yoga location {number}")),
            organization: Id::of(CHAIN),
            first,
            today,
            end: ZONE.at(today, 0),
            now: ZONE.at(first.plus(-PRESALE), 0),
            day: first.plus(-PRESALE),
            rng,
            busy: u32::try_from(busy).unwrap_or(100),
            table: Timetable::new(seed, number, first, today.plus(AHEAD)),
            kinds: KINDS.map(|kind| Id::of(&format!("volume yoga class type {}", kind.label))),
            offers: OFFERS.map(|offer| Id::of(&format!("volume yoga package {}", offer.label))),
            classes: VecDeque::new(),
            gone: 0,
            members: Vec::new(),
            regulars: Vec::new(),
            visitors: Vec::new(),
            packages: Vec::new(),
            class_ids: series("class"),
            member_ids: series("member"),
            package_ids: series("package"),
            booking_ids: series("booking"),
            invoice_ids: series("invoice"),
            payment_ids: series("payment"),
            series_ids: series("series"),
            teacher_ids: series("instructor"),
            room_ids: series("room"),
            goal_ids: series("goal"),
            other_ids: series("other"),
            credit_seq: block(VERTICAL, number),
            event_seq: block(VERTICAL, number),
            wait_seq: block(VERTICAL, number),
            events: BinaryHeap::new(),
            order: 0,
            stage: Stage::Opening,
        }
    }

    /// Something is going to happen. What lies beyond the end is not known.
    pub(super) fn expect(&mut self, at: i64, what: What) {
        if at < self.end {
            self.order += 1;
            self.events.push(Reverse((at, self.order, what)));
        }
    }

    /// That many minutes from now, at random between the two.
    pub(super) fn in_minutes(&mut self, from: i64, to: i64) -> i64 {
        self.now + self.rng.range(from * MINUTE, to * MINUTE)
    }

    /// A moment of a day, at random between two hours.
    pub(super) fn between(&mut self, day: Day, from: i64, to: i64) -> i64 {
        let clock = self.rng.range(from * HOUR, to * HOUR);
        ZONE.at(day, clock)
    }

    pub(super) fn teacher(&self, teacher: usize) -> Id {
        self.teacher_ids.nth(teacher as u64)
    }

    /// The account of somebody of the first studio.
    pub(super) fn account(&self, who: &str) -> Option<Id> {
        (self.number == 1).then(|| Id::of(&format!("volume yoga user {who}")))
    }

    /// Whether a member is the one whose account the benchmarks use.
    pub(super) fn is_ours(&self, member: u32) -> bool {
        self.number == 1 && member == 0
    }

    fn begin_day(&mut self, rows: &mut Rows) {
        let yesterday = members::bit(self.day.plus(-1));
        for member in &mut self.members {
            member.days &= !yesterday;
        }
        if self.day >= self.first {
            // Two a day, in most months.
            for _ in 0..8 {
                if self.rng.permille(JOINING[self.day.month() - 1] * 5 / 2) {
                    let at = self.between(self.day, 8, 21);
                    self.expect(at, What::Join);
                }
            }
        } else {
            self.expect_founders(u32::try_from(PRESALE).unwrap_or(1));
        }
        let opens = self.day.plus(OPENS);
        if opens >= self.first {
            self.plan_day(rows, opens);
        }
    }

    fn live_day(&mut self, rows: &mut Rows) {
        self.begin_day(rows);
        let midnight = ZONE.at(self.day.plus(1), 0);
        while let Some(&Reverse((at, _, what))) = self.events.peek() {
            if at >= midnight {
                break;
            }
            self.events.pop();
            self.now = at;
            self.happen(rows, what);
        }
        self.now = midnight;
        self.forget_classes();
    }

    fn happen(&mut self, rows: &mut Rows, what: What) {
        match what {
            What::Join => self.join(rows),
            What::Return(member) => self.come_back(rows, member),
            What::Attempt(class) => self.attempt(rows, class),
            What::Regular(class) => self.attempt_ours(rows, class),
            What::Cancel(class, booking) => self.cancel_booking(rows, class, booking),
            What::Sick(class) => self.look_for_substitute(rows, class),
            What::Thin(class) => self.cancel_if_thin(rows, class),
            What::Over(class) => self.finish_class(rows, class),
            What::Charge(package) => self.charge(rows, package),
            What::PeriodEnds(package) => self.end_period(rows, package),
            What::Stop(package) => self.stop(package),
            What::Freeze(package) => self.freeze(rows, package),
            What::EndAtOnce(package) => self.end_at_once(rows, package),
        }
    }
}

impl Location for Studio {
    fn next(&mut self, rows: &mut Rows) -> bool {
        match self.stage {
            Stage::Opening => {
                self.write_opening(rows);
                self.stage = Stage::Day(self.day);
            }
            Stage::Day(from) => {
                self.day = from;
                while self.day < self.today && rows.bytes() < STRETCH {
                    self.live_day(rows);
                    self.day = self.day.plus(1);
                }
                self.stage = if self.day < self.today { Stage::Day(self.day) } else { Stage::Ahead };
            }
            Stage::Ahead => {
                self.write_ahead(rows);
                self.stage = Stage::Members(0);
            }
            Stage::Members(from) => {
                let to = (from + CHUNK).min(self.members.len());
                (from..to).for_each(|member| self.write_member(rows, member));
                self.stage = if to < self.members.len() { Stage::Members(to) } else { Stage::Packages(0) };
            }
            Stage::Packages(from) => {
                let to = (from + CHUNK).min(self.packages.len());
                (from..to).for_each(|package| self.write_package(rows, package));
                self.stage = if to < self.packages.len() { Stage::Packages(to) } else { Stage::Done };
            }
            Stage::Done => return false,
        }
        true
    }
}

/// The day on the wall of the studio.
pub(super) fn local_day(at: i64) -> Day {
    let guess = Day(i32::try_from(at.div_euclid(DAY)).unwrap_or(0));
    if ZONE.at(guess, 0) > at { guess.plus(-1) } else { guess }
}
