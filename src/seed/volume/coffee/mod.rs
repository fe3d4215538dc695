//! A chain of coffee shops: the demo's menu, sold for years at as many locations as are asked for.
//!
//! What happens follows the schema's own functions (`place_order`, `total_order`, `post_stock`, `earn_points`, …), so that
//! `private.check_invariants()` finds nothing. What is left out: the audit log, and what customers are notified of.

mod guests;
mod menu;
mod order;
mod order_rows;
mod shop;
mod stock;
mod tables;
mod till;
mod told;

use std::sync::Arc;

use super::model::{Location, Model, Month, Shape};
use super::rows::Table;
use menu::Menu;

/// The model. It knows the menu once it was told.
#[derive(Debug, Default)]
pub(super) struct Coffee {
    menu: Option<Arc<Menu>>,
}

impl Model for Coffee {
    fn tables(&self) -> &'static [Table] {
        tables::TABLES
    }

    fn base_tables(&self) -> &'static [&'static str] {
        &[
            "organizations",
            "locations",
            "user_roles",
            "categories",
            "products",
            "product_variants",
            "modifier_groups",
            "modifiers",
            "product_modifier_groups",
            "product_components",
            "tax_rates",
            "loyalty_programs",
            "loyalty_rewards",
            "promotions",
        ]
    }

    fn month(&self) -> Month {
        Month { rows: 152_000, bytes: 46 << 20 }
    }

    fn base(&self, shape: &Shape) -> String {
        include_str!("sql/base.sql")
            .replace("{locations}", &shape.locations.to_string())
            .replace("{months}", &shape.months.to_string())
            .replace("{today}", &shape.today.to_string())
    }

    fn question(&self) -> Option<&'static str> {
        Some(include_str!("sql/question.sql"))
    }

    fn learn(&mut self, answer: &serde_json::Value) -> anyhow::Result<()> {
        self.menu = Some(Arc::new(Menu::read(answer)?));
        Ok(())
    }

    fn location(&self, shape: &Shape, number: u32) -> Box<dyn Location> {
        match &self.menu {
            Some(menu) => Box::new(shop::Shop::new(menu, shape, number)),
            None => Box::new(Closed),
        }
    }

    fn finish(&self, _shape: &Shape) -> String {
        include_str!("sql/finish.sql").to_owned()
    }

    fn reset(&self) -> String {
        include_str!("sql/reset.sql").to_owned()
    }
}

/// A shop without a menu.
struct Closed;

impl Location for Closed {
    fn next(&mut self, _rows: &mut super::rows::Rows) -> bool {
        false
    }
}
