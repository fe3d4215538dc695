//! Ordering: what may be chosen, what it costs, what it takes from the shelves, and how an order goes on.

use super::{item, open, order};
use crate::shop::{ADMIN, ANN, BARISTA, BEN, Owner, STAFF, STRANGER};

const STOCK: &str = "select string_agg(current_stock::text, ' ' order by p.name) from inventory i
    join products p on p.id = i.product_id";

#[test]
fn modifiers_are_chosen_within_their_rules() {
    let mut shop = open();
    let syrups = |wanted: &str| {
        let choice = format!("json_build_object('size', 'large', 'modifiers', json_build_object({wanted}))");
        format!("select subtotal from {}", order(&[item("latte", 2, &choice)], ""))
    };
    shop.gives(ANN, &syrups("{modifier vanilla}, 2, {modifier caramel}, 1"), "14.80");
    let options = "select string_agg(format('%s %s %s %s', name, value, quantity, price_delta), ', ' order by value)
        from order_item_options";
    shop.gives(ANN, options, "Syrups Caramel 1 0.70, Syrups Vanilla 2 0.60, size large 1 1.00");
    let refused = "does not come with ";
    shop.refuses(ANN, &syrups("{modifier vanilla}, 3"), "22023", refused);
    shop.refuses(ANN, &syrups("{modifier vanilla}, 2, {modifier caramel}, 2"), "22023", "number of Syrups");
    shop.refuses(ANN, &syrups("{modifier rye}, 1"), "22023", refused);
    shop.refuses(ANN, &syrups("{modifier vanilla}, -1"), "22023", refused);
    let toast = |choice: &str| format!("select subtotal from {}", order(&[item("toast", 1, choice)], ""));
    shop.refuses(ANN, &toast("'{}'"), "22023", "number of Bread");
    shop.gives(ANN, &toast("json_build_object('modifiers', json_build_object({modifier wheat}, 1))"), "5.25");
    shop.gives(Owner, "update modifiers set is_available = false where id = {modifier wheat}", "1");
    let wheat = toast("json_build_object('modifiers', json_build_object({modifier wheat}, 1))");
    shop.refuses(ANN, &wheat, "22023", refused);
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn tax_is_that_of_the_goods_and_of_how_they_are_taken() {
    let mut shop = open();
    let rye = "json_build_object('modifiers', json_build_object({modifier rye}, 1))";
    let both = [item("latte", 1, "'{}'"), item("toast", 1, rye)];
    let sums = "subtotal, tax_amount, total_amount";
    shop.gives(ANN, &format!("select {sums} from {}", order(&both, "")), "9.50|0.45|9.95");
    // Where prices include it, it is taken out of them.
    shop.gives(Owner, "update locations set prices_include_tax = true", "1");
    shop.gives(ANN, &format!("select {sums} from {}", order(&both, ", tip_amount => 1")), "9.09|0.41|10.50");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn one_location_has_its_own_prices_and_its_own_last_muffin() {
    let mut shop = open();
    let add = |column: &str| {
        format!("insert into product_location_overrides (product_id, {column}) values ({{product muffin}}, ")
    };
    let muffin = format!("select subtotal from {}", order(&[item("muffin", 1, "'{}'")], ""));
    shop.refuses(BARISTA, &format!("{} 0.10)", add("base_price")), "42501", "row-level security");
    shop.refuses(STAFF, &format!("{} 0.10)", add("base_price")), "42501", "row-level security");
    shop.gives(ADMIN, &format!("{} 3.50)", add("base_price")), "1");
    let cheap = "update product_location_overrides set base_price = 0.10";
    shop.refuses(BARISTA, cheap, "42501", "only admin may change base_price");
    shop.gives(BARISTA, "delete from product_location_overrides", "0");
    shop.gives(ANN, &muffin, "3.50");
    shop.gives(BARISTA, "update product_location_overrides set is_available = false", "1");
    shop.refuses(ANN, &muffin, "23514", "Muffin is not on sale");
    let until = "update product_location_overrides set unavailable_until = now() - interval '1 minute'";
    shop.gives(BARISTA, until, "1");
    shop.gives(ANN, &muffin, "3.50");
}

#[test]
fn recipes_take_what_they_need_and_give_it_back() {
    let mut shop = open();
    shop.gives(Owner, STOCK, "100 20 500");
    let place = order(&[item("latte", 2, "'{\"milk\": \"oat\"}'"), item("muffin", 1, "'{}'")], "");
    shop.gives(ANN, &format!("select status from {place}"), "pending");
    shop.gives(Owner, STOCK, "82 19 100");
    shop.refuses(ANN, &format!("select {place}"), "23514", "check_positive_stock");
    shop.gives(Owner, STOCK, "82 19 100");
    // Before it is begun it is the customer's to cancel, and what it took comes back.
    let cancel = "update orders set status = 'cancelled' where subtotal = 13";
    shop.gives(ANN, cancel, "1");
    shop.gives(Owner, STOCK, "100 20 500");
    shop.gives(ANN, &format!("select status from {place}"), "pending");
    shop.gives(BARISTA, "update orders set status = 'preparing' where subtotal = 13 and status = 'pending'", "1");
    shop.gives(ANN, "update orders set status = 'cancelled' where subtotal = 13", "0");
    shop.gives(Owner, STOCK, "82 19 100");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn the_same_key_is_the_same_order() {
    let mut shop = open();
    let place = order(&[item("muffin", 1, "'{}'")], ", idempotency_key => 'k'");
    let number = shop.attempt(ANN, &format!("select order_number from {place}")).unwrap();
    shop.gives(ANN, &format!("select order_number from {place}"), &number);
    shop.gives(BARISTA, &format!("select order_number from {place}"), &number);
    shop.refuses(BEN, &format!("select {place}"), "23505", "somebody else's");
    shop.gives(Owner, "select count(*) from orders where idempotency_key = 'k'", "1");
}

#[test]
fn nobody_orders_for_others_or_as_a_till() {
    let mut shop = open();
    let muffin = [item("muffin", 1, "'{}'")];
    let rls = "row-level security policy for table \"orders\"";
    let place = |more: &str| format!("select {}", order(&muffin, more));
    shop.refuses(ANN, &place(", customer_id => {customer ben}"), "42501", rls);
    shop.refuses(STRANGER, &place(""), "42501", rls);
    shop.refuses(ANN, &place(", source => 'pos'"), "42501", rls);
    shop.refuses(ANN, &place(", tip_amount => -1"), "23514", "orders_tip_amount_check");
    shop.refuses(ANN, &format!("select {}", order(&[], "")), "22023", "1 to 100 items");
    shop.gives(BARISTA, &format!("select customer_id is null from {}", order(&muffin, ", source => 'kiosk'")), "t");
    shop.gives(Owner, "update locations set accepts_orders = false", "1");
    shop.refuses(ANN, &place(""), "23514", "takes no orders");
}

#[test]
fn an_order_has_a_history_and_its_guest_is_told() {
    let mut shop = open();
    let move_to = |status: &str| format!("update orders set status = '{status}' where id = {{order ann}}");
    for status in ["preparing", "ready", "completed"] {
        shop.gives(BARISTA, &move_to(status), "1");
    }
    let history = "select string_agg(to_status, ' ' order by created_at),
            bool_and(from_status is null or created_by = {user barista})
        from order_status_history where order_id = {order ann}";
    shop.gives(ANN, history, "pending preparing ready completed|t");
    shop.gives(BEN, history, "NULL|NULL");
    shop.gives(ANN, "select kind, title from notifications", "order_ready|Your order is ready");
    shop.gives(ANN, "update notifications set read_at = now()", "1");
    shop.refuses(ANN, "update notifications set title = ''", "42501", "permission denied for table notifications");
    shop.gives(BEN, "select count(*) from notifications", "0");
    let who = "select created_by is null, updated_by = {user barista}, created_at < now() from orders
        where id = {order ann}";
    shop.gives(STAFF, who, "t|t|t");
}

#[test]
fn the_business_day_is_that_of_the_shop() {
    let mut shop = open();
    let set = "update locations set time_zone = 'America/New_York', business_day_start = '03:00'";
    shop.gives(Owner, set, "1");
    shop.refuses(Owner, "update locations set time_zone = 'Mars/Olympus'", "22023", "not recognized");
    let place = |at: &str| {
        format!("insert into orders (order_type, created_at) values ('dine_in', '{at}') returning business_date")
    };
    shop.gives(Owner, &place("2026-07-02 06:59Z"), "2026-07-01");
    shop.gives(Owner, &place("2026-07-02 07:00Z"), "2026-07-02");
    shop.gives(Owner, &place("2026-12-02 07:59Z"), "2026-12-01");
}

#[test]
fn stock_is_moved_by_hand_with_a_reason_and_once() {
    let mut shop = open();
    let call = |kind: &str, quantity: i32, more: &str| {
        format!(
            "select quantity, balance_after from post_stock_movement({{inventory muffin}}, '{kind}', {quantity}{more})"
        )
    };
    shop.gives(BARISTA, &call("restock", 5, ", unit_cost => 2, idempotency_key => 'k'"), "5|25");
    shop.gives(BARISTA, &call("restock", 5, ", unit_cost => 2, idempotency_key => 'k'"), "5|25");
    shop.gives(BARISTA, &call("waste", -1, ", reason => 'dropped'"), "-1|24");
    shop.refuses(BARISTA, &call("waste", 1, ""), "23514", "stock_movements_sign");
    shop.gives(BARISTA, &call("count", 20, ""), "-4|20");
    shop.gives(BARISTA, &call("count", 20, ""), "0|20");
    shop.refuses(BARISTA, &call("transfer_out", -5, ""), "42501", "there is no such inventory");
    shop.gives(STAFF, &call("transfer_out", -5, ""), "-5|15");
    shop.refuses(STAFF, &call("sale", -5, ""), "22023", "not moved by hand");
    shop.refuses(STAFF, &call("transfer_out", -16, ""), "23514", "check_positive_stock");
    shop.refuses(ANN, &call("restock", 5, ""), "42501", "there is no such inventory");
    shop.gives(
        STAFF,
        "select last_restocked is not null, cost_per_unit from inventory where id = {inventory muffin}",
        "t|2.00",
    );
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}
