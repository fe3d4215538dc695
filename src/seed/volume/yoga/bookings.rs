//! Bookings: who gets a seat, who waits and is promoted, who cancels, comes or stays away, and what pays for it. The
//! rules are those of the triggers of `bookings`, followed here one booking at a time.

use super::catalogue::{KINDS, PRAISE};
use super::classes::{Class, Course, one_of};
use super::members;
use super::packages::{Entry, Reason};
use super::studio::{Studio, What};
use super::tables::FEEDBACK;
use crate::seed::volume::calendar::{Day, HOUR, MINUTE};
use crate::seed::volume::rows::{Id, Rows};

/// The chain's `locations.cancellation_window_minutes`, `waitlist_close_minutes` and `default_waitlist_capacity`.
const LATE: i64 = 12 * HOUR;
const QUEUE_CLOSES: i64 = HOUR;
const QUEUE: u32 = 6;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Regular,
    Waitlist,
    DropIn,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Confirmed,
    Cancelled,
    Attended,
    NoShow,
}

/// What pays for a seat.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    /// Nothing yet, or money.
    Money,
    Package(u32),
    Loose,
}

/// Money that came in for a seat.
#[derive(Clone, Copy)]
pub(super) struct Money {
    pub(super) at: i64,
    pub(super) by_card: bool,
    pub(super) refunded: Option<i64>,
}

pub(super) struct Booking {
    pub(super) id: Id,
    pub(super) member: u32,
    pub(super) form: Form,
    pub(super) state: State,
    pub(super) cover: Cover,
    pub(super) credits: i16,
    pub(super) due: i64,
    pub(super) money: Option<Money>,
    pub(super) given_back: bool,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) wait: Option<i64>,
    pub(super) promoted: Option<i64>,
    pub(super) cancelled: Option<i64>,
    pub(super) checked_in: Option<i64>,
    pub(super) reason: Option<&'static str>,
    pub(super) late: bool,
}

impl Booking {
    fn waits(&self) -> bool {
        self.form == Form::Waitlist && self.state == State::Confirmed
    }
}

impl Class {
    /// Whether somebody has a seat, or waits for one.
    fn has(&self, member: u32) -> bool {
        self.bookings.iter().any(|booking| booking.member == member && booking.state != State::Cancelled)
    }

    fn queue_is_open(&self, now: i64) -> bool {
        now < self.starts - QUEUE_CLOSES
    }
}

impl Studio {
    /// Somebody tries to book.
    pub(super) fn attempt(&mut self, rows: &mut Rows, number: u32) {
        let Some((day, full, may_wait)) = self.state_of(number) else { return };
        if full && !may_wait {
            return;
        }
        let visitors = self.visitors.len();
        let part = self.class(number).map_or(0, |class| self.table.slots[class.plan.slot].part());
        if visitors > 0 && !full && self.rng.permille(115) {
            let member = self.visitors[self.rng.index(visitors)];
            if self.members[member as usize].days & members::bit(day) == 0 {
                self.book(rows, number, member, Form::DropIn, Cover::Money);
            }
        } else if let Some((member, cover)) = self.find_member(rows, part, day) {
            // Many do not wait for what they can have the day after.
            if !full || self.rng.permille(640) {
                self.book(rows, number, member, if full { Form::Waitlist } else { Form::Regular }, cover);
            }
        }
    }

    /// The member whose account the benchmarks use does not miss a thing.
    pub(super) fn attempt_ours(&mut self, rows: &mut Rows, number: u32) {
        let Some((day, full, may_wait)) = self.state_of(number) else { return };
        if self.members.is_empty() || (full && !may_wait) || self.class(number).is_none_or(|class| class.has(0)) {
            return;
        }
        if let Some(cover) = self.cover_or_buy(rows, 0, day) {
            self.book(rows, number, 0, if full { Form::Waitlist } else { Form::Regular }, cover);
        }
    }

    /// Of a class that can be booked: its day, whether it is full, and whether one may wait.
    fn state_of(&self, number: u32) -> Option<(Day, bool, bool)> {
        let class = self.class(number).filter(|class| class.course == Course::Scheduled)?;
        let full = class.taken >= class.seats;
        Some((class.day, full, class.queue_is_open(self.now) && class.waiting < QUEUE))
    }

