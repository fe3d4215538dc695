//! Classes, from the day on which they can be booked to the row that is left of them.

use super::bookings::{Booking, State};
use super::catalogue::{EVENING, SEASON};
use super::studio::{AHEAD, OPENS, Studio, What, ZONE};
use super::tables::{CLASSES, EXCEPTIONS, SUBSTITUTES};
use super::timetable::{Change, Planned};
use crate::seed::volume::calendar::{DAY, Day, HOUR, MINUTE};
use crate::seed::volume::random::Rng;
use crate::seed::volume::rows::{Id, Rows};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Scheduled,
    Cancelled,
    Completed,
}

pub(super) struct Class {
    pub(super) id: Id,
    pub(super) day: Day,
    pub(super) plan: Planned,
    pub(super) kind: usize,
    pub(super) starts: i64,
    pub(super) ends: i64,
    pub(super) seats: u32,
    pub(super) taken: u32,
    pub(super) waiting: u32,
    /// Who teaches instead.
    pub(super) substitute: Option<usize>,
    pub(super) course: Course,
    pub(super) cancelled: Option<i64>,
    pub(super) reason: Option<&'static str>,
    pub(super) updated: i64,
    pub(super) bookings: Vec<Booking>,
    pub(super) is_written: bool,
}

impl Studio {
    /// A class by its number, unless it is over and forgotten.
    pub(super) fn class(&self, number: u32) -> Option<&Class> {
        self.classes.get(number.checked_sub(self.gone)? as usize)
    }

    pub(super) fn class_mut(&mut self, number: u32) -> Option<&mut Class> {
        self.classes.get_mut(number.checked_sub(self.gone)? as usize)
    }

    /// The classes of a day, which can be booked from now on.
    pub(super) fn plan_day(&mut self, rows: &mut Rows, day: Day) {
        for plan in self.table.plan(day) {
            self.write_exception(rows, day, plan);
            if let Some(class) = self.new_class(day, plan) {
                let number = self.gone + u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
                self.classes.push_back(class);
                self.expect_bookings(number);
                self.expect_trouble(number);
            }
        }
    }

    fn new_class(&mut self, day: Day, plan: Planned) -> Option<Class> {
        plan.taught_by()?;
        let starts = ZONE.at(day, plan.start * MINUTE);
        Some(Class {
            id: self.class_ids.take(),
            day,
            kind: self.table.slots[plan.slot].kind,
            starts,
            ends: ZONE.at(day, plan.end * MINUTE),
            seats: self.table.seats(plan.slot),
            taken: 0,
            waiting: 0,
            substitute: match plan.change {
                Change::StandIn(other) => Some(other),
                _ => None,
            },
            course: Course::Scheduled,
            cancelled: None,
            reason: None,
            updated: created(day),
            bookings: Vec::new(),
            is_written: false,
            plan,
        })
    }

    /// How many will want to come, and when each of them tries. What many want is booked early.
    fn expect_bookings(&mut self, number: u32) {
        let Some(class) = self.class(number) else { return };
        let (day, starts, seats, slot) = (class.day, class.starts, class.seats, self.table.slots[class.plan.slot]);
        // Nobody doubts a class of which a third is taken already.
        let percent = slot.wanted * SEASON[day.month() - 1] / 100 * self.busy / 100;
        let mean = seats * percent * 125 / 10_000;
        let wanted = self.rng.around(mean);
        let spread: &[i64] = if percent > 100 { &LEADS_POPULAR } else { &LEADS };
        for _ in 0..wanted {
            let lead = i32::try_from(spread[self.rng.index(spread.len())]).unwrap_or(0);
            let mut at = self.between(day.plus(-lead), 6, 23);
            if at > starts - 5 * MINUTE {
                at = starts - self.rng.range(5 * MINUTE, 4 * HOUR);
            }
            self.expect(at, What::Attempt(number));
        }
        let evening = slot.part() == EVENING;
        if self.number == 1 && self.rng.permille(if evening { 330 } else { 70 }) {
            let lead = self.rng.range(1, 12);
            let at = self.between(day.plus(i32::try_from(-lead).unwrap_or(0)), 7, 22);
            self.expect(at, What::Regular(number));
        }
        let over = self.class(number).map_or(0, |class| class.ends);
        let at = over + self.rng.range(MINUTE, 15 * MINUTE);
        self.expect(at, What::Over(number));
    }

