//! Stock follows the items of orders, whoever writes them, and forth as well as back.

use crate::shop::{ANN, BARISTA, Owner, STAFF, Service, Shop};

const STOCK: &str = "select current_stock from inventory where product_id = {product muffin}";
const ALERTS: &str = "select count(*) filter (where resolved_at is null), count(*) from inventory_alerts";

fn order(muffins: i32) -> String {
    format!(
        "insert into order_items (order_id, product_id, quantity)
         values ({{order ann}}, {{product muffin}}, {muffins})"
    )
}

/// The same with an id to find it by, which only trusted writers can give.
fn item(muffins: i32) -> String {
    order(muffins).replace("(order_id,", "(id, order_id,").replace("values (", "values ({item muffins}, ")
}

#[test]
fn b4_stock_falls_when_a_customer_orders() {
    let mut shop = Shop::open();
    shop.gives(ANN, "select (select count(*) from inventory), (select count(*) from inventory_alerts)", "0|0");
    shop.gives(ANN, &order(3), "1");
    shop.gives(Owner, STOCK, "17");
    shop.gives(Owner, ALERTS, "0|0");
    let more = "insert into order_items (order_id, product_id, quantity) values ({order ann}, {product muffin}, 12)";
    shop.gives(ANN, more, "1");
    shop.gives(BARISTA, "select current_stock, (select count(*) from inventory_alerts) from inventory", "5|1");
    shop.refuses(ANN, more, "23514", "check_positive_stock");
    shop.gives(Owner, STOCK, "5");
    // What nobody counts can be sold without end.
    shop.gives(ANN, &more.replace("muffin", "latte"), "1");
}

#[test]
fn b20_one_row_a_product_and_one_open_alert() {
    let mut shop = Shop::open();
    let second = "insert into inventory (product_id) values ({product muffin})";
    shop.refuses(Service, second, "23505", "inventory_location_id_product_id_key");
    shop.gives(STAFF, &second.replace("muffin", "latte"), "1");
    shop.gives(Owner, "delete from inventory where product_id = {product latte}", "1");
    shop.gives(Owner, "delete from inventory_alerts", "1");

    shop.gives(ANN, &order(15), "1");
    shop.gives(ANN, &order(1), "1");
    shop.gives(Owner, "select message from inventory_alerts", "Stock below minimum threshold: 4 remaining");
    let set = |level: u32| format!("update inventory set current_stock = {level}");
    shop.gives(Service, &set(40), "1");
    shop.gives(Owner, ALERTS, "0|1");
    shop.gives(Service, &set(8), "1");
    shop.gives(Owner, ALERTS, "1|2");
    for caller in [ANN, BARISTA, STAFF] {
        shop.refuses(caller, &set(100), "42501", "permission denied for table inventory");
    }
    shop.gives(BARISTA, "update inventory_alerts set resolved_at = now() where resolved_at is null", "1");
    let ledger = "select string_agg(format('%s %s %s', movement_type, quantity, balance_after), ', ' order by seq)
        from stock_movements";
    let entries = "opening 20 20, sale -15 5, sale -1 4, adjustment 36 40, adjustment -32 8";
    shop.gives(STAFF, ledger, entries);
    shop.refuses(Service, "update stock_movements set quantity = 1", "42501", "permission denied");
    shop.refuses(Owner, "delete from stock_movements", "55000", "stock_movements is append-only");
}

#[test]
fn b21_stock_comes_back() {
    let mut shop = Shop::open();
    let after = |shop: &mut Shop, sql: &str, stock: &str| {
        shop.attempt(Service, sql).unwrap();
        shop.gives(Owner, STOCK, stock);
    };
    after(&mut shop, &item(3), "17");
    after(&mut shop, "delete from order_items where id = {item muffins}", "20");
    after(&mut shop, &item(5), "15");
    after(&mut shop, "update orders set status = 'cancelled' where id = {order ann}", "20");
    after(&mut shop, "update orders set status = 'cancelled' where id = {order ann}", "20");
    shop.refuses(Service, &order(1), "23514", "is cancelled");
    let revive = "update orders set status = 'pending' where id = {order ann}";
    shop.refuses(Service, revive, "23514", "is cancelled, and cannot become pending");
    after(&mut shop, &item(3).replace("order ann", "order ben").replace("item muffins", "item more"), "17");
    after(&mut shop, "delete from orders where id = {order ben}", "20");
    shop.gives(Owner, "select count(*) from order_items where order_id = {order ben}", "0");
}

#[test]
fn b21_a_cancelled_order_gives_its_stock_back_once() {
    for last in ["delete from orders where id = {order ann}", "delete from order_items where id = {item muffins}"] {
        let mut shop = Shop::open();
        shop.gives(Service, &item(3), "1");
        shop.gives(Service, "update orders set status = 'cancelled' where id = {order ann}", "1");
        shop.gives(Service, last, "1");
        shop.gives(Owner, STOCK, "20");
    }
}

#[test]
fn b25_a_negative_quantity_adds_no_stock() {
    let mut shop = Shop::open();
    for quantity in [-100, 0] {
        shop.refuses(ANN, &order(quantity), "23514", "order_items_");
        shop.refuses(Service, &order(quantity), "23514", "order_items_");
    }
    shop.gives(Owner, STOCK, "20");
}