    fn book(&mut self, rows: &mut Rows, number: u32, member: u32, form: Form, cover: Cover) {
        let (now, id) = (self.now, self.booking_ids.take());
        let wait = (form == Form::Waitlist).then(|| {
            self.wait_seq += 1;
            self.wait_seq
        });
        let Some(class) = self.class_mut(number) else { return };
        let at = u32::try_from(class.bookings.len()).unwrap_or(0);
        class.bookings.push(Booking {
            id,
            member,
            form,
            state: State::Confirmed,
            cover: Cover::Money,
            credits: 0,
            due: 0,
            money: None,
            given_back: false,
            created: now,
            updated: now,
            wait,
            promoted: None,
            cancelled: None,
            checked_in: None,
            reason: None,
            late: false,
        });
        let (day, starts) = (class.day, class.starts);
        if let Some(member) = self.members.get_mut(member as usize) {
            member.days |= members::bit(day);
        }
        if wait.is_some() {
            if let Some(class) = self.class_mut(number) {
                class.waiting += 1;
            }
            self.write_event(rows, id, "waitlisted", now);
            if self.rng.permille(140) {
                let gives_up = now + self.rng.range(0, (starts - now).max(1));
                self.expect(gives_up, What::Cancel(number, at));
            }
        } else {
            self.write_event(rows, id, "booked", now);
            self.take_seat(rows, number, at, cover);
        }
    }

    /// A booking has a seat from now on, and something that pays for it.
    fn take_seat(&mut self, rows: &mut Rows, number: u32, at: u32, cover: Cover) {
        let now = self.now;
        let credits = match cover {
            Cover::Money => 0,
            Cover::Loose => 1,
            Cover::Package(package) => i16::from(self.is_counted(package)),
        };
        let prepaid = cover == Cover::Money && self.rng.permille(520);
        let Some(class) = self.class_mut(number) else { return };
        let (starts, price) = (class.starts, KINDS[class.kind].cents);
        class.taken += 1;
        let Some(booking) = class.bookings.get_mut(at as usize) else { return };
        (booking.cover, booking.credits) = (cover, credits);
        if cover == Cover::Money {
            booking.due = price;
            booking.money = prepaid.then_some(Money { at: now + MINUTE, by_card: true, refunded: None });
        }
        let (id, member) = (booking.id, booking.member);
        if credits > 0 {
            let package = match cover {
                Cover::Package(package) => Some(package),
                Cover::Money | Cover::Loose => None,
            };
            self.enter(
                rows,
                Entry { member, package, kind: "booking", credits: -1, booking: Some(id), reason: Reason::None },
            );
        }
        // Whoever will not come thinks of it in time, or too late, or not at all.
        let cancels = match self.rng.below(1000) {
            ..80 => Some((now, starts - LATE)),
            80..118 => Some((now.max(starts - LATE), starts - 20 * MINUTE)),
            _ => None,
        };
        if let Some((from, to)) = cancels.filter(|(from, to)| from + 10 * MINUTE < *to) {
            let when = self.rng.range(from + MINUTE, to);
            self.expect(when, What::Cancel(number, at));
        }
    }

    /// A member cancels: a seat, or a place in the queue.
    pub(super) fn cancel_booking(&mut self, rows: &mut Rows, number: u32, at: u32) {
        let now = self.now;
        let Some(class) = self.class(number).filter(|class| class.course == Course::Scheduled) else { return };
        let late = now < class.starts && now > class.starts - LATE;
        if class.bookings.get(at as usize).is_none_or(|booking| booking.state != State::Confirmed) {
            return;
        }
        let reason =
            self.rng.permille(300).then(|| one_of(&mut self.rng, &["ill", "work", "child care", "travelling"]));
        self.cancel(rows, number, at, late, reason);
        self.promote(rows, number);
    }

    pub(super) fn cancel_with_class(&mut self, rows: &mut Rows, number: u32, at: u32, reason: &'static str) {
        self.cancel(rows, number, at, false, Some(reason));
    }

    fn cancel(&mut self, rows: &mut Rows, number: u32, at: u32, late: bool, reason: Option<&'static str>) {
        let now = self.now;
        let Some(class) = self.class_mut(number) else { return };
        let day = class.day;
        let Some(booking) = class.bookings.get_mut(at as usize) else { return };
        let waited = booking.waits();
        (booking.state, booking.cancelled, booking.updated) = (State::Cancelled, Some(now), now);
        (booking.reason, booking.late) = (reason, late && !waited);
        let (id, member, cover, held) = (booking.id, booking.member, booking.cover, booking.credits);
        if !waited && !booking.late {
            booking.given_back = cover != Cover::Money;
            booking.credits = 0;
            if let Some(money) = &mut booking.money {
                money.refunded = Some(now.max(money.at) + 2 * MINUTE);
            }
        }
        let back = held - booking.credits;
        let event = if booking.late { "late_cancelled" } else { "cancelled" };
        if waited {
            class.waiting -= 1;
        } else {
            class.taken -= 1;
        }
        if let Some(member) = self.members.get_mut(member as usize) {
            member.days &= !members::bit(day);
        }
        if back > 0 {
            let package = match cover {
                Cover::Package(package) => Some(package),
                Cover::Money | Cover::Loose => None,
            };
            let booking = Some(id);
            self.enter(
                rows,
                Entry { member, package, kind: "booking_refund", credits: 1, booking, reason: Reason::None },
            );
        }
        self.write_event(rows, id, event, now);
    }

