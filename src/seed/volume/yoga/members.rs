//! Members: how they come, what they buy, when they stop, and the row that is left of each.

use super::bookings::Cover;
use super::catalogue::{
    CONDITIONS, EIGHT_A_MONTH, EVENING, FIRST_NAMES, FIVE, LAST_NAMES, MORNING, NOON, SEASON_PASS, TEN, TRIAL,
    UNLIMITED, YEAR,
};
use super::packages::{Package, Status};
use super::studio::{Studio, What, ZONE, local_day};
use super::tables::{GOAL_ENTRIES, GOALS, MEMBERS};
use crate::seed::volume::calendar::{DAY, Day, HOUR};
use crate::seed::volume::random::{Rng, mix};
use crate::seed::volume::rows::{Id, Rows};

/// How many the studio begins with.
const FOUNDERS: u32 = 400;
/// No place in the list of those who practise.
const NOWHERE: u32 = u32::MAX;

pub(super) struct Member {
    joined: i64,
    /// How likely it is, in 256, that somebody has time today.
    eager: u8,
    /// When: mornings, at noon, in the evening.
    part: u8,
    /// The place in the list of those who practise.
    at: u32,
    /// Packages that are not over.
    pub(super) live: Vec<u32>,
    pub(super) balance: i32,
    /// Credits of no package.
    pub(super) loose: i32,
    attended: i32,
    last: Option<i64>,
    week: i32,
    streak: i32,
    /// A bit for each day of the next weeks: whether something is booked.
    pub(super) days: u64,
    left: Option<i64>,
}

/// The bit of a day in [`Member::days`]: nobody books 64 days ahead.
pub(super) fn bit(day: Day) -> u64 {
    1 << day.0.rem_euclid(64)
}

impl Studio {
    /// Those who were there from the start come in the weeks before; the first of them is the one with an account.
    pub(super) fn expect_founders(&mut self, days: u32) {
        let count = if self.members.is_empty() { FOUNDERS / days + FOUNDERS % days } else { FOUNDERS / days };
        for _ in 0..count {
            let at = self.between(self.day, 9, 20);
            self.expect(at, What::Join);
        }
    }

    pub(super) fn join(&mut self, rows: &mut Rows) {
        let number = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
        let founds = local_day(self.now) < self.first;
        let part = [MORNING, MORNING, NOON, EVENING, EVENING, EVENING, EVENING][self.rng.index(7)];
        self.members.push(Member {
            joined: self.now,
            eager: [40, 60, 80, 100, 130, 170, 220, 255][self.rng.index(8)],
            part,
            at: NOWHERE,
            live: Vec::new(),
            balance: 0,
            loose: 0,
            attended: 0,
            last: None,
            week: 0,
            streak: 0,
            days: 0,
            left: None,
        });
        if self.is_ours(number) {
            self.sell(rows, number, TEN, true);
            return;
        }
        let offer = match (founds, self.rng.below(100)) {
            (true, ..34) => UNLIMITED,
            (true, 34..60) => EIGHT_A_MONTH,
            (true, 60..82) => TEN,
            (true, 82..88) => SEASON_PASS,
            (true, 88..93) => YEAR,
            (false, ..46) => TRIAL,
            (false, 46..60) => FIVE,
            (false, 60..72) => TEN,
            (false, 72..83) => EIGHT_A_MONTH,
            (false, 83..91) => UNLIMITED,
            (false, 91..92) => SEASON_PASS,
            _ => return self.visitors.push(number),
        };
        self.sell(rows, number, offer, false);
    }

    /// Somebody who stopped, or tried it, buys again.
    pub(super) fn come_back(&mut self, rows: &mut Rows, number: u32) {
        if self.members.get(number as usize).is_some_and(|member| member.live.is_empty()) {
            let offer = self.next_offer();
            self.sell(rows, number, offer, false);
        }
    }

    fn next_offer(&mut self) -> usize {
        match self.rng.below(100) {
            ..14 => FIVE,
            14..42 => TEN,
            42..68 => EIGHT_A_MONTH,
            68..94 => UNLIMITED,
            94..97 => SEASON_PASS,
            _ => YEAR,
        }
    }

    pub(super) fn join_regulars(&mut self, number: u32) {
        let at = u32::try_from(self.regulars.len()).unwrap_or(NOWHERE);
        if let Some(member) = self.members.get_mut(number as usize).filter(|member| member.at == NOWHERE) {
            member.at = at;
            member.left = None;
            self.regulars.push(number);
        }
    }

    fn leave_regulars(&mut self, number: u32) {
        let now = self.now;
        let Some(member) = self.members.get_mut(number as usize).filter(|member| member.at != NOWHERE) else { return };
        let at = std::mem::replace(&mut member.at, NOWHERE);
        member.left = Some(now);
        self.regulars.swap_remove(at as usize);
        if let Some(&moved) = self.regulars.get(at as usize)
            && let Some(member) = self.members.get_mut(moved as usize)
        {
            member.at = at;
        }
    }

