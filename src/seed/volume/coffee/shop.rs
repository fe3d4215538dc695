//! A shop, day by day.

use std::sync::Arc;

use super::guests::Guests;
use super::menu::{Menu, Needs};
use super::order::Line;
use super::stock::Stock;
use super::till::{Sums, Till};
use crate::seed::volume::calendar::{Day, HOUR, MINUTE, NEW_YORK, SECOND};
use crate::seed::volume::model::{Location, Shape, block};
use crate::seed::volume::random::{Choice, Ids, Rng, label};
use crate::seed::volume::rows::{Id, Rows};

/// Orders of a day, on average: 12,000 a month.
const ORDERS: u32 = 394;
/// Items of an order, on average, times a hundred.
const ITEMS_OF_100: i64 = 197;
/// Percent of it on the days of the week.
const WEEKDAYS: [u32; 7] = [95, 98, 99, 100, 108, 109, 91];
/// Percent of it in the months of the year.
const MONTHS: [u32; 12] = [93, 95, 98, 100, 102, 101, 96, 94, 101, 104, 106, 110];
/// When people come, by half hours from six in the morning on.
const RUSH: [u32; 26] =
    [6, 14, 34, 52, 60, 50, 34, 26, 22, 22, 24, 30, 36, 34, 26, 20, 18, 18, 16, 14, 12, 10, 8, 6, 4, 2];
const RUSH_ON_WEEKENDS: [u32; 26] =
    [1, 3, 7, 14, 26, 38, 48, 54, 54, 50, 46, 44, 42, 38, 32, 28, 24, 22, 18, 14, 12, 9, 7, 5, 3, 2];
/// Orders that wait at the bar this morning.
const QUEUE: usize = 12;
/// A stretch ends with the day that makes it so large.
const STRETCH: usize = 3 << 20;

/// Choices that every shop has in common.
#[derive(Debug)]
pub(super) struct Habits {
    rush: [Choice; 2],
    pub(super) items: Choice,
}

/// A shop.
#[derive(Debug)]
pub(super) struct Shop {
    pub(super) menu: Arc<Menu>,
    pub(super) number: u32,
    pub(super) location: Id,
    pub(super) baristas: Vec<Id>,
    pub(super) rng: Rng,
    pub(super) habits: Habits,
    pub(super) ids: Series,
    pub(super) guests: Guests,
    pub(super) stock: Option<Stock>,
    pub(super) sums: Sums,
    pub(super) counts: Counts,
    /// Items of cancelled orders that come back: when, what, how many, of which item.
    pub(super) returns: Vec<(i64, Needs, i32, Id)>,
    pub(super) lines: Vec<Line>,
    arrivals: Vec<i64>,
    shape: Shape,
    day: Day,
    is_over: bool,
    /// A guest who can sign in, and comes nearly every day.
    pub(super) account: Option<usize>,
}

/// Ids of what is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series {
    pub(super) orders: Ids,
    pub(super) items: Ids,
    pub(super) options: Ids,
    pub(super) history: Ids,
    pub(super) payments: Ids,
    pub(super) refunds: Ids,
    pub(super) discounts: Ids,
    tills: Ids,
    sales: Ids,
}

/// How many of them there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) orders: u64,
    pub(super) items: u64,
    pub(super) options: u64,
    pub(super) history: u64,
    pub(super) refunds: u64,
    pub(super) discounts: u64,
}

/// What is the same for all orders of a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shift {
    pub(super) day: Day,
    pub(super) till: Till,
    pub(super) month: usize,
}

impl Shop {
    pub(super) fn new(menu: &Arc<Menu>, shape: &Shape, number: u32) -> Self {
        let ids = |table: &str| Ids::new(shape.seed, label(table), number);
        let organization = Id::of("volume coffee organization");
        let account = (number == 1).then(|| Id::of("volume coffee user customer"));
        let mut baristas: Vec<Id> =
            (1..=4).map(|n| Id::of(&format!("volume coffee user barista {number} {n}"))).collect();
        if number == 1 {
            baristas.push(Id::of("volume coffee user barista"));
        }
        Self {
            menu: Arc::clone(menu),
            number,
            location: Id::of(&format!("volume coffee location {number}")),
            baristas,
            rng: Rng::new(shape.seed, u64::from(number) << 8 | 1),
            habits: Habits {
                rush: [Choice::new(&RUSH), Choice::new(&RUSH_ON_WEEKENDS)],
                items: Choice::new(&[42, 33, 15, 7, 3]),
            },
            ids: Series {
                orders: ids("orders"),
                items: ids("order_items"),
                options: ids("order_item_options"),
                history: ids("order_status_history"),
                payments: ids("payments"),
                refunds: ids("refunds"),
                discounts: ids("order_discounts"),
                tills: ids("pos_sessions"),
                sales: ids("sales_daily"),
            },
            guests: Guests::new(
                [ids("customers"), ids("loyalty_transactions")],
                organization,
                number,
                account,
                block(0, number) + 1,
            ),
            stock: None,
            sums: Sums::default(),
            counts: Counts::default(),
            returns: Vec::new(),
            lines: Vec::new(),
            arrivals: Vec::new(),
            shape: *shape,
            day: shape.first_day(number),
            is_over: false,
            account: None,
        }
    }