    /// Free seats go to who waited longest.
    fn promote(&mut self, rows: &mut Rows, number: u32) {
        let now = self.now;
        loop {
            let Some(class) = self.class_mut(number) else { return };
            if class.waiting == 0 || class.taken >= class.seats || !class.queue_is_open(now) {
                return;
            }
            let day = class.day;
            let next = (0_u32..).zip(&class.bookings).filter(|(_, booking)| booking.waits());
            let Some(at) = next.min_by_key(|(_, booking)| booking.wait).map(|(at, _)| at) else { return };
            let Some(booking) = class.bookings.get_mut(at as usize) else { return };
            (booking.form, booking.promoted, booking.updated) = (Form::Regular, Some(now), now);
            let (id, member) = (booking.id, booking.member);
            class.waiting -= 1;
            let cover = self.cover(member, day);
            self.write_event(rows, id, "promoted", now);
            self.take_seat(rows, number, at, cover.unwrap_or(Cover::Money));
            if self.is_ours(member) {
                self.notify(rows, "waitlist_promoted", "A seat is yours", number, now);
            }
        }
    }

    /// A class is over: who came, who did not, who waited in vain.
    pub(super) fn finish_class(&mut self, rows: &mut Rows, number: u32) {
        let now = self.now;
        let Some(class) = self.class_mut(number) else { return };
        if class.course == Course::Scheduled {
            (class.course, class.updated) = (Course::Completed, now);
            let (day, starts, ends) = (class.day, class.starts, class.ends);
            let mut bookings = std::mem::take(&mut class.bookings);
            let mut waiting = 0;
            for booking in bookings.iter_mut().filter(|booking| booking.state == State::Confirmed) {
                if booking.waits() {
                    waiting += 1;
                    (booking.state, booking.cancelled, booking.updated) = (State::Cancelled, Some(now), now);
                    booking.reason = Some("no seat became free");
                    self.write_event(rows, booking.id, "cancelled", now);
                } else {
                    self.attend(rows, booking, day, starts, ends);
                }
            }
            if let Some(class) = self.class_mut(number) {
                class.waiting -= waiting;
                class.bookings = bookings;
            }
        }
        self.write_class(rows, number);
    }

    fn attend(&mut self, rows: &mut Rows, booking: &mut Booking, day: Day, starts: i64, ends: i64) {
        let now = self.now;
        // Nothing lost, nothing to come for; the desk forgets nobody who has paid.
        let stays_away = match (booking.cover, booking.money) {
            (Cover::Money, None) => 270,
            (Cover::Money, Some(_)) => 120,
            _ => 52,
        };
        let checked_in = booking.created.max(starts + self.rng.range(-18 * MINUTE, 4 * MINUTE)).min(ends);
        let mut marked = checked_in;
        if self.rng.permille(stays_away) {
            self.write_event(rows, booking.id, "no_show", now);
            if !self.rng.permille(6) {
                (booking.state, booking.updated) = (State::NoShow, now);
                return;
            }
            // The teacher had not seen them.
            marked = now + 30 * MINUTE;
            self.write_event(rows, booking.id, "corrected", marked);
        }
        (booking.state, booking.checked_in, booking.updated) = (State::Attended, Some(checked_in), marked);
        if booking.cover == Cover::Money && booking.money.is_none() && self.rng.permille(970) {
            let by_card = self.rng.permille(700);
            booking.money = Some(Money { at: checked_in, by_card, refunded: None });
        }
        self.write_event(rows, booking.id, "checked_in", marked);
        self.came(booking.member, day, checked_in);
        let rates = self.rng.below(1000);
        let at = now + self.rng.range(30 * MINUTE, 20 * HOUR);
        if rates < 80 && at < self.end {
            let comment = (rates < 20).then(|| one_of(&mut self.rng, &PRAISE));
            rows.row(FEEDBACK)
                .uuid(self.other_ids.take())
                .uuid(booking.id)
                .small([5, 5, 4, 5, 4, 3, 5, 4, 5, 2][self.rng.index(10)])
                .text_or_null(comment)
                .time(at);
        }
        if rates == 999 {
            let member = booking.member;
            let reason = Reason::Text("sorry for the cold room");
            self.enter(rows, Entry { member, package: None, kind: "adjust", credits: 1, booking: None, reason });
        }
    }
}
