//! An order from the first word to the last cent, as the schema's functions would have written it.

use std::fmt::Write as _;

use super::guests::Entry;
use super::menu::{Course, Menu, Needs, TYPES, Wish, draw_course};
use super::shop::{Shift, Shop};
use super::tables::{DISCOUNTS, HISTORY, ITEMS, OPTIONS, ORDERS, PAYMENTS, REFUNDS};
use super::till::Bill;
use crate::seed::volume::calendar::{HOUR, MINUTE, NEW_YORK, SECOND};
use crate::seed::volume::rows::{Id, Rows};

const REASONS: [&str; 3] = ["had to catch the train", "ordered at the wrong shop", "the queue was too long"];

/// An item that is being ordered.
#[derive(Debug, Default)]
pub(super) struct Line {
    wish: Wish,
    unit: i64,
    total: i64,
    tax: i64,
    needs: Needs,
}

/// How an order ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Completed,
    Cancelled,
    /// It waits at the bar: `true`, somebody prepares it.
    Waiting(bool),
}

/// What is known of an order before it is written.
#[derive(Clone, Copy, Debug)]
struct Order {
    id: Id,
    number: u64,
    guest: Option<usize>,
    customer: Option<Id>,
    end: End,
    at: i64,
    /// By an app, and paid when it is placed.
    is_ahead: bool,
    /// A place among [`TYPES`].
    order_type: usize,
    method: &'static str,
    barista: Id,
    bill: Bill,
    total: i64,
    paid: i64,
    minutes: i64,
    started: i64,
    ready: i64,
    ended: i64,
    refund_at: i64,
}

impl Shop {
    /// Somebody orders, and it goes as it mostly goes.
    pub(super) fn order(&mut self, rows: &mut Rows, shift: &Shift, at: i64, is_expected: bool) {
        let end = if !is_expected && self.rng.permille(20) { End::Cancelled } else { End::Completed };
        self.write(rows, shift, at, end, is_expected);
    }

    /// Somebody has ordered, and waits.
    pub(super) fn wait(&mut self, rows: &mut Rows, shift: &Shift, at: i64, is_pending: bool) {
        self.write(rows, shift, at, End::Waiting(!is_pending), false);
    }

    fn write(&mut self, rows: &mut Rows, shift: &Shift, at: i64, end: End, is_expected: bool) {
        let mut lines = std::mem::take(&mut self.lines);
        let count = self.choose(shift, at, &mut lines);
        let mut order = self.begin(at, end, is_expected);
        price(&self.menu, &mut lines[..count]);
        order.bill.gross = lines[..count].iter().map(|line| line.total).sum();
        self.take_off(rows, shift, &mut order);
        order.bill.tax = tax(&self.menu, &mut lines[..count], &order);
        self.settle(&mut order, &lines[..count]);
        self.write_order(rows, shift, &order);
        self.write_lines(rows, &order, &lines[..count]);
        self.write_history(rows, &order);
        self.write_money(rows, shift, &order);
        self.write_points(rows, &order);
        self.counts.orders += 1;
        self.lines = lines;
    }

    /// What is ordered: how many lines of the list are used.
    fn choose(&mut self, shift: &Shift, at: i64, lines: &mut Vec<Line>) -> usize {
        let count = self.habits.items.draw(&mut self.rng) + 1;
        let clock = at - NEW_YORK.at(shift.day, 0);
        let part = match clock / HOUR {
            ..=10 => 0,
            11..=13 => 1,
            _ => 2,
        };
        while lines.len() < count {
            lines.push(Line::default());
        }
        for (number, line) in lines.iter_mut().take(count).enumerate() {
            let course: Course = draw_course(&mut self.rng, number == 0);
            self.menu.wish(&mut self.rng, shift.month, part, course, &mut line.wish);
            self.menu.needs(&line.wish, &mut line.needs);
        }
        count
    }

    /// Who orders, and how.
    fn begin(&mut self, at: i64, end: End, is_expected: bool) -> Order {
        let rng = &mut self.rng;
        let guest = match rng.below(1000) {
            _ if is_expected => self.account,
            0..28 => Some(self.guests.join(at)),
            28..600 => self.guests.draw(rng).filter(|&guest| self.account != Some(guest)),
            _ => None,
        };
        let is_ahead = guest.is_some() && rng.permille(560);
        let order_type = match rng.below(100) {
            0..34 => 0,
            34..38 if is_ahead => 2,
            _ => 1,
        };
        let method = match (is_ahead, rng.below(100)) {
            (true, 0..70) | (false, 0..64) => "card",
            (false, 64..88) => "cash",
            _ => "wallet",
        };
        let barista = self.baristas[rng.index(self.baristas.len())];
        let number = self.counts.orders;
        let customer = guest.map(|guest| self.guests.id(guest));
        Order {
            id: self.ids.orders.nth(number),
            number,
            guest,
            customer,
            end,
            at,
            is_ahead,
            order_type,
            method,
            barista,
            bill: Bill::default(),
            total: 0,
            paid: 0,
            minutes: 0,
            started: at,
            ready: at,
            ended: at,
            refund_at: at,
        }
    }

