//! Packages: sold, paid, used up, renewed, frozen, ended; with their invoices, payments and the ledger of credits. The rules
//! are those of migrations 045 and 050.

use super::catalogue::{Cycle, OFFERS, Offer};
use super::periods::next_period;
use super::studio::{Studio, What, ZONE, local_day};
use super::tables::{CREDITS, FREEZES};
use crate::seed::volume::calendar::{DAY, Day, HOUR, MINUTE};
use crate::seed::volume::rows::{Id, Rows};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Active,
    PastDue,
    Expired,
    Cancelled,
}

/// An invoice that is not settled.
#[derive(Clone, Copy)]
pub(super) struct Bill {
    pub(super) number: u64,
    pub(super) renews: bool,
    pub(super) from: Day,
    pub(super) to: Option<Day>,
    pub(super) created: i64,
    pub(super) attempts: i32,
    pub(super) next: Option<i64>,
    /// How often the card is still going to be refused.
    pub(super) refusals: u32,
}

pub(super) struct Package {
    pub(super) member: u32,
    pub(super) offer: usize,
    pub(super) status: Status,
    pub(super) remaining: i32,
    pub(super) starts: Day,
    pub(super) expires: Option<Day>,
    pub(super) anchor: Day,
    pub(super) period_end: Option<Day>,
    pub(super) renews: bool,
    pub(super) activated: Option<i64>,
    pub(super) cancelled: Option<i64>,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) frozen: Option<(Day, Day)>,
    pub(super) bill: Option<Bill>,
}

impl Package {
    pub(super) fn offer(&self) -> &'static Offer {
        &OFFERS[self.offer]
    }

    /// Whether it pays for a class on that day.
    pub(super) fn covers(&self, day: Day) -> bool {
        let unlimited = self.offer().classes.is_none();
        let recurs = self.renews && self.offer().cycle != Cycle::Once && unlimited;
        self.status == Status::Active
            && day >= self.starts
            && (self.expires.is_none_or(|last| day <= last) || recurs)
            && (unlimited || self.remaining > 0)
            && !self.frozen.is_some_and(|(from, to)| from <= day && day <= to)
    }

    /// Unlimited ones first, then the one that ends first.
    pub(super) fn rank(&self) -> (bool, Day, i64) {
        (self.offer().classes.is_some(), self.expires.unwrap_or(Day(i32::MAX)), self.created)
    }

    /// Whether all its classes are taken, for good.
    pub(super) fn is_used_up(&self) -> bool {
        self.status == Status::Active
            && self.offer().cycle == Cycle::Once
            && self.offer().classes.is_some()
            && self.remaining == 0
    }
}

/// Why an entry of the ledger was made.
#[derive(Clone, Copy)]
pub(super) enum Reason {
    None,
    Text(&'static str),
    Invoice(u64),
}

/// An entry of the ledger of credits.
pub(super) struct Entry {
    pub(super) member: u32,
    pub(super) package: Option<u32>,
    pub(super) kind: &'static str,
    pub(super) credits: i32,
    pub(super) booking: Option<Id>,
    pub(super) reason: Reason,
}

impl Studio {
    /// Whether a package has a number of classes.
    pub(super) fn is_counted(&self, package: u32) -> bool {
        self.packages.get(package as usize).is_some_and(|package| package.offer().classes.is_some())
    }

    /// Writes an entry, and what is left with it.
    pub(super) fn enter(&mut self, rows: &mut Rows, entry: Entry) {
        let Some(member) = self.members.get_mut(entry.member as usize) else { return };
        member.balance += entry.credits;
        let balance = member.balance;
        match entry.package.and_then(|package| self.packages.get_mut(package as usize)) {
            Some(package) => package.remaining += entry.credits,
            None => member.loose += entry.credits,
        }
        self.credit_seq += 1;
        let row = rows
            .row(CREDITS)
            .uuid(self.other_ids.take())
            .long(self.credit_seq)
            .uuid(self.member_ids.nth(entry.member))
            .uuid_or_null(entry.package.map(|package| self.package_ids.nth(package)))
            .text(entry.kind)
            .int(entry.credits)
            .int(balance)
            .uuid_or_null(entry.booking);
        let row = match entry.reason {
            Reason::None => row.null(),
            Reason::Text(text) => row.text(text),
            Reason::Invoice(number) => row.written(format_args!("invoice Y{:04}-{number:06}", self.number)),
        };
        row.time(self.now);
    }

