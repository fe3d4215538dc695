//! A till from its opening to its count, and what a day came to.

use super::menu::Menu;
use super::tables::{SALES, TILLS};
use crate::seed::volume::calendar::{Day, HOUR, NEW_YORK};
use crate::seed::volume::random::{Ids, Rng};
use crate::seed::volume::rows::{Id, Rows};

const FLOAT: i64 = 15_000;

/// A product's day.
#[derive(Clone, Copy, Debug, Default)]
struct Sold {
    orders: i32,
    items: i32,
    gross: i64,
    tax: i64,
    /// The order that was counted last.
    last: u64,
}

/// A day's sums.
#[derive(Debug, Default)]
pub(super) struct Sums {
    products: Vec<Sold>,
    orders: i32,
    items: i32,
    gross: i64,
    discounts: i64,
    tax: i64,
    tips: i64,
    refunds: i64,
    cash: i64,
}

/// What an order adds to them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bill {
    pub(super) gross: i64,
    pub(super) discount: i64,
    pub(super) tax: i64,
    pub(super) tip: i64,
    pub(super) refunded: i64,
}

impl Sums {
    pub(super) fn clear(&mut self, products: usize) {
        let mut of_products = std::mem::take(&mut self.products);
        of_products.clear();
        of_products.resize(products, Sold::default());
        *self = Self { products: of_products, ..Self::default() };
    }

    /// An item of a completed order, which is the `order`-th, from 1.
    pub(super) fn item(&mut self, order: u64, product: usize, quantity: i32, total: i64, tax: i64) {
        let sold = &mut self.products[product];
        sold.orders += i32::from(sold.last != order);
        sold.last = order;
        sold.items += quantity;
        sold.gross += total;
        sold.tax += tax;
        self.items += quantity;
    }

    /// A completed order.
    pub(super) fn order(&mut self, bill: Bill) {
        self.orders += 1;
        self.gross += bill.gross;
        self.discounts += bill.discount;
        self.tax += bill.tax;
        self.tips += bill.tip;
        self.refunds += bill.refunded;
    }

    /// Cash went into the till, or out of it.
    pub(super) fn cash(&mut self, cents: i64) {
        self.cash += cents;
    }

    /// The day's row, and one for each product that was sold.
    pub(super) fn write(&self, rows: &mut Rows, menu: &Menu, ids: &Ids, location: Id, day: Day) {
        let at = NEW_YORK.at(day.plus(1), 4 * HOUR + HOUR / 4);
        let number = u64::from(day.0.unsigned_abs()) * 1_000;
        let row = |rows: &mut Rows, place: u64, product: Option<Id>, counts: [i32; 2], sums: [i64; 5]| {
            let [gross, discounts, tax, tips, refunds] = sums;
            rows.row(SALES)
                .uuid(ids.nth(number + place))
                .uuid(location)
                .date(day)
                .uuid_or_null(product)
                .int(counts[0])
                .int(counts[1])
                .cents(gross)
                .cents(discounts)
                .cents(tax)
                .cents(tips)
                .cents(refunds)
                .time(at);
        };
        let all = [self.gross, self.discounts, self.tax, self.tips, self.refunds];
        row(rows, 0, None, [self.orders, self.items], all);
        for (place, sold) in self.products.iter().enumerate().filter(|(_, sold)| sold.orders > 0) {
            let sums = [sold.gross, 0, sold.tax, 0, 0];
            row(rows, place as u64 + 1, Some(menu.products[place].id), [sold.orders, sold.items], sums);
        }
    }

    /// The till's row: what should be in it, and what somebody counted.
    pub(super) fn write_till(&self, rows: &mut Rows, rng: &mut Rng, till: &Till) {
        let expected = FLOAT + self.cash;
        let difference = if rng.permille(700) { 0 } else { 5 * rng.range(-80, 80) };
        rows.row(TILLS)
            .uuid(till.id)
            .uuid(till.location)
            .text("register-1")
            .cents(FLOAT)
            .time(till.closed)
            .uuid(till.people[1])
            .cents(expected)
            .cents((expected + difference).max(0))
            .time(till.opened)
            .time(till.closed)
            .uuid(till.people[0]);
    }
}

/// A till.
#[derive(Clone, Copy, Debug)]
pub(super) struct Till {
    pub(super) id: Id,
    pub(super) location: Id,
    pub(super) opened: i64,
    pub(super) closed: i64,
    /// Who opened and who closed it.
    pub(super) people: [Id; 2],
}
