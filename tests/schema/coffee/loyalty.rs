//! Points and codes: a ledger, and limits that hold.

use super::{item, open, order};
use crate::shop::{ANN, BARISTA, BEN, Owner, STAFF, STRANGER, Service, Shop};

const POINTS: &str = "select loyalty_points from customers where id = {customer ann}";
const LEDGER: &str = "select string_agg(format('%s %s %s', transaction_type, points, balance_after), ', ' order by seq)
    from loyalty_transactions";

/// Ann orders muffins, pays and takes them.
fn buy(shop: &mut Shop, quantity: u32, key: &str) {
    let place = order(&[item("muffin", quantity, "'{}'")], &format!(", idempotency_key => '{key}'"));
    shop.gives(ANN, &format!("select status from {place}"), "pending");
    let pay =
        format!("select (record_payment(total_amount, 'card', id)).status from orders where idempotency_key = '{key}'");
    shop.gives(BARISTA, &pay, "captured");
    shop.gives(BARISTA, &format!("update orders set status = 'completed' where idempotency_key = '{key}'"), "1");
}

#[test]
fn points_are_earned_redeemed_and_given_back() {
    let mut shop = open();
    buy(&mut shop, 3, "first");
    shop.gives(ANN, POINTS, "90");
    let with = |reward: &str, key: &str| {
        let more = format!(", reward_id => {{reward {reward}}}, idempotency_key => '{key}'");
        format!("select discount_amount, total_amount from {}", order(&[item("muffin", 2, "'{}'")], &more))
    };
    // Tax is on what is left: 6 less 3, at ten percent.
    shop.gives(ANN, &with("half", "half"), "3.00|3.30");
    shop.gives(ANN, POINTS, "10");
    shop.refuses(ANN, &with("off", "off"), "23514", "customers_loyalty_points_check");
    shop.gives(ANN, "update orders set status = 'cancelled' where idempotency_key = 'half'", "1");
    shop.gives(ANN, POINTS, "90");
    shop.gives(ANN, &with("muffin", "muffin"), "3.00|3.30");
    shop.gives(ANN, LEDGER, "earn 90 90, redeem -80 10, redeem_reversal 80 90, redeem -30 60");
    let again = "select redeem_loyalty_reward(id, {reward off}) from orders where idempotency_key = 'muffin'";
    shop.refuses(ANN, again, "23505", "loyalty_transactions_once_per_order");
    shop.refuses(BEN, "select redeem_loyalty_reward({order ann}, {reward off})", "42501", "there is no such order");
    shop.gives(ANN, "select discount_amount from redeem_loyalty_reward({order ann}, {reward off})", "2.00");
    shop.gives(BEN, LEDGER, "NULL");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn a_refund_takes_the_points_back_as_far_as_they_are_there() {
    let mut shop = open();
    buy(&mut shop, 2, "first");
    buy(&mut shop, 3, "second");
    shop.gives(ANN, POINTS, "150");
    let refund = |key: &str| {
        format!(
            "select (refund_payment(p.id)).amount from payments p join orders o on o.id = p.order_id
             where o.idempotency_key = '{key}'"
        )
    };
    shop.gives(STAFF, &refund("first"), "6.60");
    shop.gives(ANN, POINTS, "90");
    shop.gives(STAFF, "select adjust_loyalty_points({customer ann}, -50, 'by mistake')", "40");
    shop.gives(STAFF, &refund("second"), "9.90");
    shop.gives(ANN, LEDGER, "earn 60 60, earn 90 150, earn_reversal -60 90, adjust -50 40, earn_reversal -40 0");
    shop.gives(ANN, "select visit_count, total_spent from customers", "0|0.00");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn points_expire_the_oldest_first() {
    let mut shop = open();
    buy(&mut shop, 3, "first");
    shop.gives(ANN, "select discount_amount from redeem_loyalty_reward({order ann}, {reward off})", "2.00");
    let expire = |days: u32| format!("select expire_loyalty_points(now() + interval '{days} days')");
    shop.refuses(ANN, &expire(101), "42501", "permission denied for function expire_loyalty_points");
    shop.gives(Service, &expire(99), "0");
    shop.gives(Service, &expire(101), "40");
    shop.gives(Service, &expire(101), "0");
    // What comes back from a cancelled order has not lapsed with the rest.
    shop.gives(ANN, "update orders set status = 'cancelled' where id = {order ann}", "1");
    shop.gives(ANN, POINTS, "50");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn nobody_writes_points_by_hand_unseen() {
    let mut shop = open();
    let give = "select adjust_loyalty_points({customer ann}, 10, ";
    for caller in [ANN, BARISTA, STRANGER] {
        shop.refuses(caller, &format!("{give} 'gift')"), "42501", "there is no such customer");
        let insert = "insert into loyalty_transactions (customer_id, points) values ({customer ann}, 10)";
        shop.refuses(caller, insert, "42501", "permission denied for table loyalty_transactions");
    }
    shop.refuses(STAFF, &format!("{give} ' ')"), "22023", "for a reason");
    shop.gives(STAFF, &format!("{give} 'gift')"), "10");
    shop.gives(Service, "update customers set loyalty_points = 25 where id = {customer ann}", "1");
    shop.gives(ANN, LEDGER, "adjust 10 10, adjust 15 25");
    shop.refuses(Owner, "delete from loyalty_transactions", "55000", "append-only");
    shop.refuses(Service, "truncate loyalty_transactions", "42501", "permission denied");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn a_code_is_worth_what_it_says_as_often_as_it_says() {
    let mut shop = open();
    let with = |code: &str, key: &str| {
        let more = format!(", promotion_code => '{code}', idempotency_key => '{key}'");
        format!("select discount_amount, total_amount from {}", order(&[item("muffin", 2, "'{}'")], &more))
    };
    shop.gives(ANN, "select count(*) from promotions", "0");
    shop.gives(ANN, &with(" ten ", "a"), "0.60|5.94");
    shop.refuses(ANN, &with("TEN", "b"), "23514", "code TEN was used before");
    shop.refuses(ANN, &with("NOPE", "b"), "23514", "code NOPE is not valid");
    shop.refuses(BARISTA, &with("TEN", "c"), "23514", "for customers who sign in");
    shop.gives(BEN, &with("TEN", "d"), "0.60|5.94");
    shop.gives(ANN, "update orders set status = 'cancelled' where idempotency_key = 'a'", "1");
    shop.gives(ANN, &with("TEN", "e"), "0.60|5.94");
    shop.gives(STAFF, "select redemption_count from promotions", "2");
    shop.gives(BEN, "update orders set status = 'cancelled' where idempotency_key = 'd'", "1");
    shop.gives(STAFF, "update promotions set min_subtotal = 7", "1");
    shop.refuses(BEN, &with("TEN", "f"), "23514", "is for orders of 7.00 and more");
    shop.gives(STAFF, "update promotions set min_subtotal = 0, ends_at = now()", "1");
    shop.refuses(BEN, &with("TEN", "f"), "23514", "is not valid");
    shop.refuses(
        STAFF,
        "update promotions set redemption_count = 0",
        "42501",
        "permission denied for table promotions",
    );
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn only_staff_give_discounts_and_never_more_than_all() {
    let mut shop = open();
    let give = |amount: &str| {
        format!("select discount_amount, total_amount from apply_discount({{order ann}}, {amount}, 'cold')")
    };
    shop.refuses(ANN, &give("1"), "42501", "given by staff");
    shop.refuses(BARISTA, &give("1"), "42501", "given by staff");
    shop.refuses(STRANGER, &give("1"), "42501", "there is no such order");
    shop.refuses(STAFF, &give("-1"), "23514", "order_discounts_amount_check");
    shop.gives(STAFF, &give("1"), "1.00|8.00");
    shop.gives(STAFF, &give("100"), "9.00|0.00");
    // Nothing is left to pay: handed over, it is paid.
    let done = "update orders set status = 'completed' where id = {order ann} returning payment_status";
    shop.gives(BARISTA, done, "paid");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}
