//! Guests are of the shops where they have been: whose staff see them, from when on, and how another shop finds them.

use super::open;
use crate::shop::{ADMIN, ANN, BARISTA, BEN, Caller, Owner, STAFF, STRANGER, Service, Shop};

/// Makes coffee at the second shop only.
const THERE: Caller = Caller::User("there");
/// Runs another business.
const RIVAL: Caller = Caller::User("rival");

fn two_shops() -> Shop {
    let mut shop = open();
    let sql = "insert into auth.users (id, email) values ({user there}, 'there@x.y'), ({user rival}, 'rival@x.y');
        insert into locations (id, name, code) values ({location second}, 'Second', 'TWO');
        insert into user_roles (user_id, role, location_id) values ({user there}, 'staff', {location second});
        insert into organizations (id, name, slug) values ({organization other}, 'Other', 'other');
        insert into locations (id, organization_id, name, code)
          values ({location other}, {organization other}, 'Other', 'ONE');
        insert into user_roles (user_id, role, organization_id) values ({user rival}, 'admin', {organization other})";
    shop.attempt(Owner, sql).unwrap();
    shop
}

const NAMES: &str = "select string_agg(first_name, ' ' order by first_name) from customers";

#[test]
fn the_first_order_shows_a_guest_to_the_shop() {
    let mut shop = two_shops();
    for (reader, names) in [(STAFF, "Ann Ben"), (BARISTA, "Ann Ben"), (ADMIN, "Ann Ben"), (ANN, "Ann"), (THERE, "NULL")]
    {
        shop.gives(reader, NAMES, names);
    }
    shop.gives(THERE, "update customers set phone = '1'", "0");
    let order = "insert into orders (location_id, order_type) values ({location second}, 'takeaway')";
    shop.gives(THERE, order, "1");
    shop.gives(THERE, NAMES, "NULL");
    let order = "insert into orders (location_id, customer_id, order_type)
        values ({location second}, {customer ben}, 'takeaway')";
    shop.gives(BEN, order, "1");
    shop.gives(BEN, order, "1");
    shop.gives(THERE, NAMES, "Ben");
    shop.gives(THERE, "update customers set phone = '1'", "1");
    shop.gives(Owner, "select cardinality(visible_to) from customers where first_name = 'Ben'", "3");
    shop.gives(RIVAL, NAMES, "NULL");
}

#[test]
fn staff_see_whom_they_write_down() {
    let mut shop = two_shops();
    let write =
        "insert into customers (first_name, last_name, email) values ('Cleo', 'C', 'cleo@x.y') returning first_name";
    shop.gives(THERE, write, "Cleo");
    shop.gives(THERE, NAMES, "Cleo");
    shop.gives(STAFF, NAMES, "Ann Ben Cleo");
    // Who registers himself is nobody's guest before he has been somewhere; those of the whole organization see him.
    let register = "insert into customers (user_id, first_name, last_name, email)
        values ({user stranger}, 'Dora', 'D', 'dora@x.y') returning first_name";
    shop.gives(STRANGER, register, "Dora");
    shop.gives(THERE, NAMES, "Cleo");
    shop.gives(BARISTA, NAMES, "Ann Ben Cleo Dora");
    let elsewhere = "update customers set visible_to = '{}'";
    shop.refuses(THERE, elsewhere, "42501", "permission denied for table customers");
}

#[test]
fn another_shop_finds_a_guest_by_all_of_an_address_or_number() {
    let mut shop = two_shops();
    shop.gives(ANN, "update customers set phone = '555'", "1");
    let find = |contact: &str, place: &str| format!("select first_name from find_guest('{contact}', {place})");
    let second = "{location second}";
    for contact in ["ann", "%", "", "5"] {
        shop.gives(THERE, &find(contact, second), "NULL");
    }
    shop.gives(THERE, NAMES, "NULL");
    shop.gives(THERE, &find(" Ann@Example.com ", second), "Ann");
    shop.gives(THERE, &find("555", second), "Ann");
    shop.gives(THERE, NAMES, "Ann");
    shop.gives(Owner, "select cardinality(visible_to) from customers where first_name = 'Ann'", "3");
    shop.gives(BARISTA, "select first_name from find_guest('ben@example.com')", "Ben");
    // Not for guests, not of another shop, not across businesses.
    for (caller, place) in [(BEN, second), (RIVAL, second), (THERE, "private.default_location_id()")] {
        shop.refuses(caller, &find("ann@example.com", place), "42501", "there is no such location of yours");
    }
    shop.gives(RIVAL, &find("ann@example.com", "{location other}"), "NULL");
}

#[test]
fn what_was_loaded_past_the_triggers_is_shown_afterwards() {
    let mut shop = two_shops();
    let load = "set local session_replication_role = replica;
        insert into customers (id, first_name, last_name, email) values ({customer eve}, 'Eve', 'E', 'eve@x.y');
        insert into orders (location_id, customer_id, order_number, order_type, total_amount, business_date)
        values ({location second}, {customer eve}, 'E', 'takeaway', 0, current_date)";
    shop.gives(Owner, load, "1");
    shop.gives(THERE, NAMES, "NULL");
    shop.gives(Owner, "select private.place_guests()", "1");
    shop.gives(Owner, "select private.place_guests()", "0");
    shop.gives(THERE, NAMES, "Eve");
    shop.refuses(Service, "select private.place_guests()", "42501", "permission denied for function place_guests");
}
