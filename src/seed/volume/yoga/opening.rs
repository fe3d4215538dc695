//! What a studio opens with: rooms, teachers and when they are there, the series of the week, the days without classes.

use super::catalogue::{FIRST_NAMES, KINDS, LAST_NAMES, ROOMS};
use super::studio::{AHEAD, Studio, ZONE};
use super::tables;
use super::timetable::{TEACHERS, closed};
use crate::seed::volume::calendar::{DAY, Day, HOUR, MINUTE};
use crate::seed::volume::random::Rng;
use crate::seed::volume::rows::Rows;

/// As RFC 5545 calls the weekdays, from Monday.
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl Studio {
    pub(super) fn write_opening(&mut self, rows: &mut Rows) {
        let opened = ZONE.at(self.first.plus(-AHEAD - 14), 10 * HOUR);
        for (number, room) in (0_u64..).zip(&ROOMS) {
            rows.row(tables::ROOMS)
                .uuid(self.room_ids.nth(number))
                .uuid(self.place)
                .text(room.name)
                .int(i32::try_from(room.capacity).unwrap_or(1))
                .texts(room.equipment)
                .time(opened)
                .time(opened);
        }
        for teacher in 0..TEACHERS {
            self.write_teacher(rows, teacher, opened);
        }
        for slot in 0..self.table.slots.len() {
            self.write_series(rows, slot, opened);
        }
        for day in (self.first.0..=self.today.plus(AHEAD).0).map(Day) {
            if let Some(reason) = closed(day) {
                rows.row(tables::CLOSURES)
                    .uuid(self.other_ids.take())
                    .uuid(self.place)
                    .date(day)
                    .date(day)
                    .text(reason)
                    .time(opened);
            }
        }
    }

    fn write_teacher(&mut self, rows: &mut Rows, number: usize, opened: i64) {
        let id = self.teacher(number);
        let mut rng = Rng::new(u64::try_from(id.0 >> 64).unwrap_or(0), 1);
        let (first, last) = (FIRST_NAMES[rng.index(40)], LAST_NAMES[rng.index(40)]);
        let ours = self.number == 1 && number == 0;
        let row = rows
            .row(tables::INSTRUCTORS)
            .uuid(id)
            .uuid(self.organization)
            .uuid_or_null(self.account("instructor").filter(|_| ours))
            .text(first)
            .text(last);
        let row = if ours {
            row.text("instructor@chain.yoga.example")
        } else {
            let (first, last) = (first.to_ascii_lowercase(), last.to_ascii_lowercase());
            row.written(format_args!("{first}.{last}.{}.{}@chain.yoga.example", self.number, number + 1))
        };
        let trained = self.table.teachers[number].trained;
        let can: Vec<usize> = (0..KINDS.len()).filter(|kind| trained >> kind & 1 == 1).collect();
        let names: Vec<&str> = can.iter().map(|&kind| KINDS[kind].name).collect();
        row.written(format_args!("+1 555 {:07}", 1_000_000 + rng.below(900_000)))
            .text(["Precise and patient", "Music, breath, sweat", "Quiet rooms, long holds"][rng.index(3)])
            .texts(if rng.permille(500) { &["RYT-200"] } else { &["RYT-500", "first aid"] })
            .texts(&names)
            .int(i32::try_from(rng.range(1, 22)).unwrap_or(1))
            .cents(rng.range(34, 62) * 100)
            .time(opened)
            .time(opened);
        for kind in can {
            rows.row(tables::TRAININGS).uuid(self.other_ids.take()).uuid(id).uuid(self.kinds[kind]).time(opened);
        }
        for weekday in (0..7_i16).filter(|day| self.table.teachers[number].off >> day & 1 == 0) {
            rows.row(tables::AVAILABILITY)
                .uuid(self.other_ids.take())
                .uuid(id)
                .uuid(self.place)
                // 0 is Sunday there.
                .small((weekday + 1) % 7)
                .clock(6 * HOUR)
                .clock(21 * HOUR + 30 * MINUTE)
                .date(self.first.plus(-AHEAD))
                .time(opened);
        }
        self.write_leaves(rows, number, &mut rng);
    }

    /// Those that were granted, as the timetable knows them, and one that was not.
    fn write_leaves(&mut self, rows: &mut Rows, number: usize, rng: &mut Rng) {
        let granted = self.table.teachers[number].leaves.iter().map(|&(from, to)| (from, to, "approved"));
        let refused = self.first.plus(200);
        let mut leaves: Vec<(Day, Day, &str)> = granted.collect();
        if refused < self.today {
            leaves.push((refused, refused.plus(13), "declined"));
        }
        // Of what is asked for a while from now, nothing is decided yet.
        if number % 4 == 1 {
            let from = self.today.plus(AHEAD + 30);
            leaves.push((from, from.plus(6), "requested"));
        }
        for (from, to, status) in leaves {
            let asked = ZONE.at(from.min(self.today).plus(-70), 11 * HOUR);
            rows.row(tables::TIME_OFF)
                .uuid(self.other_ids.take())
                .uuid(self.teacher(number))
                .time(ZONE.at(from, 0))
                .time(ZONE.at(to.plus(1), 0))
                .text(["holiday", "family", "a training"][rng.index(3)])
                .text(status)
                .time(asked)
                .time(if status == "requested" { asked } else { asked + 2 * DAY });
        }
    }

    fn write_series(&self, rows: &mut Rows, number: usize, opened: i64) {
        let slot = self.table.slots[number];
        let weekday = i32::try_from(slot.weekday).unwrap_or(0);
        let first = i32::try_from(self.first.weekday()).unwrap_or(0);
        rows.row(tables::SERIES)
            .uuid(self.series_ids.nth(number as u64))
            .uuid(self.place)
            .uuid(self.kinds[slot.kind])
            .uuid(self.teacher(self.table.taught[number]))
            .uuid(self.room_ids.nth(slot.room as u64))
            .written(format_args!("FREQ=WEEKLY;BYDAY={}", WEEKDAYS[slot.weekday]))
            .date(self.first.plus((weekday - first).rem_euclid(7)))
            .clock(slot.start * MINUTE)
            .clock(slot.end() * MINUTE)
            .int(i32::try_from(self.table.seats(number)).unwrap_or(1))
            .date(self.today.plus(AHEAD))
            .time(opened)
            .time(opened);
    }
}