    /// Teachers fall ill, and what nobody books is called off.
    fn expect_trouble(&mut self, number: u32) {
        let Some(class) = self.class(number) else { return };
        let starts = class.starts;
        let stands_in = class.substitute.is_some();
        if !stands_in && self.rng.permille(15) {
            let at = starts - self.rng.range(5 * HOUR, 60 * HOUR);
            self.expect(at, What::Sick(number));
        }
        self.expect(starts - 2 * HOUR, What::Thin(number));
    }

    /// The first who can takes the class over; where nobody can, it is cancelled in time for everybody to hear of it.
    pub(super) fn look_for_substitute(&mut self, rows: &mut Rows, number: u32) {
        let Some(class) = self.class(number) else { return };
        if class.course != Course::Scheduled {
            return;
        }
        let (id, day, at) = (class.id, class.day, class.plan);
        let mut plan: Vec<Planned> =
            self.classes.iter().filter(|other| other.day == day).map(Class::as_taught).collect();
        let place = plan.iter().position(|other| other.slot == at.slot && other.start == at.start).unwrap_or(0);
        if let Some(planned) = plan.get_mut(place) {
            planned.change = Change::Off;
        }
        let asked = self.now;
        let found = self.table.stand_in(&plan, place, day, &mut self.rng);
        let filled = self.in_minutes(12, 170);
        let (status, filled) = match found {
            _ if filled >= self.end => ("open", None),
            Some(teacher) => {
                if let Some(class) = self.class_mut(number) {
                    class.substitute = Some(teacher);
                    class.updated = filled;
                }
                self.notify_members(rows, number, "class_changed", filled);
                ("filled", Some((teacher, filled)))
            }
            None => {
                self.cancel_class(rows, number, "the teacher is ill");
                ("cancelled", None)
            }
        };
        rows.row(SUBSTITUTES)
            .uuid(self.other_ids.take())
            .uuid(id)
            .uuid(self.place)
            .uuid(self.teacher(at.teacher))
            .text(["ill", "a child is ill", "stuck on the way back"][self.rng.index(3)])
            .text(status)
            .uuid_or_null(filled.map(|(teacher, _)| self.teacher(teacher)))
            .time_or_null(filled.map(|(_, at)| at))
            .time(asked)
            .time(filled.map_or(asked, |(_, at)| at));
    }

    pub(super) fn cancel_if_thin(&mut self, rows: &mut Rows, number: u32) {
        let thin = self.class(number).is_some_and(|class| class.course == Course::Scheduled && class.taken < 3);
        if thin && self.rng.permille(400) {
            self.cancel_class(rows, number, "too few have booked");
        }
    }

    fn cancel_class(&mut self, rows: &mut Rows, number: u32, reason: &'static str) {
        let now = self.now;
        let Some(class) = self.class_mut(number) else { return };
        (class.course, class.cancelled, class.reason, class.updated) =
            (Course::Cancelled, Some(now), Some(reason), now);
        let confirmed: Vec<u32> = (0..)
            .zip(&class.bookings)
            .filter(|(_, booking)| booking.state == State::Confirmed)
            .map(|(at, _)| at)
            .collect();
        self.notify_members(rows, number, "class_cancelled", now);
        for booking in confirmed {
            self.cancel_with_class(rows, number, booking, reason);
        }
    }

    /// Classes that are written are over.
    pub(super) fn forget_classes(&mut self) {
        while self.classes.front().is_some_and(|class| class.is_written) {
            self.classes.pop_front();
            self.gone += 1;
        }
    }

    /// What is settled of a class: its own row, and those of its bookings.
    pub(super) fn write_class(&mut self, rows: &mut Rows, number: u32) {
        let Some(class) = self.class_mut(number) else { return };
        let bookings = std::mem::take(&mut class.bookings);
        class.is_written = true;
        let id = class.id;
        for booking in &bookings {
            self.write_booking(rows, id, booking);
        }
        if let Some(class) = self.class(number) {
            self.write_class_row(rows, class);
        }
    }

