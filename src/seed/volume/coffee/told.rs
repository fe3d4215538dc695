//! The database's answer about the menu, and what it becomes: with what people like, which it does not know.

use anyhow::Context as _;
use serde::Deserialize;

use super::menu::{
    Club, Course, Menu, Modifier, Needs, Offer, Product, Products, Reward, Shelf, TYPES, Variant, Variants,
};
use crate::seed::volume::random::Choice;
use crate::seed::volume::rows::Id;

/// How much is liked in the morning, at noon and in the afternoon, among drinks, food and what is taken home.
const TASTES: &[(&str, Course, [u32; 3])] = &[
    ("LATTE", Course::Drink, [26, 17, 14]),
    ("FLATWHITE", Course::Drink, [14, 8, 6]),
    ("CAPPUCCINO", Course::Drink, [13, 7, 5]),
    ("DRIP", Course::Drink, [19, 10, 6]),
    ("AMERICANO", Course::Drink, [9, 8, 6]),
    ("ESPRESSO", Course::Drink, [5, 6, 5]),
    ("CORTADO", Course::Drink, [5, 4, 3]),
    ("MACCHIATO", Course::Drink, [2, 3, 3]),
    ("MOCHA", Course::Drink, [4, 4, 6]),
    ("POUROVER", Course::Drink, [2, 3, 3]),
    ("COLDBREW", Course::Drink, [3, 8, 9]),
    ("ICEDLATTE", Course::Drink, [3, 9, 10]),
    ("TEA", Course::Drink, [3, 5, 9]),
    ("CHAI", Course::Drink, [4, 4, 8]),
    ("MATCHA", Course::Drink, [3, 5, 6]),
    ("HOTCHOC", Course::Drink, [1, 2, 6]),
    ("CROISSANT", Course::Food, [26, 5, 3]),
    ("PAINCHOC", Course::Food, [14, 4, 4]),
    ("KNOT", Course::Food, [12, 6, 9]),
    ("BANANA", Course::Food, [8, 8, 10]),
    ("COOKIE", Course::Food, [3, 12, 18]),
    ("AVOTOAST", Course::Food, [7, 14, 3]),
    ("BAGEL", Course::Food, [12, 12, 2]),
    ("OATS", Course::Food, [7, 4, 1]),
    ("BEANS250", Course::Home, [3, 3, 4]),
    ("FILTERS", Course::Home, [1, 1, 1]),
];
/// Cold things in the months of the year, in percent, and warm ones the other way round.
const COLD: [u32; 12] = [30, 35, 60, 90, 120, 170, 200, 190, 130, 80, 50, 35];
const COLD_DRINKS: [&str; 2] = ["COLDBREW", "ICEDLATTE"];
const WARM_DRINKS: [&str; 3] = ["HOTCHOC", "CHAI", "MOCHA"];
/// What is usual among the choices that a product has; anything else is as usual as the least of these.
const USUAL: &[(&str, u32)] = &[
    ("small", 20),
    ("medium", 51),
    ("large", 29),
    ("whole", 46),
    ("oat", 27),
    ("skim", 10),
    ("almond", 9),
    ("soy", 8),
];

/// The database's answer.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    shelf: Option<Vec<ToldShelf>>,
    products: Option<Vec<ToldProduct>>,
    modifiers: Vec<ToldModifier>,
    taxes: Vec<ToldTax>,
    club: Option<ToldClub>,
    rewards: Vec<ToldReward>,
}

#[derive(Debug, Deserialize)]
struct ToldShelf {
    id: String,
    cost: i64,
    unit: String,
    fresh: bool,
}

#[derive(Debug, Deserialize)]
struct ToldProduct {
    id: String,
    name: String,
    sku: String,
    price: i64,
    tax: String,
    minutes: i64,
    #[serde(rename = "self")]
    itself: Option<usize>,
    takes: Needs,
    variants: Vec<ToldVariant>,
    groups: Vec<ToldGroup>,
}

#[derive(Debug, Deserialize)]
struct ToldVariant {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    value: String,
    delta: i64,
    takes: Needs,
}

#[derive(Debug, Deserialize)]
struct ToldGroup {
    id: String,
    name: String,
    min: usize,
    max: usize,
}

#[derive(Debug, Deserialize)]
struct ToldModifier {
    id: String,
    group: String,
    name: String,
    delta: i64,
    takes: Needs,
}

#[derive(Debug, Deserialize)]
struct ToldTax {
    category: String,
    order_type: Option<String>,
    rate: i64,
}

#[derive(Debug, Deserialize)]
struct ToldClub {
    per_unit: i64,
    per_visit: i64,
    min_spend: i64,
}

#[derive(Debug, Deserialize)]
struct ToldReward {
    id: String,
    name: String,
    points: i32,
    cents: i64,
}

