//! Money, points and stock.

use super::Who::{Admin, Anon, Barista, Customer, Member, Service, Staff};
use super::{all_fail, target};
use crate::shop::expand;

#[test]
fn an_order_costs_what_it_costs_and_is_paid_by_payments() {
    all_fail(&[
        (Customer, "update orders set total_amount = 0", "42501"),
        (Customer, "update orders set subtotal = 0, total_amount = 0", "42501"),
        (Customer, "update orders set discount_amount = 4", "42501"),
        (Customer, "update orders set payment_status = 'paid'", "42501"),
        (Barista, "update orders set payment_status = 'paid'", "42501"),
        (Admin, "update orders set total_amount = 0", "42501"),
        (Admin, "update orders set paid_amount = total_amount", "42501"),
        (Customer, "update orders set status = 'completed' where id = {order ann}", "42501"),
        (Customer, "update orders set status = 'cancelled' where id = {order bea}", "nothing"),
        (Customer, "delete from orders", "42501"),
        (Admin, "delete from orders", "42501"),
        (Customer, "update order_items set base_price = 0", "42501"),
        (Staff, "update order_items set item_total = 0", "42501"),
        (
            Customer,
            "insert into order_items (order_id, product_id, base_price) values ({order ann}, {latte main}, 0)",
            "42501",
        ),
        (
            Customer,
            "insert into order_items (order_id, product_id, quantity) values ({order ann}, {latte main}, -1)",
            "23514",
        ),
        (
            Customer,
            "insert into orders (customer_id, order_type, tip_amount) values ({customer ann}, 'takeaway', -5)",
            "23514",
        ),
        (
            Customer,
            "insert into orders (customer_id, order_type, total_amount) values ({customer ann}, 'takeaway', 0)",
            "42501",
        ),
        (Customer, "insert into payments (order_id, amount, method) values ({order ann}, 4, 'cash')", "42501"),
        (Staff, "insert into payments (order_id, amount, method) values ({order ann}, 4, 'cash')", "42501"),
        (Customer, "select record_payment(4.32, 'cash', {order ann})", "42501"),
        (Customer, "select apply_discount({order ann}, 4, 'because')", "42501"),
        (Barista, "select apply_discount({order ann}, 4, 'because')", "42501"),
        (
            Customer,
            "insert into order_discounts (order_id, location_id, label, amount) values ({order ann}, {uptown}, 'x', 4)",
            "42501",
        ),
        (Staff, "update promotions set redemption_count = 0", "42501"),
        (Barista, "update product_location_overrides set base_price = 0", "42501"),
        (Staff, "insert into product_location_overrides (product_id, base_price) values ({latte main}, 0)", "42501"),
    ]);
}

#[test]
fn nobody_orders_as_or_for_somebody_else() {
    all_fail(&[
        (Customer, "insert into orders (customer_id, order_type) values ({customer bea}, 'takeaway')", "42501"),
        (Customer, "insert into orders (order_type) values ('takeaway')", "42501"),
        (Member, "insert into orders (customer_id, order_type) values ({customer ann}, 'takeaway')", "42501"),
        // Somebody else's order and one that is not there are answered alike.
        (Customer, "insert into order_items (order_id, product_id) values ({order bea}, {latte main})", "42501"),
        (Customer, "insert into order_items (order_id, product_id) values ({order nowhere}, {latte main})", "42501"),
        (Customer, "select redeem_loyalty_reward({order bea}, {reward main})", "42501"),
        (Member, "select redeem_loyalty_reward({order ann}, {reward main})", "42501"),
    ]);
}

#[test]
fn calls_with_forged_arguments_are_refused() {
    all_fail(&[
        (Anon, "select place_order('takeaway', '[]')", "42501"),
        (
            Customer,
            "select place_order('takeaway', jsonb_build_array(jsonb_build_object('product_id', {latte main}, 'quantity', 1)), null, {customer bea})",
            "42501",
        ),
        (
            Customer,
            "select place_order('takeaway', jsonb_build_array(jsonb_build_object('product_id', {latte main}, 'quantity', 1)), {elsewhere})",
            "42501",
        ),
        (
            Customer,
            "insert into orders (customer_id, order_type, source) values ({customer ann}, 'takeaway', 'pos')",
            "42501",
        ),
        (
            Customer,
            "select place_order('takeaway', jsonb_build_array(jsonb_build_object('product_id', {latte main}, 'quantity', -1)))",
            "23514",
        ),
        (
            Customer,
            "select place_order('takeaway', jsonb_build_array(jsonb_build_object('product_id', {latte main}, 'quantity', 1)), tip_amount => -1)",
            "23514",
        ),
        (
            Customer,
            "select place_order('takeaway', jsonb_build_array(jsonb_build_object('product_id', {latte elsewhere}, 'quantity', 1)))",
            "23514",
        ),
        (
            Customer,
            "select place_order('takeaway', jsonb_build_array(jsonb_build_object('product_id', {latte main}, 'quantity', 1)), promotion_code => 'NO')",
            "23514",
        ),
        (Customer, "select redeem_loyalty_reward({order ann}, {reward elsewhere})", "23514"),
        (Customer, "select private.post_stock({stock main}, 'restock', 1, null)", "42501"),
        (Customer, "select * from inventory", "nothing"),
        (Service, "truncate orders cascade", "42501"),
    ]);
}

