//! The rows of an order: itself, its items and what was chosen for them, its way, its money, its points.

use std::fmt::Write as _;

use super::guests::Entry;
use super::menu::{Menu, TYPES, Wish};
use super::order::{End, Line, Order, rate};
use super::shop::{Shift, Shop};
use super::tables::{HISTORY, ITEMS, OPTIONS, ORDERS, PAYMENTS, REFUNDS};
use crate::seed::volume::calendar::{MINUTE, SECOND};
use crate::seed::volume::rows::{Id, Rows};

const REASONS: [&str; 3] = ["had to catch the train", "ordered at the wrong shop", "the queue was too long"];

impl Shop {
    pub(super) fn write_order(&mut self, rows: &mut Rows, shift: &Shift, order: &Order) {
        let bill = &order.bill;
        let (status, payment) = match order.end {
            End::Completed => {
                ("completed", if bill.refunded == order.total && order.total > 0 { "refunded" } else { "paid" })
            }
            End::Cancelled => ("cancelled", if order.paid > 0 { "refunded" } else { "pending" }),
            End::Waiting(is_preparing) => {
                (if is_preparing { "preparing" } else { "pending" }, if order.paid > 0 { "paid" } else { "pending" })
            }
        };
        let updated = if bill.refunded > 0 { order.refund_at } else { order.ended };
        let row = rows
            .row(ORDERS)
            .uuid(order.id)
            .uuid(self.location)
            .uuid_or_null(order.customer)
            .written(format_args!("RB{}-{}", self.number, 100_001 + order.number))
            .text(status)
            .text(TYPES[order.order_type])
            .cents(bill.gross)
            .cents(bill.tax)
            .cents(bill.tip)
            .cents(bill.discount)
            .cents(order.total)
            .cents(order.paid)
            .cents(bill.refunded)
            .text_or_null((order.paid > 0).then_some(order.method))
            .text(payment)
            .time(order.at + order.minutes * MINUTE)
            .time_or_null((order.end == End::Completed).then_some(order.ended))
            .time_or_null((order.end == End::Cancelled).then_some(order.ended))
            .text_or_null((order.end == End::Cancelled).then(|| REASONS[order.id.0 as usize % 3]))
            .date(shift.day)
            .text(if order.is_ahead { "app" } else { "pos" });
        let row = if order.is_ahead { row.written(format_args!("{:016x}", order.id.0 >> 64)) } else { row.null() };
        row.time(order.at).time(updated).uuid_or_null((!order.is_ahead).then_some(order.barista));
    }

    pub(super) fn write_lines(&mut self, rows: &mut Rows, order: &Order, lines: &[Line]) {
        let mut chosen = String::new();
        let is_completed = order.end == End::Completed;
        let barista = (!order.is_ahead).then_some(order.barista);
        for line in lines {
            let product = &self.menu.products[line.wish.product];
            let id = self.ids.items.nth(self.counts.items);
            self.counts.items += 1;
            customizations(&self.menu, &line.wish, &mut chosen);
            let row = rows
                .row(ITEMS)
                .uuid(id)
                .uuid(order.id)
                .uuid(self.location)
                .uuid(product.id)
                .text(&product.name)
                .int(line.wish.quantity)
                .cents(product.price)
                .cents(line.unit);
            let row = if chosen.is_empty() { row.null() } else { row.json(&chosen) };
            row.cents(line.total)
                .decimal(rate(&self.menu, line, order.order_type), 4)
                .cents(line.tax)
                .time(order.at)
                .uuid_or_null(barista);
            for (kind, &at) in product.kinds.iter().zip(&line.wish.variants) {
                let variant = &kind.values[at];
                let option = self.ids.options.nth(self.counts.options);
                self.counts.options += 1;
                let row = rows.row(OPTIONS).uuid(option).uuid(id).uuid(variant.id).null();
                row.text(&kind.name).text(&variant.value).int(1).cents(variant.delta).time(order.at);
            }
            for &(offer, at) in &line.wish.modifiers {
                let (offer, modifier) = (&product.offers[offer], &product.offers[offer].modifiers[at]);
                let option = self.ids.options.nth(self.counts.options);
                self.counts.options += 1;
                let row = rows.row(OPTIONS).uuid(option).uuid(id).null().uuid(modifier.id);
                row.text(&offer.name).text(&modifier.name).int(1).cents(modifier.delta).time(order.at);
            }
            if let Some(stock) = &mut self.stock {
                stock.sell(rows, &line.needs, line.wish.quantity, id, order.at);
            }
            if order.end == End::Cancelled {
                let back = (order.ended, line.needs.clone(), line.wish.quantity, id);
                let place = self.returns.partition_point(|other| other.0 <= back.0);
                self.returns.insert(place, back);
            }
            if is_completed {
                self.sums.item(order.number + 1, line.wish.product, line.wish.quantity, line.total, line.tax);
            }
        }
        if is_completed {
            self.sums.order(order.bill);
        }
    }

