//! The shelves of a shop: what is sold leaves them, what is low is delivered, what is old is thrown away, and at the end of a
//! month somebody counts.

use std::sync::Arc;

use super::menu::{Menu, Needs};
use super::tables::{ALERTS, INVENTORY, STOCK};
use crate::seed::volume::calendar::{HOUR, MINUTE};
use crate::seed::volume::random::{Ids, Rng};
use crate::seed::volume::rows::{Id, Rows};

/// A thing on its shelf.
#[derive(Debug)]
struct Level {
    stock: i32,
    seq: i64,
    /// Below it is low.
    least: i32,
    /// What a delivery fills it up to.
    full: i32,
    restocked: i64,
    /// Since when an alert is open.
    alert: Option<(Id, i64)>,
}

#[derive(Debug)]
pub(super) struct Stock {
    menu: Arc<Menu>,
    location: Id,
    levels: Vec<Level>,
    ids: Ids,
    movements: Ids,
    alerts: Ids,
    moved: u64,
    alerted: u64,
    next_seq: i64,
    opened: i64,
}

/// A movement.
struct Move<'a> {
    thing: usize,
    kind: &'a str,
    quantity: i32,
    item: Option<Id>,
    reason: Option<&'a str>,
    at: i64,
}

impl Stock {
    /// Shelves for so many items a day, filled on the first morning.
    pub(super) fn open(
        menu: &Arc<Menu>,
        location: Id,
        ids: [Ids; 3],
        first_seq: i64,
        items_a_day: i64,
        at: i64,
        rows: &mut Rows,
    ) -> Self {
        let [ids, movements, alerts] = ids;
        let levels = menu.shelf.iter().map(|shelf| {
            let a_day = (shelf.use_of_100 * items_a_day / 100).max(2);
            let (least, full) = if shelf.is_fresh { (0, a_day * 13 / 10 + 4) } else { (a_day * 3 / 2, a_day * 6) };
            let small = |number: i64| i32::try_from(number).unwrap_or(i32::MAX / 4);
            Level { stock: 0, seq: 0, least: small(least), full: small(full), restocked: 0, alert: None }
        });
        let mut stock = Self {
            menu: Arc::clone(menu),
            location,
            levels: levels.collect(),
            ids,
            movements,
            alerts,
            moved: 0,
            alerted: 0,
            next_seq: first_seq,
            opened: at,
        };
        for thing in 0..stock.levels.len() {
            let quantity = stock.levels[thing].full;
            stock.post(rows, &Move { thing, kind: "opening", quantity, item: None, reason: None, at });
        }
        stock
    }

    fn post(&mut self, rows: &mut Rows, it: &Move<'_>) {
        let level = &mut self.levels[it.thing];
        level.stock += it.quantity;
        level.seq = self.next_seq;
        self.next_seq += 1;
        let row = rows
            .row(STOCK)
            .uuid(self.movements.nth(self.moved))
            .long(level.seq)
            .uuid(self.ids.nth(it.thing as u64))
            .uuid(self.location)
            .text(it.kind)
            .int(it.quantity)
            .int(level.stock);
        self.moved += 1;
        let row = match it.kind {
            "opening" | "restock" => row.cents(self.menu.shelf[it.thing].cost),
            _ => row.null(),
        };
        row.uuid_or_null(it.item).text_or_null(it.reason).time(it.at).time(it.at);
        if matches!(it.kind, "opening" | "restock") {
            level.restocked = it.at;
        }
        self.watch(rows, it.thing, it.at);
    }

    /// Opens an alert when a thing runs low, and resolves it when it no longer is.
    fn watch(&mut self, rows: &mut Rows, thing: usize, at: i64) {
        let level = &mut self.levels[thing];
        if level.stock <= level.least {
            if level.alert.is_none() && level.least > 0 {
                level.alert = Some((self.alerts.nth(self.alerted), at));
                self.alerted += 1;
            }
        } else if let Some(alert) = level.alert.take() {
            self.write_alert(rows, thing, alert, Some(at));
        }
    }