#[test]
fn points_are_earned() {
    all_fail(&[
        (Customer, "update customers set loyalty_points = 1000", "42501"),
        (Staff, "update customers set loyalty_points = 1000", "42501"),
        (Admin, "update customers set total_spent = 1000", "42501"),
        (
            Customer,
            "insert into loyalty_transactions (customer_id, transaction_type, points, balance_after)
             values ({customer ann}, 'bonus', 10, 10)",
            "42501",
        ),
        (Customer, "select adjust_loyalty_points({customer ann}, 100, 'because')", "42501"),
        (Barista, "select adjust_loyalty_points({customer ann}, 100, 'because')", "42501"),
        (Service, "update loyalty_transactions set points = 1000", "42501"),
        (Service, "delete from loyalty_transactions", "42501"),
        (Service, "truncate loyalty_transactions", "42501"),
    ]);
}

#[test]
fn stock_moves_by_movements() {
    all_fail(&[
        (Customer, "update inventory set current_stock = 1", "42501"),
        (Barista, "update inventory set current_stock = 1", "42501"),
        (Admin, "update inventory set current_stock = 1", "42501"),
        (Customer, "select post_stock_movement({stock main}, 'restock', 5)", "42501"),
        (Service, "update stock_movements set quantity = 1", "42501"),
        (Service, "delete from stock_movements", "42501"),
        (Service, "truncate stock_movements", "42501"),
        (Customer, "select close_pos_session({till main}, 0)", "42501"),
        (Barista, "update pos_sessions set expected_cash = 0", "42501"),
        (Barista, "delete from cash_movements", "42501"),
        (Barista, "update cash_movements set amount = 1", "42501"),
    ]);
}

#[test]
fn money_does_not_go_back_by_itself() {
    let mut client = target();
    let payment: String =
        client.query_one(&expand("select id::text from payments where order_id = {done main}"), &[]).unwrap().get(0);
    let call: &'static str = format!("select refund_payment('{payment}', 1, 'because')").leak();
    all_fail(&[
        (Customer, call, "42501"),
        (Barista, call, "42501"),
        (
            Customer,
            "insert into refunds (payment_id, location_id, amount) select id, location_id, 1 from payments",
            "42501",
        ),
        (Customer, "update payments set amount = 1", "42501"),
        (Admin, "update payments set amount = 1", "42501"),
        (Service, "delete from refunds", "42501"),
        (Service, "update audit_log set action = 'DELETE'", "42501"),
        (Service, "truncate audit_log", "42501"),
    ]);
}

#[test]
fn nothing_is_written_through_a_view() {
    let mut client = target();
    let views = "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where c.relkind = 'v' and n.nspname in ('public', 'monitoring') order by 1";
    let views: Vec<String> = client.query(views, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    assert!(views.len() > 10, "{views:?}");
    for view in views {
        for who in [Customer, Member, Barista, Staff, Admin] {
            let sql: &'static str = format!("delete from {view}").leak();
            // Views of several tables cannot be written by anybody, which is asked first.
            let mut transaction = client.transaction().unwrap();
            transaction.batch_execute(&who.sign_in()).unwrap();
            let code = transaction.batch_execute(sql).unwrap_err().code().unwrap().code().to_owned();
            assert!(["42501", "55000"].contains(&code.as_str()), "{who:?}: {sql}: {code}");
        }
    }
}

#[test]
fn a_temporary_table_captures_no_triggers_write() {
    let mut client = target();
    let mut transaction = client.transaction().unwrap();
    let stock = "select current_stock from public.inventory where id = {stock main}";
    let stock = expand(stock);
    let before: i32 = transaction.query_one(&stock, &[]).unwrap().get(0);
    transaction
        .batch_execute(
            "create temporary table inventory (like public.inventory); create temporary table stock_movements (like public.stock_movements);
             create temporary table orders (like public.orders); create temporary table customers (like public.customers);
             grant all on pg_temp.inventory, pg_temp.stock_movements, pg_temp.orders, pg_temp.customers to authenticated;
             set local search_path = pg_temp, public",
        )
        .unwrap();
    transaction.batch_execute(&Customer.sign_in()).unwrap();
    let item = "insert into public.order_items (order_id, product_id) values ({order ann}, {latte main})";
    transaction.batch_execute(&expand(item)).unwrap();
    transaction.batch_execute("reset role").unwrap();
    let captured = "select (select count(*) from pg_temp.inventory) + (select count(*) from pg_temp.stock_movements) + (select count(*) from pg_temp.orders)";
    let captured: i64 = transaction.query_one(captured, &[]).unwrap().get(0);
    let after: i32 = transaction.query_one(&stock, &[]).unwrap().get(0);
    assert_eq!((captured, before - after), (0, 18), "a latte takes its 18 g of beans from the shop's own table");
}