    pub(super) fn write_history(&mut self, rows: &mut Rows, order: &Order) {
        let who = (!order.is_ahead).then_some(order.barista);
        let staff = Some(order.barista);
        self.moved(rows, order, None, "pending", order.at, who);
        match order.end {
            // At the counter a tap on the screen is enough.
            End::Completed if !order.is_ahead || order.minutes == 0 => {
                self.moved(rows, order, Some("pending"), "completed", order.ended, staff);
            }
            End::Completed => {
                self.moved(rows, order, Some("pending"), "preparing", order.started, staff);
                self.moved(rows, order, Some("preparing"), "ready", order.ready, staff);
                self.moved(rows, order, Some("ready"), "completed", order.ended, staff);
            }
            End::Cancelled => self.moved(rows, order, Some("pending"), "cancelled", order.ended, who),
            End::Waiting(true) => self.moved(rows, order, Some("pending"), "preparing", order.at + 30 * SECOND, staff),
            End::Waiting(false) => {}
        }
    }

    fn moved(&mut self, rows: &mut Rows, order: &Order, from: Option<&str>, to: &str, at: i64, who: Option<Id>) {
        rows.row(HISTORY)
            .uuid(self.ids.history.nth(self.counts.history))
            .uuid(order.id)
            .uuid(self.location)
            .text_or_null(from)
            .text(to)
            .time(at)
            .uuid_or_null(who);
        self.counts.history += 1;
    }

    pub(super) fn write_money(&mut self, rows: &mut Rows, shift: &Shift, order: &Order) {
        if order.paid == 0 {
            return;
        }
        let refunded = order.bill.refunded;
        let paid_at = order.at + 20 * SECOND;
        let payment = self.ids.payments.nth(order.number);
        let row = rows
            .row(PAYMENTS)
            .uuid(payment)
            .uuid(self.location)
            .uuid(order.id)
            .uuid_or_null(order.customer)
            .cents(order.paid)
            .text(order.method);
        let row = if order.is_ahead {
            row.text("stripe").written(format_args!("pi_{:016x}", payment.0 >> 64))
        } else {
            row.null().null()
        };
        row.cents(refunded)
            .time(paid_at)
            .uuid_or_null((!order.is_ahead).then_some(shift.till.id))
            .time(paid_at)
            .time(if refunded > 0 { order.refund_at } else { paid_at })
            .uuid_or_null((!order.is_ahead).then_some(order.barista));
        if refunded > 0 {
            rows.row(REFUNDS)
                .uuid(self.ids.refunds.nth(self.counts.refunds))
                .uuid(payment)
                .uuid(self.location)
                .uuid_or_null(order.customer)
                .cents(refunded)
                .text(if order.end == End::Cancelled { "order cancelled" } else { "not as it should be" })
                .time(order.refund_at)
                .uuid(order.barista);
            self.counts.refunds += 1;
        }
        if order.method == "cash" && !order.is_ahead {
            self.sums.cash(order.paid - refunded);
        }
    }

    /// Points, visits and money spent.
    pub(super) fn write_points(&mut self, rows: &mut Rows, order: &Order) {
        let (Some(guest), End::Completed) = (order.guest, order.end) else { return };
        self.guests.visit(guest, order.total, order.ended);
        let net = order.bill.gross - order.bill.discount;
        let number = format_args!("order RB{}-{}", self.number, 100_001 + order.number).to_string();
        let earned = self
            .menu
            .club
            .as_ref()
            .filter(|club| net >= club.min_spend)
            .map_or(0, |club| net * club.per_unit / 1_000_000 + club.per_visit);
        let earned = i32::try_from(earned).unwrap_or(0);
        let mut entry = Entry {
            guest,
            kind: "earn",
            points: earned,
            order: order.id,
            reward: None,
            reason: format_args!("{number}"),
            at: order.ended,
        };
        if earned > 0 {
            self.guests.post(rows, &entry);
        }
        if order.bill.refunded == order.total && order.total > 0 {
            self.guests.unvisit(guest, order.total);
            // Points that are spent by then are written off.
            let points = earned.min(self.guests.points(guest));
            if points > 0 {
                entry = Entry { kind: "earn_reversal", points: -points, at: order.refund_at, ..entry };
                self.guests.post(rows, &entry);
            }
        } else {
            self.guests.give_back(guest, order.bill.refunded);
        }
    }
}

/// What was chosen, as JSON: nothing where there was nothing to choose.
fn customizations(menu: &Menu, wish: &Wish, text: &mut String) {
    text.clear();
    let product = &menu.products[wish.product];
    // Writing into memory does not fail.
    for (kind, &at) in product.kinds.iter().zip(&wish.variants) {
        let _ = write!(text, "{}{}", separator(text), kind.values[at].json);
    }
    for (number, &(offer, at)) in wish.modifiers.iter().enumerate() {
        let before = if number == 0 { "\"modifiers\": {" } else { "" };
        let id = product.offers[offer].modifiers[at].id;
        let _ = write!(text, "{}{before}\"{id}\": 1", separator(text));
    }
    if !wish.modifiers.is_empty() {
        text.push('}');
    }
    if !text.is_empty() {
        text.push('}');
    }
}

fn separator(text: &str) -> &'static str {
    if text.is_empty() { "{" } else { ", " }
}
