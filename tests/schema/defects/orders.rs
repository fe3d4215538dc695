//! Orders: who writes them, and that nobody but the catalogue says what they cost.

use crate::shop::{ANN, BARISTA, BEN, Owner, STAFF, STRANGER, Service, Shop};

const DENIED: &str = "42501";
const NOT_MINE: &str = "new row violates row-level security policy for table \"orders\"";

#[test]
fn b9_a_customer_writes_no_money() {
    let mut shop = Shop::open();
    let table = "permission denied for table orders";
    for column in ["order_number", "subtotal", "tax_amount", "total_amount", "status", "payment_status", "created_at"] {
        let sql = format!(
            "insert into orders (customer_id, order_type, {column}) values ({{customer ann}}, 'takeaway', null)"
        );
        shop.refuses(ANN, &sql, DENIED, table);
    }
    for change in ["total_amount = 0", "subtotal = 0", "tip_amount = 0", "customer_id = null", "order_number = 'FREE'"]
    {
        shop.refuses(ANN, &format!("update orders set {change}"), DENIED, table);
    }
    shop.refuses(ANN, "update orders set payment_status = 'paid'", DENIED, table);
    shop.refuses(ANN, "update orders set status = 'completed'", DENIED, "row-level security policy for table");
    shop.gives(BEN, "update orders set status = 'cancelled' where id = {order ann}", "0");
    shop.refuses(ANN, "delete from orders", DENIED, table);
    let priced =
        "insert into order_items (order_id, product_id, base_price) values ({order ann}, {product latte}, 0.01)";
    shop.refuses(ANN, priced, DENIED, "permission denied for table order_items");
    shop.refuses(ANN, "delete from order_items", DENIED, "permission denied for table order_items");
    shop.refuses(ANN, "update order_items set quantity = 1", DENIED, "permission denied for table order_items");
    shop.gives(
        Owner,
        "select status, payment_status, total_amount from orders where id = {order ann}",
        "pending|pending|9.00",
    );
}

#[test]
fn b9_what_a_customer_orders_costs_what_the_catalogue_says() {
    let mut shop = Shop::open();
    let sql = "insert into orders (customer_id, order_type, tip_amount) values ({customer ann}, 'takeaway', 1)
        returning status, payment_status, subtotal, total_amount";
    shop.gives(ANN, sql, "pending|pending|0.00|1.00");
    let item = |product: &str, customizations: &str| {
        format!(
            "insert into order_items (order_id, product_id, quantity, customizations)
             select id, {{product {product}}}, 2, {customizations} from orders where tip_amount = 1
             returning base_price, item_total"
        )
    };
    shop.gives(ANN, &item("latte", "'{\"milk\": \"oat\", \"size\": \"large\", \"note\": \"hot\"}'"), "4.50|12.00");
    shop.gives(ANN, &item("latte", "'{\"note\": \"soy\"}'"), "4.50|9.00");
    shop.refuses(ANN, &item("latte", "'{\"milk\": \"soy\"}'"), "22023", "does not come with milk soy");
    shop.refuses(ANN, &item("old", "null"), "23514", "is not on sale");
    shop.gives(Owner, "update products set is_available = false where id = {product muffin}", "1");
    shop.refuses(ANN, &item("muffin", "null"), "23514", "is not on sale");
    shop.gives(ANN, "select subtotal, tip_amount, total_amount from orders where tip_amount = 1", "21.00|1.00|22.00");
}

#[test]
fn b9_nobody_orders_for_somebody_else() {
    let mut shop = Shop::open();
    let order =
        |customer: &str| format!("insert into orders (customer_id, order_type) values ({customer}, 'delivery')");
    shop.refuses(ANN, &order("{customer ben}"), DENIED, NOT_MINE);
    shop.refuses(ANN, &order("null"), DENIED, NOT_MINE);
    shop.refuses(STRANGER, &order("null"), DENIED, NOT_MINE);
    shop.refuses(STRANGER, &order("{customer ann}"), DENIED, NOT_MINE);
    let item = "insert into order_items (order_id, product_id) values ({order ann}, {product latte})";
    shop.refuses(BEN, item, DENIED, "there is no such order");
    shop.refuses(BEN, &item.replace("order ann", "order nobody"), DENIED, "there is no such order");
    shop.gives(ANN, item, "1");
    // And not once it is begun, or paid for.
    shop.gives(BARISTA, "update orders set status = 'preparing' where id = {order ann}", "1");
    shop.refuses(ANN, item, "23514", "is preparing and pending, and takes no changes");
    shop.gives(BARISTA, "select status from record_payment(4.50, 'cash', {order ben})", "captured");
    shop.refuses(BEN, &item.replace("order ann", "order ben"), "23514", "is pending and paid");
}

#[test]
fn b12_staff_change_the_status_and_nothing_that_costs() {
    let mut shop = Shop::open();
    for change in [
        "total_amount = 1",
        "subtotal = 1",
        "tip_amount = 1",
        "customer_id = null",
        "order_type = 'delivery'",
        "payment_status = 'paid'",
        "paid_amount = 9",
        "discount_amount = 1",
        "business_date = '2000-01-01'",
    ] {
        shop.refuses(BARISTA, &format!("update orders set {change}"), DENIED, "permission denied for table orders");
    }
    shop.refuses(BARISTA, "update orders set status = 'eaten'", "23514", "orders_status_check");
    let sql = "select record_payment(9, 'card', {order ann});
        update orders set status = 'completed' where id = {order ann}
        returning status, payment_status, completed_at is not null, total_amount";
    shop.gives(BARISTA, sql, "completed|paid|t|9.00");
    for back in ["pending", "preparing", "cancelled"] {
        let sql = format!("update orders set status = '{back}' where id = {{order ann}}");
        shop.refuses(BARISTA, &sql, "23514", "is completed, and cannot become");
    }
}