    /// Sells a package: paid at once, where somebody wants to book with it, or some minutes later.
    pub(super) fn sell(&mut self, rows: &mut Rows, member: u32, offer: usize, at_once: bool) {
        let number = u32::try_from(self.packages.len()).unwrap_or(u32::MAX);
        let starts = local_day(self.now);
        let kind = &OFFERS[offer];
        self.packages.push(Package {
            member,
            offer,
            status: Status::Pending,
            remaining: 0,
            starts,
            expires: None,
            anchor: starts,
            period_end: None,
            renews: kind.cycle != Cycle::Once,
            activated: None,
            cancelled: None,
            created: self.now,
            updated: self.now,
            frozen: None,
            bill: None,
        });
        if let Some(member) = self.members.get_mut(member as usize) {
            member.live.push(number);
        }
        let refusals = match self.rng.below(1000) {
            ..20 => 1,
            20..24 => 4,
            _ => 0,
        };
        self.bill(number, starts, false, if at_once { 0 } else { refusals });
        if at_once {
            self.charge(rows, number);
        } else if !self.rng.permille(7) {
            // The others mean to pay at the desk.
            let at = self.in_minutes(1, 6);
            self.expect(at, What::Charge(number));
        }
    }

    fn bill(&mut self, number: u32, from: Day, renews: bool, refusals: u32) {
        self.invoice_ids.next += 1;
        let invoice = self.invoice_ids.next;
        let created = self.now;
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        let to = next_period(package.anchor, package.offer().cycle, from);
        package.bill = Some(Bill { number: invoice, renews, from, to, created, attempts: 0, next: None, refusals });
    }

    /// The card is charged for what is owed.
    pub(super) fn charge(&mut self, rows: &mut Rows, number: u32) {
        let now = self.now;
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        let Some(bill) = &mut package.bill else { return };
        if bill.refusals == 0 {
            self.settle(rows, number);
            return;
        }
        bill.refusals -= 1;
        // After 1, 3 and 5 days once more, then given up.
        let again = (bill.attempts < 3).then(|| now + DAY * (1 + 2 * i64::from(bill.attempts)));
        bill.attempts += 1;
        bill.next = again;
        let bill = *bill;
        self.write_charge(rows, number, bill.number, "failed", None);
        match again {
            Some(at) => self.expect(at, What::Charge(number)),
            None => self.give_up(rows, number, bill),
        }
    }

    fn give_up(&mut self, rows: &mut Rows, number: u32, bill: Bill) {
        self.write_invoice(rows, number, bill, "uncollectible", None);
        let at = self.now + 14 * DAY + HOUR;
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        package.bill = None;
        package.updated = self.now;
        if package.status == Status::Pending {
            package.status = Status::Cancelled;
            self.leave_package(number);
        } else {
            self.expect(at, What::EndAtOnce(number));
        }
    }

    /// An invoice is paid: credits, period, and what is going to happen next.
    fn settle(&mut self, rows: &mut Rows, number: u32) {
        let now = self.now;
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        let Some(bill) = package.bill.take() else { return };
        let (member, offer, left) = (package.member, package.offer(), package.remaining);
        package.status = Status::Active;
        package.activated = package.activated.or(Some(now));
        package.updated = now;
        package.period_end = bill.to;
        package.expires = match (bill.to, package.expires, offer.days) {
            (Some(end), _, _) => Some(end.plus(-1)),
            (None, Some(last), _) => Some(last),
            (None, None, days) => days.map(|days| package.starts.plus(days - 1)),
        };
        let over = bill.to.or(package.expires.map(|last| last.plus(1)));
        // Three of a thousand regret it.
        let regrets = !bill.renews && !self.is_ours(member) && self.rng.permille(3);
        let refunded = regrets.then(|| now + self.rng.range(HOUR, 3 * DAY)).filter(|&at| at < self.end);
        self.write_charge(rows, number, bill.number, "captured", refunded);
        self.write_invoice(rows, number, bill, "paid", refunded);
        if offer.cycle != Cycle::Once && left > 0 {
            self.expire(rows, number, "period ended");
        }
        if let Some(classes) = offer.classes {
            let reason = Reason::Invoice(bill.number);
            let package = Some(number);
            self.enter(rows, Entry { member, package, kind: "grant", credits: classes, booking: None, reason });
        }
        if let Some(day) = over {
            let at = ZONE.at(day, 3 * HOUR) + self.rng.range(0, 20 * MINUTE);
            self.expect(at, What::PeriodEnds(number));
        }
        match refunded {
            Some(at) => self.expect(at, What::EndAtOnce(number)),
            None => self.expect_changes(number, over),
        }
        self.join_regulars(member);
    }