    fn write_class_row(&self, rows: &mut Rows, class: &Class) {
        let room = self.table.slots[class.plan.slot].room;
        rows.row(CLASSES)
            .uuid(class.id)
            .uuid(self.place)
            .uuid(self.kinds[class.kind])
            .uuid(self.teacher(class.plan.teacher))
            .text(super::catalogue::ROOMS[room].name)
            .date(class.day)
            .clock(class.plan.start * MINUTE)
            .clock(class.plan.end * MINUTE)
            .text(ZONE.name)
            .int(i32::try_from(class.seats).unwrap_or(0))
            .int(i32::try_from(class.taken).unwrap_or(0))
            .int(i32::try_from(class.waiting).unwrap_or(0))
            .text(match class.course {
                Course::Scheduled => "scheduled",
                Course::Cancelled => "cancelled",
                Course::Completed => "completed",
            })
            .uuid_or_null(class.substitute.map(|teacher| self.teacher(teacher)))
            .time(created(class.day))
            .time(class.updated)
            .uuid(self.room_ids.nth(room as u64))
            .uuid(self.series_ids.nth(class.plan.slot as u64))
            .date(class.day)
            .time_or_null(class.cancelled)
            .text_or_null(class.reason);
    }

    /// The day on which a series differs from its rule.
    fn write_exception(&mut self, rows: &mut Rows, day: Day, plan: Planned) {
        let (kind, reason) = match plan.change {
            Change::None => return,
            Change::StandIn(_) => ("moved", "on leave"),
            Change::Off => ("cancelled", "on leave, and nobody could stand in"),
            Change::Earlier => ("moved", "half an hour earlier this week"),
            Change::Extra => ("extra", "workshop"),
        };
        let moved = matches!(plan.change, Change::Earlier | Change::Extra);
        let clock = |minutes: i64| moved.then_some(minutes * MINUTE);
        let row = rows
            .row(EXCEPTIONS)
            .uuid(self.other_ids.take())
            .uuid(self.series_ids.nth(plan.slot as u64))
            .date(day)
            .text(kind);
        let row = match (clock(plan.start), clock(plan.end)) {
            (Some(start), Some(end)) => row.clock(start).clock(end),
            _ => row.null().null(),
        };
        let stand_in = match plan.change {
            Change::StandIn(other) => Some(self.teacher(other)),
            _ => None,
        };
        row.uuid_or_null(stand_in).text(reason).time(created(day) - DAY).time(created(day) - DAY);
    }

    /// Everything that is on the timetable at the end, booked or not.
    pub(super) fn write_ahead(&mut self, rows: &mut Rows) {
        let kept = u32::try_from(self.classes.len()).unwrap_or(0);
        for number in self.gone..self.gone + kept {
            if self.class(number).is_some_and(|class| !class.is_written) {
                self.write_class(rows, number);
            }
        }
        for ahead in OPENS..=AHEAD {
            let day = self.today.plus(ahead);
            for plan in self.table.plan(day) {
                if let Some(class) = self.new_class(day, plan) {
                    self.write_class_row(rows, &class);
                }
                self.write_exception(rows, day, plan);
            }
        }
    }
}

impl Class {
    /// The plan, with who really teaches.
    fn as_taught(&self) -> Planned {
        let change = match self.substitute {
            _ if self.course == Course::Cancelled => Change::Off,
            Some(other) => Change::StandIn(other),
            None => self.plan.change,
        };
        Planned { change, ..self.plan }
    }
}

/// When a class was put on the timetable: eight weeks before, in the night.
pub(super) fn created(day: Day) -> i64 {
    ZONE.at(day.plus(-AHEAD - 1), 3 * HOUR)
}

/// How many days before a class people book it.
const LEADS: [i64; 20] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 10];
const LEADS_POPULAR: [i64; 20] = [0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 10, 12, 13, 14, 14];

/// A few words, at random.
pub(super) fn one_of(rng: &mut Rng, words: &[&'static str]) -> &'static str {
    words.get(rng.index(words.len())).copied().unwrap_or("")
}