impl Told {
    pub(super) fn menu(self) -> anyhow::Result<Menu> {
        let told = self.products.unwrap_or_default();
        let mut products = Vec::new();
        for product in &told {
            products.push(Product {
                id: id(&product.id)?,
                name: product.name.clone(),
                price: product.price,
                minutes: product.minutes,
                tax: TYPES.map(|order_type| rate(&self.taxes, &product.tax, order_type)),
                takes: product
                    .itself
                    .map(|place| (place, 1))
                    .into_iter()
                    .chain(product.takes.iter().copied())
                    .collect(),
                kinds: kinds(&product.variants)?,
                offers: product
                    .groups
                    .iter()
                    .filter(|group| group.max > 0)
                    .map(|group| offer(group, &self.modifiers))
                    .collect::<anyhow::Result<Vec<_>>>()?
                    .into_iter()
                    .filter(|offer| !offer.modifiers.is_empty())
                    .collect(),
            });
        }
        let mut shelf = Vec::new();
        for thing in self.shelf.unwrap_or_default() {
            let ToldShelf { id: product, cost, unit, fresh } = thing;
            shelf.push(Shelf { product: id(&product)?, cost, unit, is_fresh: fresh, use_of_100: 1 });
        }
        let club = self.club.map(|ToldClub { per_unit, per_visit, min_spend }| Club { per_unit, per_visit, min_spend });
        let mut rewards = Vec::new();
        for reward in self.rewards {
            rewards.push(Reward { id: id(&reward.id)?, name: reward.name, points: reward.points, cents: reward.cents });
        }
        let skus: Vec<&str> = told.iter().map(|product| product.sku.as_str()).collect();
        Ok(Menu { products, shelf, club, rewards, choices: (0..12).map(|month| choices(&skus, month)).collect() })
    }
}

/// A uuid as text.
fn id(text: &str) -> anyhow::Result<Id> {
    let digits: String = text.chars().filter(|&digit| digit != '-').collect();
    u128::from_str_radix(&digits, 16).map(Id).with_context(|| format!("`{text}` is no uuid"))
}

/// The rate for an order's type comes before the one for all of them.
fn rate(taxes: &[ToldTax], category: &str, order_type: &str) -> i64 {
    let of = |wanted: Option<&str>| {
        taxes.iter().find(|tax| tax.category == category && tax.order_type.as_deref() == wanted).map(|tax| tax.rate)
    };
    of(Some(order_type)).or_else(|| of(None)).unwrap_or(0)
}

fn kinds(told: &[ToldVariant]) -> anyhow::Result<Vec<Variants>> {
    let mut kinds: Vec<Variants> = Vec::new();
    for variant in told {
        let made = Variant {
            id: id(&variant.id)?,
            value: variant.value.clone(),
            json: format!("{}: {}", serde_json::to_string(&variant.kind)?, serde_json::to_string(&variant.value)?),
            delta: variant.delta,
            takes: variant.takes.clone(),
        };
        match kinds.iter_mut().find(|kind| kind.name == variant.kind) {
            Some(kind) => kind.values.push(made),
            None => kinds.push(Variants { name: variant.kind.clone(), values: vec![made], choice: Choice::new(&[]) }),
        }
    }
    for kind in &mut kinds {
        let usual = |value: &str| USUAL.iter().find(|known| known.0 == value).map_or(8, |known| known.1);
        kind.choice = Choice::new(&kind.values.iter().map(|variant| usual(&variant.value)).collect::<Vec<_>>());
    }
    Ok(kinds)
}

fn offer(group: &ToldGroup, told: &[ToldModifier]) -> anyhow::Result<Offer> {
    let mut modifiers = Vec::new();
    for modifier in told.iter().filter(|modifier| modifier.group == group.id) {
        modifiers.push(Modifier {
            id: id(&modifier.id)?,
            name: modifier.name.clone(),
            delta: modifier.delta,
            takes: modifier.takes.clone(),
        });
    }
    Ok(Offer { name: group.name.clone(), least: group.min, modifiers })
}

/// What is chosen in a month, by part of the day and course.
fn choices(skus: &[&str], month: usize) -> [[Products; 3]; 3] {
    let course = |part: usize, wanted: Course| {
        let (mut products, mut weights) = (Vec::new(), Vec::new());
        for (at, &sku) in skus.iter().enumerate() {
            let known = TASTES.iter().find(|taste| taste.0 == sku);
            let (course, weight) = known.map_or((Course::Home, 1), |taste| (taste.1, taste.2[part]));
            if course == wanted {
                products.push(at);
                weights.push(weight * season(sku, month));
            }
        }
        // A menu without anything of a course: anything.
        if products.is_empty() {
            products = (0..skus.len()).collect();
            weights = vec![1; skus.len()];
        }
        (products, Choice::new(&weights))
    };
    [0, 1, 2].map(|part| [Course::Drink, Course::Food, Course::Home].map(|wanted| course(part, wanted)))
}

fn season(sku: &str, month: usize) -> u32 {
    if COLD_DRINKS.contains(&sku) {
        COLD[month]
    } else if WARM_DRINKS.contains(&sku) {
        COLD[(month + 6) % 12]
    } else {
        100
    }
}