    /// A package is over. Some buy another one, some pay for single classes from now on, some come back after months.
    pub(super) fn leave_package(&mut self, number: u32) {
        let Some(package) = self.packages.get(number as usize) else { return };
        let (owner, offer) = (package.member, package.offer);
        let Some(member) = self.members.get_mut(owner as usize) else { return };
        member.live.retain(|&live| live != number);
        if !member.live.is_empty() {
            return;
        }
        self.leave_regulars(owner);
        let goes_on = match offer {
            TRIAL => 600,
            FIVE | TEN => 560,
            _ => 230,
        };
        if self.is_ours(owner) || self.rng.permille(goes_on) {
            let at = self.in_minutes(5 * 60, 9 * 24 * 60);
            self.expect(at, What::Return(owner));
        } else if self.rng.permille(140) {
            let at = self.now + self.rng.range(40 * DAY, 220 * DAY);
            self.expect(at, What::Return(owner));
        } else if self.rng.permille(60) {
            self.visitors.push(owner);
            self.members[owner as usize].left = None;
        }
        // Those who pay for single classes do not do so for ever.
        if self.visitors.len() > 90 {
            let gone = self.rng.index(self.visitors.len());
            self.visitors.swap_remove(gone);
        }
    }

    /// What pays for a class of a member: a package, or a credit that belongs to none.
    pub(super) fn cover(&self, member: u32, day: Day) -> Option<Cover> {
        let member = self.members.get(member as usize)?;
        let package = |&number: &u32| self.packages.get(number as usize).map(|package| (number, package));
        let covering = member.live.iter().filter_map(package).filter(|(_, package)| package.covers(day));
        match covering.min_by_key(|(_, package)| package.rank()) {
            Some((number, _)) => Some(Cover::Package(number)),
            None => (member.loose > 0).then_some(Cover::Loose),
        }
    }

    /// The member whose account the benchmarks use has ten classes at a time, and now and then a month of everything.
    pub(super) fn cover_or_buy(&mut self, rows: &mut Rows, member: u32, day: Day) -> Option<Cover> {
        if let Some(cover) = self.cover(member, day) {
            return Some(cover);
        }
        let offer = if self.rng.permille(120) { UNLIMITED } else { TEN };
        self.sell(rows, member, offer, true);
        let newest = u32::try_from(self.packages.len()).unwrap_or(1) - 1;
        self.expect(self.now + DAY, What::Stop(newest));
        self.cover(member, day)
    }

    /// Somebody who has time for a class and something that pays for it.
    pub(super) fn find_member(&mut self, rows: &mut Rows, part: u8, day: Day) -> Option<(u32, Cover)> {
        for _ in 0..16 {
            if self.regulars.is_empty() {
                return None;
            }
            let number = self.regulars[self.rng.index(self.regulars.len())];
            // Ours may have two classes a day, and is asked elsewhere.
            if self.is_ours(number) {
                continue;
            }
            let member = &self.members[number as usize];
            let eager = u32::from(member.eager) >> if member.part == part { 0 } else { 2 };
            if u32::try_from(self.rng.below(256)).unwrap_or(0) >= eager || member.days & bit(day) != 0 {
                continue;
            }
            match self.cover(number, day) {
                Some(cover) => return Some((number, cover)),
                None if self.rng.permille(30) => return Some((number, Cover::Money)),
                None => self.buy_again(rows, number),
            }
            if let Some(cover) = self.cover(number, day) {
                return Some((number, cover));
            }
        }
        None
    }

    /// Whose pass is used up buys another, or is not seen again for a while.
    fn buy_again(&mut self, rows: &mut Rows, number: u32) {
        let used_up = |number: &u32| self.packages.get(*number as usize).is_some_and(Package::is_used_up);
        if !self.members[number as usize].live.iter().all(used_up) {
            return;
        }
        if self.rng.permille(760) {
            let offer = self.next_offer();
            self.sell(rows, number, offer, true);
        } else {
            self.leave_regulars(number);
        }
    }

    /// A member came to a class.
    pub(super) fn came(&mut self, number: u32, day: Day, at: i64) {
        let Some(member) = self.members.get_mut(number as usize) else { return };
        // 1999-12-27 was a Monday.
        let week = (day.0 + 5).div_euclid(7);
        member.streak = match week - member.week {
            0 if member.attended > 0 => member.streak,
            1 if member.attended > 0 => member.streak + 1,
            _ => 1,
        };
        member.week = week;
        member.attended += 1;
        member.last = member.last.max(Some(at));
    }