#[test]
fn b17_staff_take_orders_of_walk_ins() {
    let mut shop = Shop::open();
    let sql = "insert into orders (order_type, special_instructions) values ('dine_in', 'table 4')";
    shop.gives(BARISTA, sql, "1");
    let walk_in = "(select id from orders where customer_id is null)";
    let item = format!("insert into order_items (order_id, product_id) values ({walk_in}, {{product latte}})");
    shop.gives(BARISTA, &item, "1");
    shop.gives(
        BARISTA,
        &format!("update orders set status = 'ready' where id = {walk_in} returning total_amount"),
        "4.50",
    );
    shop.gives(ANN, "select count(*) from orders where customer_id is null", "0");
}

#[test]
fn b19_no_null_slips_through_a_check() {
    let mut shop = Shop::open();
    for column in ["subtotal", "tax_amount", "tip_amount", "status", "payment_status", "order_type", "order_number"] {
        shop.refuses(Service, &format!("update orders set {column} = null"), "23502", &format!("\"{column}\""));
    }
    shop.refuses(Service, "update orders set total_amount = 0.01", "23514", "check_order_total");
    shop.refuses(Service, "update orders set tip_amount = 1", "23514", "check_order_total");
    shop.refuses(
        Service,
        "update orders set tip_amount = -1, total_amount = subtotal - 1",
        "23514",
        "orders_tip_amount_check",
    );
    for column in ["status", "payment_status", "booking_type"] {
        shop.refuses(Service, &format!("update bookings set {column} = null"), "23502", &format!("\"{column}\""));
    }
}

#[test]
fn b19b_the_subtotal_is_that_of_the_items() {
    let mut shop = Shop::open();
    let sql = "update orders set subtotal = 9999, total_amount = 9999";
    shop.refuses(Service, sql, "23514", "is not that of its items");
    let totals = "select subtotal, total_amount from orders where id = {order ann}";
    shop.gives(Service, "update orders set tip_amount = 2, total_amount = 11 where id = {order ann}", "1");
    for change in ["quantity = 3", "item_total = 13.50", "order_id = {order ben}", "customizations = '{}'"] {
        let sql = format!("update order_items set {change} where id = {{item ann}}");
        shop.refuses(Service, &sql, "55000", "items do not change");
    }
    let add = "insert into order_items (order_id, product_id, quantity) values ({order ann}, {product muffin}, 2)";
    shop.gives(Service, add, "1");
    shop.gives(Service, totals, "15.00|17.00");
    shop.gives(Service, "delete from order_items where id = {item ann}", "1");
    shop.gives(Service, totals, "6.00|8.00");
    // A till's own prices stand, and must add up as well.
    let till = |subtotal: &str| {
        format!(
            "insert into orders (order_type, subtotal, external_source, external_id, status)
             values ('dine_in', {subtotal}, 'till', '1', 'completed');
             insert into order_items (order_id, product_id, item_total)
             select id, {{product latte}}, 5 from orders where external_id = '1'"
        )
    };
    shop.refuses(Service, &till("6"), "23514", "is not that of its items");
    shop.gives(Service, &till("5"), "1");
}

#[test]
fn b52_numbers_and_visits_are_kept() {
    let mut shop = Shop::open();
    shop.gives(Owner, "select string_agg(order_number, ' ' order by order_number) from orders", "100001 100002");
    let visits = "select visit_count, total_spent, last_visit is not null from customers where id = {customer ann}";
    shop.gives(Owner, visits, "0|0.00|f");
    let set = |change: &str| format!("update orders set {change} where id = {{order ann}}");
    shop.gives(BARISTA, &set("status = 'completed'"), "1");
    shop.gives(Owner, visits, "0|0.00|f");
    shop.gives(BARISTA, "select amount from record_payment(9, 'card', {order ann})", "9.00");
    shop.gives(Owner, visits, "1|9.00|t");
    let refund = |amount: &str| format!("select amount from refund_payment((select id from payments), {amount})");
    shop.refuses(BARISTA, &refund("1"), DENIED, "there is no such payment");
    shop.gives(STAFF, &refund("1"), "1.00");
    shop.gives(Owner, visits, "1|8.00|t");
    shop.refuses(STAFF, &refund("9"), "23514", "payments_refund_limit");
    shop.gives(STAFF, &refund("null"), "8.00");
    shop.gives(Owner, visits, "0|0.00|t");
    shop.gives(ANN, "select payment_status, paid_amount, refunded_amount from orders", "refunded|9.00|9.00");
    for column in ["visit_count", "total_spent", "last_visit"] {
        let sql = format!("update customers set {column} = null where id = {{customer ann}}");
        shop.refuses(ANN, &sql, DENIED, "permission denied for table customers");
    }
    let sql = "update customers set loyalty_points = 999 where id = {customer ann}";
    shop.refuses(ANN, sql, DENIED, "permission denied for table customers");
    shop.refuses(STAFF, sql, DENIED, "permission denied for table customers");
    let sql = "update customers set is_active = false where id = {customer ann}";
    shop.refuses(ANN, sql, DENIED, "only admin,staff may change is_active of customers");
    shop.gives(ANN, "update customers set phone = '3' returning id = {customer ann}", "t");
}
