//! An order from the first word to the last cent, as the schema's functions would have written it.

use super::guests::Entry;
use super::menu::{Course, Menu, Needs, Wish, draw_course};
use super::shop::{Shift, Shop};
use super::tables::DISCOUNTS;
use super::till::Bill;
use crate::seed::volume::calendar::{HOUR, MINUTE, NEW_YORK, SECOND};
use crate::seed::volume::rows::{Id, Rows};

/// An item that is being ordered.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) wish: Wish,
    pub(super) unit: i64,
    pub(super) total: i64,
    pub(super) tax: i64,
    pub(super) needs: Needs,
}

/// How an order ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Cancelled,
    /// It waits at the bar: `true`, somebody prepares it.
    Waiting(bool),
}

/// What is known of an order before it is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    pub(super) id: Id,
    pub(super) number: u64,
    pub(super) guest: Option<usize>,
    pub(super) customer: Option<Id>,
    pub(super) end: End,
    pub(super) at: i64,
    /// By an app, and paid when it is placed.
    pub(super) is_ahead: bool,
    /// A place among [`TYPES`].
    pub(super) order_type: usize,
    pub(super) method: &'static str,
    pub(super) barista: Id,
    pub(super) bill: Bill,
    pub(super) total: i64,
    pub(super) paid: i64,
    pub(super) minutes: i64,
    pub(super) started: i64,
    pub(super) ready: i64,
    pub(super) ended: i64,
    pub(super) refund_at: i64,
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

pub(super) fn rate(menu: &Menu, line: &Line, order_type: usize) -> i64 {
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