    /// Shelves and the first names, before the first day.
    fn open(&mut self, rows: &mut Rows) {
        let at = NEW_YORK.at(self.day, 4 * HOUR);
        let ids = |table: &str| Ids::new(self.shape.seed, label(table), self.number);
        let items_a_day = i64::from(ORDERS) * ITEMS_OF_100 / 100;
        let ids = [ids("inventory"), ids("stock_movements"), ids("inventory_alerts")];
        let first_seq = block(0, self.number) + 1;
        self.stock = Some(Stock::open(&self.menu, self.location, ids, first_seq, items_a_day, at, rows));
        for _ in 0..40 {
            self.guests.join(at);
        }
        self.account = (self.number == 1).then_some(0);
    }

    fn shift(&mut self, day: Day) -> Shift {
        let number = u64::from(day.0.unsigned_abs());
        let people = [self.rng.index(self.baristas.len()), self.rng.index(self.baristas.len())];
        let till = Till {
            id: self.ids.tills.nth(number),
            location: self.location,
            opened: NEW_YORK.at(day, 5 * HOUR + 50 * MINUTE),
            closed: NEW_YORK.at(day, 19 * HOUR + 30 * MINUTE),
            people: people.map(|at| self.baristas[at]),
        };
        Shift { day, till, month: day.month() - 1 }
    }

    fn one_day(&mut self, rows: &mut Rows) {
        let shift = self.shift(self.day);
        let (weekday, month) = (self.day.weekday(), shift.month);
        let orders = self.rng.around(ORDERS * WEEKDAYS[weekday] * MONTHS[month] / 10_000);
        self.arrive(self.day, usize::from(weekday > 4), orders);
        if let Some(stock) = &mut self.stock {
            stock.deliver(rows, NEW_YORK.at(self.day, 5 * HOUR + 15 * MINUTE));
        }
        self.sums.clear(self.menu.products.len());
        let arrivals = std::mem::take(&mut self.arrivals);
        // Somebody who comes nearly every day comes in the first rush.
        let expected = self.account.filter(|_| self.rng.permille(820)).map(|_| arrivals.len() / 5);
        for (number, &at) in arrivals.iter().enumerate() {
            self.give_back(rows, at);
            self.order(rows, &shift, at, expected == Some(number));
        }
        self.arrivals = arrivals;
        let close = NEW_YORK.at(self.day, 19 * HOUR + 45 * MINUTE);
        self.give_back(rows, i64::MAX);
        if let Some(stock) = &mut self.stock {
            stock.close(rows, &mut self.rng, self.day.ends_month(), close);
        }
        self.sums.write(rows, &self.menu, &self.ids.sales, self.location, self.day);
        self.sums.write_till(rows, &mut self.rng, &shift.till);
        self.day = self.day.plus(1);
    }

    /// When people come on a day, in order.
    fn arrive(&mut self, day: Day, kind: usize, orders: u32) {
        self.arrivals.clear();
        for _ in 0..orders {
            let half_hour = i64::try_from(self.habits.rush[kind].draw(&mut self.rng)).unwrap_or(0);
            let clock = 6 * HOUR + half_hour * 30 * MINUTE + self.rng.range(0, 30 * MINUTE / 1000 - 1) * 1000;
            self.arrivals.push(NEW_YORK.at(day, clock));
        }
        self.arrivals.sort_unstable();
    }

    /// What came back until then is on the shelves again.
    fn give_back(&mut self, rows: &mut Rows, until: i64) {
        let Some(stock) = &mut self.stock else { return };
        while self.returns.first().is_some_and(|back| back.0 <= until) {
            let (at, needs, quantity, item) = self.returns.remove(0);
            stock.unsell(rows, &needs, quantity, item, at);
        }
    }

    /// The orders that wait at the bar this morning, and the shelves as they are then.
    fn this_morning(&mut self, rows: &mut Rows) {
        let shift = self.shift(self.shape.today);
        self.sums.clear(self.menu.products.len());
        if let Some(stock) = &mut self.stock {
            stock.deliver(rows, NEW_YORK.at(self.shape.today, 5 * HOUR + 15 * MINUTE));
        }
        for number in 0..QUEUE {
            let at = NEW_YORK.at(self.shape.today, 6 * HOUR + 30 * MINUTE) + (number as i64) * 40 * SECOND;
            self.wait(rows, &shift, at, number >= QUEUE / 3);
        }
        if let Some(stock) = &self.stock {
            stock.write(rows);
        }
        self.is_over = true;
    }
}

impl Location for Shop {
    fn next(&mut self, rows: &mut Rows) -> bool {
        if self.stock.is_none() {
            self.open(rows);
        }
        while self.day < self.shape.today {
            self.one_day(rows);
            if rows.bytes() > STRETCH {
                return true;
            }
        }
        if !self.is_over {
            self.this_morning(rows);
            return true;
        }
        self.guests.write(rows)
    }
}