    fn write_alert(&self, rows: &mut Rows, thing: usize, (id, since): (Id, i64), resolved: Option<i64>) {
        rows.row(ALERTS)
            .uuid(id)
            .uuid(self.location)
            .uuid(self.menu.shelf[thing].product)
            .text("low_stock")
            .written(format_args!("Stock below minimum threshold: {} remaining", self.levels[thing].least))
            .time_or_null(resolved)
            .time(since)
            .time(resolved.unwrap_or(since));
    }

    /// An item is sold. Where there is not enough, somebody fetches it from the shop next door.
    pub(super) fn sell(&mut self, rows: &mut Rows, needs: &Needs, quantity: i32, item: Id, at: i64) {
        for &(thing, amount) in needs {
            let amount = amount * quantity;
            if self.levels[thing].stock < amount {
                let missing = (amount - self.levels[thing].stock).max(self.levels[thing].full / 4);
                let reason = Some("fetched from the shop next door");
                self.post(rows, &Move { thing, kind: "transfer_in", quantity: missing, item: None, reason, at });
            }
            self.post(rows, &Move { thing, kind: "sale", quantity: -amount, item: Some(item), reason: None, at });
        }
    }

    /// A sold item comes back, because its order was cancelled.
    pub(super) fn unsell(&mut self, rows: &mut Rows, needs: &Needs, quantity: i32, item: Id, at: i64) {
        for &(thing, amount) in needs {
            let (quantity, reason) = (amount * quantity, Some("order cancelled"));
            self.post(rows, &Move { thing, kind: "sale_reversal", quantity, item: Some(item), reason, at });
        }
    }

    /// The delivery before a shop opens: fresh things every day, others when they run low.
    pub(super) fn deliver(&mut self, rows: &mut Rows, at: i64) {
        for thing in 0..self.levels.len() {
            let level = &self.levels[thing];
            let quantity = level.full - level.stock;
            if quantity > 0 && (self.menu.shelf[thing].is_fresh || level.stock <= level.least * 2) {
                let reason = Some("delivery");
                self.post(rows, &Move { thing, kind: "restock", quantity, item: None, reason, at });
            }
        }
    }

    /// The end of a day: what is not fresh any more goes, and on the last of a month what is missing shows.
    pub(super) fn close(&mut self, rows: &mut Rows, rng: &mut Rng, is_month_end: bool, at: i64) {
        for thing in 0..self.levels.len() {
            let left = self.levels[thing].stock;
            if self.menu.shelf[thing].is_fresh && left > 0 {
                // Some are given away before they are counted; a few keep until tomorrow.
                let quantity = -(left - i32::try_from(rng.below(3)).unwrap_or(0)).max(1);
                let reason = Some("end of the day");
                self.post(rows, &Move { thing, kind: "waste", quantity, item: None, reason, at });
            }
            let left = self.levels[thing].stock;
            if is_month_end {
                let missing = i32::try_from(rng.below(u64::from(left.unsigned_abs()) / 60 + 2)).unwrap_or(0);
                let (quantity, reason) = (-missing.min(left), Some("counted at the month's end"));
                let at = at + 20 * MINUTE;
                self.post(rows, &Move { thing, kind: "count", quantity, item: None, reason, at });
            }
        }
    }

    /// The shelves as they are in the end.
    pub(super) fn write(&self, rows: &mut Rows) {
        for (thing, level) in self.levels.iter().enumerate() {
            let shelf = &self.menu.shelf[thing];
            rows.row(INVENTORY)
                .uuid(self.ids.nth(thing as u64))
                .uuid(self.location)
                .uuid(shelf.product)
                .int(level.stock)
                .int(level.least)
                .int(level.full * 2)
                .int((level.full - level.least).max(1))
                .text(&shelf.unit)
                .cents(shelf.cost)
                .time(level.restocked)
                .long(level.seq)
                .time(self.opened)
                .time(level.restocked + HOUR);
            if let Some(alert) = level.alert {
                self.write_alert(rows, thing, alert, None);
            }
        }
    }
}