    /// Codes and rewards, of orders that are not cancelled.
    fn take_off(&mut self, rows: &mut Rows, shift: &Shift, order: &mut Order) {
        let Some(guest) = order.guest.filter(|_| order.end != End::Cancelled) else { return };
        let gross = order.bill.gross;
        let is_early = order.at - NEW_YORK.at(shift.day, 0) < 7 * HOUR + 30 * MINUTE;
        let reward = self.menu.rewards.first().filter(|reward| self.guests.points(guest) >= reward.points);
        let (amount, promotion, entry) = if self.guests.is_new(guest) && self.rng.permille(350) {
            (half_up(gross * 10, 100), Some(("welcome", "WELCOME10")), None)
        } else if is_early && self.rng.permille(60) {
            (half_up(gross * 15, 100), Some(("early", "EARLYBIRD")), None)
        } else if let Some(reward) = reward.filter(|reward| gross >= reward.cents && self.rng.permille(250)) {
            let entry = Entry {
                guest,
                kind: "redeem",
                points: -reward.points,
                order: order.id,
                reward: Some(reward.id),
                reason: format_args!("{}", reward.name),
                at: order.at,
            };
            (reward.cents, None, Some((self.guests.post(rows, &entry), reward.name.as_str())))
        } else {
            return;
        };
        order.bill.discount = amount.min(gross);
        let row = rows
            .row(DISCOUNTS)
            .uuid(self.ids.discounts.nth(self.counts.discounts))
            .uuid(order.id)
            .uuid(self.location)
            .uuid_or_null(promotion.map(|(name, _)| Id::of(&format!("volume coffee promotion {name}"))))
            .uuid_or_null(entry.map(|(id, _)| id));
        let label = promotion.map(|(_, code)| code).or(entry.map(|(_, name)| name)).unwrap_or_default();
        row.text(label).cents(amount).time(order.at);
        self.counts.discounts += 1;
    }

    /// Tip, total, what is paid and given back, and when everything happens.
    fn settle(&mut self, order: &mut Order, lines: &[Line]) {
        let rng = &mut self.rng;
        let bill = &mut order.bill;
        let net = bill.gross - bill.discount;
        bill.tip = match (order.end, order.method, rng.below(100)) {
            (End::Cancelled, ..) => 0,
            (_, "cash", 0..15) => 50,
            (_, "cash", _) => 0,
            (_, _, 0..12) => 100,
            (_, _, 12..34) => half_up(net * 15, 2500) * 25,
            _ => 0,
        };
        order.total = net + bill.tax + bill.tip;
        let is_paid = match order.end {
            End::Completed => true,
            End::Cancelled | End::Waiting(_) => order.is_ahead,
        };
        order.paid = if is_paid { order.total } else { 0 };
        order.minutes = lines.iter().map(|line| self.menu.products[line.wish.product].minutes).max().unwrap_or(0);
        order.started = order.at + rng.range(20, 180) * SECOND;
        order.ready = order.started + order.minutes * rng.range(42, 84) * SECOND;
        let waits = rng.range(20, 140) + if order.order_type == 2 { 1100 } else { 0 };
        match order.end {
            End::Completed => {
                order.ended = order.ready + waits * SECOND;
                order.refund_at = order.ended + rng.range(4, 34) * MINUTE;
                bill.refunded = match rng.below(1000) {
                    0..6 => order.total,
                    6..10 => lines.iter().map(|line| line.total).max().unwrap_or(0).min(order.total / 2),
                    _ => 0,
                };
            }
            End::Cancelled => {
                order.ended = order.started + MINUTE;
                order.refund_at = order.ended + MINUTE;
                bill.refunded = order.paid;
            }
            End::Waiting(_) => order.ended = order.at,
        }
    }

    fn write_order(&mut self, rows: &mut Rows, shift: &Shift, order: &Order) {
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

    fn write_lines(&mut self, rows: &mut Rows, order: &Order, lines: &[Line]) {
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

    fn write_history(&mut self, rows: &mut Rows, order: &Order) {
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

    fn write_money(&mut self, rows: &mut Rows, shift: &Shift, order: &Order) {
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
    fn write_points(&mut self, rows: &mut Rows, order: &Order) {
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

/// What each line costs before tax.
fn price(menu: &Menu, lines: &mut [Line]) {
    for line in lines {
        let product = &menu.products[line.wish.product];
        let variants: i64 =
            product.kinds.iter().zip(&line.wish.variants).map(|(kind, &at)| kind.values[at].delta).sum();
        let modifiers: i64 =
            line.wish.modifiers.iter().map(|&(offer, at)| product.offers[offer].modifiers[at].delta).sum();
        line.unit = product.price + variants + modifiers;
        line.total = line.unit * i64::from(line.wish.quantity);
    }
}

fn rate(menu: &Menu, line: &Line, order_type: usize) -> i64 {
    menu.products[line.wish.product].tax[order_type]
}

/// Taxes of the lines, after the discount was spread over them; their sum.
fn tax(menu: &Menu, lines: &mut [Line], order: &Order) -> i64 {
    let Bill { gross, discount, .. } = order.bill;
    let mut sum = 0;
    for line in lines {
        let rate = rate(menu, line, order.order_type);
        line.tax = half_up(line.total * (gross - discount) * rate, gross.max(1) * 10_000);
        sum += line.tax;
    }
    sum
}

/// The quotient, rounded half up; nothing here is negative.
fn half_up(dividend: i64, divisor: i64) -> i64 {
    (2 * dividend + divisor) / (2 * divisor)
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
