//! What the coffee shop's half of the schema does, beyond the defects of its source: menus, points, tills, reports, more
//! than one shop, and all of it at once.

mod guests;
mod load;
mod loyalty;
mod ordering;
mod reports;
mod tenants;
mod tills;

use crate::shop::{Owner, Shop};

/// A shop with a longer menu, a club, a code and a till of somebody else's.
fn open() -> Shop {
    let mut shop = Shop::open();
    shop.attempt(Owner, include_str!("menu.sql")).unwrap();
    shop
}

/// One item of `place_order`.
fn item(product: &str, quantity: u32, customizations: &str) -> String {
    format!(
        "jsonb_build_object('product_id', {{product {product}}}, 'quantity', {quantity}, \
         'customizations', {customizations}::jsonb)"
    )
}

/// A call of `place_order` with these items, and more arguments.
fn order(items: &[String], more: &str) -> String {
    format!("place_order('takeaway', jsonb_build_array({}){more})", items.join(", "))
}