    pub(super) fn write_member(&mut self, rows: &mut Rows, number: usize) {
        let id = self.member_ids.nth(number as u64);
        let mut rng = Rng::new(mix(u64::try_from(id.0 >> 64).unwrap_or(0)), 1);
        let short = u32::try_from(number).unwrap_or(u32::MAX);
        let ours = self.is_ours(short);
        let Some(member) = self.members.get(number) else { return };
        let running = member.live.iter().filter_map(|&package| self.packages.get(package as usize));
        let best = running
            .filter(|package| matches!(package.status, Status::Active | Status::PastDue))
            .max_by_key(|package| (package.offer().tier, package.expires.unwrap_or(Day(i32::MAX))));
        // Some of those who left said so.
        let gone = member.left.is_some_and(|at| at < self.end - 60 * DAY) && member.live.is_empty();
        let status = match rng.below(1000) {
            ..350 if gone => "cancelled",
            350..354 if gone => "suspended",
            _ => "active",
        };
        let (first, last) = (FIRST_NAMES[rng.index(40)], LAST_NAMES[rng.index(40)]);
        let phone = 2_000_000 + rng.below(7_999_999);
        let row = rows
            .row(MEMBERS)
            .uuid(id)
            .uuid(self.organization)
            .uuid(self.place)
            .uuid_or_null(self.account("member").filter(|_| ours))
            .text(first)
            .text(last);
        let row = if ours {
            row.text("member@chain.yoga.example")
        } else {
            let (first, last) = (first.to_ascii_lowercase(), last.to_ascii_lowercase());
            row.written(format_args!("{first}.{last}.{}.{}@example.com", self.number, number + 1))
        };
        let row = row
            .written(format_args!("+1 555 {phone:07}"))
            .date(local_day(member.joined).plus(-i32::try_from(rng.range(18 * 365, 72 * 365)).unwrap_or(9_000)))
            .written(format_args!("{} {}", FIRST_NAMES[rng.index(40)], last))
            .written(format_args!("+1 555 {:07}", phone ^ 0xfff))
            .text_or_null(rng.permille(90).then(|| CONDITIONS[rng.index(6)]))
            .text(["beginner", "beginner", "intermediate", "intermediate", "advanced"][rng.index(5)])
            .text_or_null(best.map(|package| package.offer().name))
            .text(status);
        let row = match best {
            Some(Package { starts, expires: Some(last), renews: false, .. }) => row.date(*starts).date(*last),
            Some(package) => row.date(package.starts).null(),
            None => row.null().null(),
        };
        row.int(member.balance)
            .int(member.attended)
            .json(match member.part {
                MORNING => r#"{"time": "morning", "newsletter": true}"#,
                NOON => r#"{"time": "noon"}"#,
                _ => r#"{"time": "evening", "newsletter": false}"#,
            })
            .time(member.joined)
            .time(member.last.unwrap_or(member.joined))
            .time_or_null(member.last)
            .int(member.streak);
        let goals = if ours { 5 } else { [0, 0, 0, 0, 0, 0, 1, 1, 2, 0][rng.index(10)] };
        let (joined, attended) = (local_day(member.joined), member.attended);
        for goal in 0..goals {
            let kind = if ours { goal } else { rng.index(5) };
            self.write_goal(rows, &mut rng, id, kind, joined, attended);
        }
    }

    fn write_goal(&mut self, rows: &mut Rows, rng: &mut Rng, member: Id, kind: usize, joined: Day, attended: i32) {
        let goal = self.goal_ids.take();
        let (name, title, target, unit) = [
            ("classes_total", "Fifty classes", 50, "classes"),
            ("classes_per_week", "Twice a week", 2, "classes"),
            ("minutes_total", "Twenty hours on the mat", 1_200, "minutes"),
            ("weekly_streak", "Eight weeks in a row", 8, "weeks"),
            ("custom", "Hold a handstand", 60, "seconds"),
        ][kind.min(4)];
        let days = u64::from(self.today.0.abs_diff(joined.0)).max(1);
        let starts = self.today.plus(-i32::try_from(rng.below(days.min(180))).unwrap_or(0)).min(self.today.plus(-1));
        let ends = rng.permille(400).then(|| starts.plus(200));
        let reached = kind == 0 && attended >= 50 && rng.permille(500);
        let status = match rng.below(100) {
            _ if reached => "achieved",
            ..12 if attended < 20 => "abandoned",
            _ => "active",
        };
        let created = ZONE.at(starts, 9 * HOUR);
        let done = reached.then(|| ZONE.at(self.today.plus(-1), 20 * HOUR));
        let row = rows
            .row(GOALS)
            .uuid(goal)
            .uuid(member)
            .text(name)
            .text(title)
            .cents(i64::from(target) * 100)
            .text(unit)
            .date(starts);
        let row = match ends {
            Some(day) => row.date(day),
            None => row.null(),
        };
        row.text(status).time_or_null(done).time(created).time(done.unwrap_or(created));
        if name == "custom" {
            let last = self.today.0 - starts.0;
            for day in (0..last).step_by(9) {
                rows.row(GOAL_ENTRIES)
                    .uuid(self.other_ids.take())
                    .uuid(goal)
                    .date(starts.plus(day))
                    .cents(rng.range(200, 900))
                    .text_or_null(rng.permille(200).then_some("against the wall"))
                    .time(ZONE.at(starts.plus(day), 20 * HOUR));
            }
        }
    }
}
