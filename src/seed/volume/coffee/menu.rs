//! The menu, as the database answered it, ready to be ordered from: who likes what when, what it costs, what it takes from the
//! shelves.

use anyhow::Context as _;
use serde::Deserialize as _;

use super::told::Told;
use crate::seed::volume::random::{Choice, Rng};
use crate::seed::volume::rows::Id;

/// How an order is taken: the place of a tax.
pub(super) const TYPES: [&str; 3] = ["dine_in", "takeaway", "delivery"];
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Drink,
    Food,
    Home,
}

/// Amounts of things on the shelf, by their places there.
pub(super) type Needs = Vec<(usize, i32)>;

#[derive(Debug)]
pub(super) struct Product {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) price: i64,
    pub(super) minutes: i64,
    /// The tax, in parts of ten thousand, by the type of the order.
    pub(super) tax: [i64; 3],
    pub(super) takes: Needs,
    pub(super) kinds: Vec<Variants>,
    pub(super) offers: Vec<Offer>,
}

/// The variants of a type.
#[derive(Debug)]
pub(super) struct Variants {
    pub(super) name: String,
    pub(super) values: Vec<Variant>,
    pub(super) choice: Choice,
}

#[derive(Debug)]
pub(super) struct Variant {
    pub(super) id: Id,
    pub(super) value: String,
    /// `"size": "large"`
    pub(super) json: String,
    pub(super) delta: i64,
    pub(super) takes: Needs,
}

/// Modifiers that a product comes with.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) name: String,
    pub(super) least: usize,
    pub(super) modifiers: Vec<Modifier>,
}

#[derive(Clone, Debug)]
pub(super) struct Modifier {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) delta: i64,
    pub(super) takes: Needs,
}

/// A thing that is counted.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) product: Id,
    pub(super) cost: i64,
    pub(super) unit: String,
    /// Delivered every morning, and thrown away at night.
    pub(super) is_fresh: bool,
    /// What a hundred items take, about.
    pub(super) use_of_100: i64,
}

#[derive(Debug)]
pub(super) struct Reward {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) points: i32,
    pub(super) cents: i64,
}

/// How points are earned.
#[derive(Debug)]
pub(super) struct Club {
    pub(super) per_unit: i64,
    pub(super) per_visit: i64,
    pub(super) min_spend: i64,
}

#[derive(Debug)]
pub(super) struct Menu {
    pub(super) products: Vec<Product>,
    pub(super) shelf: Vec<Shelf>,
    pub(super) club: Option<Club>,
    pub(super) rewards: Vec<Reward>,
    /// By month, part of the day, course.
    pub(super) choices: Vec<[[Products; 3]; 3]>,
}

/// Products to choose from, by their places on the menu.
pub(super) type Products = (Vec<usize>, Choice);

/// What somebody has chosen: a product, a value of each of its kinds, modifiers.
#[derive(Clone, Debug, Default)]
pub(super) struct Wish {
    pub(super) product: usize,
    pub(super) variants: Vec<usize>,
    pub(super) modifiers: Vec<(usize, usize)>,
    pub(super) quantity: i32,
}

impl Menu {
    pub(super) fn read(answer: &serde_json::Value) -> anyhow::Result<Self> {
        let told = Told::deserialize(answer).context("failed to read the chain's menu")?;
        let mut menu = told.menu()?;
        anyhow::ensure!(!menu.products.is_empty(), "the demo's menu is empty: `migrate seed coffee-shop` writes it");
        menu.measure();
        Ok(menu)
    }

    /// What somebody orders in a part of the day: 0 is the morning, 2 the afternoon.
    pub(super) fn wish(&self, rng: &mut Rng, month: usize, part: usize, course: Course, wish: &mut Wish) {
        let (products, choice) = &self.choices[month][part][course as usize];
        wish.product = products.get(choice.draw(rng)).copied().unwrap_or(0);
        wish.variants.clear();
        wish.modifiers.clear();
        wish.quantity = if course != Course::Home && rng.permille(60) { 2 } else { 1 };
        let product = &self.products[wish.product];
        for kind in &product.kinds {
            wish.variants.push(kind.choice.draw(rng));
        }
        for (at, offer) in product.offers.iter().enumerate() {
            if offer.least > 0 || rng.permille(110) {
                wish.modifiers.push((at, rng.index(offer.modifiers.len())));
            }
        }
    }

    /// What one of a wish takes from the shelves, each thing once.
    pub(super) fn needs(&self, wish: &Wish, needs: &mut Needs) {
        needs.clear();
        let product = &self.products[wish.product];
        let variants = product.kinds.iter().zip(&wish.variants).map(|(kind, &at)| &kind.values[at].takes);
        let modifiers = wish.modifiers.iter().map(|&(offer, at)| &product.offers[offer].modifiers[at].takes);
        for &(thing, amount) in std::iter::once(&product.takes).chain(variants).chain(modifiers).flatten() {
            match needs.iter_mut().find(|need| need.0 == thing) {
                Some(need) => need.1 += amount,
                None => needs.push((thing, amount)),
            }
        }
        needs.sort_unstable();
    }

    /// Finds out what a hundred items take, by ordering some.
    fn measure(&mut self) {
        let mut rng = Rng::new(0, 0);
        let (mut wish, mut needs) = (Wish::default(), Needs::new());
        let mut used = vec![0_i64; self.shelf.len()];
        for number in 0..6000 {
            let course = draw_course(&mut rng, number % 2 == 0);
            self.wish(&mut rng, number % 12, number % 3, course, &mut wish);
            self.needs(&wish, &mut needs);
            for &(thing, amount) in &needs {
                used[thing] += i64::from(amount * wish.quantity);
            }
        }
        for (shelf, used) in self.shelf.iter_mut().zip(used) {
            shelf.use_of_100 = (used / 60).max(1);
        }
    }
}

/// Drink, food or something for home, for the first item of an order and for the others.
pub(super) fn draw_course(rng: &mut Rng, is_first: bool) -> Course {
    match (is_first, rng.below(100)) {
        (true, 0..90) => Course::Drink,
        (false, 62..96) => Course::Drink,
        (false, 96..) => Course::Home,
        _ => Course::Food,
    }
}