    /// Some stop in the course of a period, some go away for a while.
    fn expect_changes(&mut self, number: u32, over: Option<Day>) {
        let Some(package) = self.packages.get(number as usize) else { return };
        let (offer, renews, ours) = (package.offer(), package.renews, self.is_ours(package.member));
        let leaves = match offer.cycle {
            Cycle::Once => 0,
            Cycle::Months(1) => 78,
            Cycle::Months(3) => 260,
            Cycle::Months(_) => 380,
        };
        let until = over.map_or(self.now, |day| ZONE.at(day, 0));
        if ours || until <= self.now + DAY {
            return;
        }
        if renews && self.rng.permille(leaves) {
            let at = self.rng.range(self.now + HOUR, until - HOUR);
            self.expect(at, What::Stop(number));
        } else if offer.freeze > 0 && self.rng.permille(25) {
            let at = self.rng.range(self.now + HOUR, until - HOUR);
            self.expect(at, What::Freeze(number));
        }
    }

    pub(super) fn stop(&mut self, number: u32) {
        let now = self.now;
        if let Some(package) = self.packages.get_mut(number as usize)
            && package.renews
            && matches!(package.status, Status::Active | Status::PastDue)
        {
            (package.renews, package.cancelled, package.updated) = (false, Some(now), now);
        }
    }

    pub(super) fn freeze(&mut self, rows: &mut Rows, number: u32) {
        let from = local_day(self.now).plus(1 + i32::try_from(self.rng.below(6)).unwrap_or(0));
        let (now, length) = (self.now, self.rng.range(5, 14));
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        let days = i32::try_from(length).unwrap_or(5).min(package.offer().freeze);
        if package.status != Status::Active
            || package.frozen.is_some()
            || package.expires.is_none_or(|last| from > last)
        {
            return;
        }
        package.frozen = Some((from, from.plus(days - 1)));
        package.expires = package.expires.map(|day| day.plus(days));
        package.period_end = package.period_end.map(|day| day.plus(days));
        package.anchor = package.anchor.plus(days);
        package.updated = now;
        rows.row(FREEZES)
            .uuid(self.other_ids.take())
            .uuid(self.package_ids.nth(number))
            .date(from)
            .date(from.plus(days - 1))
            .text(["travelling", "an operation", "too much work"][self.rng.index(3)])
            .time(now);
    }

    /// The daily run finds a period over: it is renewed, or the package ends.
    pub(super) fn end_period(&mut self, rows: &mut Rows, number: u32) {
        let today = local_day(self.now);
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        let over = package.period_end.or(package.expires.map(|last| last.plus(1)));
        let Some(over) = over.filter(|_| package.status == Status::Active) else { return };
        if over > today {
            // It rested meanwhile.
            let at = ZONE.at(over, 3 * HOUR);
            self.expect(at, What::PeriodEnds(number));
        } else if package.renews {
            (package.status, package.updated) = (Status::PastDue, self.now);
            let refusals = match self.rng.below(1000) {
                ..26 => 1,
                26..34 => 2,
                34..44 => 4,
                _ => 0,
            };
            self.bill(number, over, true, refusals);
            let at = self.in_minutes(1, 40);
            self.expect(at, What::Charge(number));
        } else {
            self.expire(rows, number, "package ended");
            self.close(number, Status::Expired);
        }
    }

    /// Staff end a package: its money went back, or never came.
    pub(super) fn end_at_once(&mut self, rows: &mut Rows, number: u32) {
        let now = self.now;
        self.expire(rows, number, "cancelled");
        let Some(package) = self.packages.get_mut(number as usize) else { return };
        if matches!(package.status, Status::Active | Status::PastDue) {
            package.renews = false;
            package.cancelled = package.cancelled.or(Some(now));
            self.close(number, Status::Cancelled);
        }
    }

    fn close(&mut self, number: u32, status: Status) {
        let now = self.now;
        if let Some(package) = self.packages.get_mut(number as usize) {
            (package.status, package.updated) = (status, now);
        }
        self.leave_package(number);
    }

    fn expire(&mut self, rows: &mut Rows, number: u32, reason: &'static str) {
        let Some(package) = self.packages.get(number as usize) else { return };
        let (member, left) = (package.member, package.remaining);
        if left > 0 {
            let (package, reason) = (Some(number), Reason::Text(reason));
            self.enter(rows, Entry { member, package, kind: "expire", credits: -left, booking: None, reason });
        }
    }
}
