//! Tills: our own with their cash, and those of others with their messages.

use super::open;
use crate::shop::{ADMIN, ANN, BARISTA, Caller, Owner, STAFF, Service, Shop};

#[test]
fn a_till_is_counted_against_what_should_be_in_it() {
    let mut shop = open();
    let open_till = "insert into pos_sessions (register_name, opening_float) values ('front', 100)";
    shop.refuses(ANN, open_till, "42501", "row-level security policy for table \"pos_sessions\"");
    shop.gives(BARISTA, open_till, "1");
    shop.refuses(BARISTA, open_till, "23505", "pos_sessions_one_open");
    let session = "(select id from pos_sessions where register_name = 'front')";
    let pay = |method: &str, amount: &str| {
        format!("select status from record_payment({amount}, '{method}', {{order ann}}, pos_session_id => {session})")
    };
    shop.gives(BARISTA, &pay("cash", "9"), "captured");
    shop.gives(BARISTA, &pay("card", "5"), "captured");
    let movement = |kind: &str, amount: &str| {
        format!(
            "insert into cash_movements (pos_session_id, movement_type, amount, reason)
             values ({session}, '{kind}', {amount}, 'milk')"
        )
    };
    shop.gives(BARISTA, &movement("paid_out", "20"), "1");
    shop.gives(BARISTA, &movement("paid_in", "5"), "1");
    shop.refuses(BARISTA, "update pos_sessions set opening_float = 0", "42501", "permission denied");
    shop.refuses(ANN, &format!("select close_pos_session({session}, 0)"), "42501", "there is no such till");
    let close = format!("select expected_cash, counted_cash, cash_difference from close_pos_session({session}, 93)");
    shop.gives(BARISTA, &close, "94.00|93.00|-1.00");
    shop.gives(BARISTA, &close.replace("93", "94"), "94.00|93.00|-1.00");
    shop.refuses(BARISTA, &movement("paid_in", "1"), "23514", "till front is closed");
    shop.refuses(BARISTA, &pay("cash", "1"), "23514", "till front is closed");
    shop.gives(BARISTA, open_till, "1");
}

/// A message of the till system about one sale.
fn message(event: &str, sale: &str) -> String {
    format!(
        "select ingest_pos_webhook({{pos square}}, '{event}', 'sale', jsonb_build_object('sale',
           '{{\"occurred_at\": \"2026-11-20T10:00:00Z\", \"tender\": \"cash\"}}'::jsonb || '{sale}'::jsonb))"
    )
}

const SALE: &str = r#"{"external_id": "s1", "version": 2, "subtotal": 30, "total": 30,
    "items": [{"sku": "MUFFIN", "quantity": 25, "unit_price": 1.2, "total": 30}]}"#;

fn stock(shop: &mut Shop, left: &str) {
    shop.gives(Owner, "select current_stock from inventory where id = {inventory muffin}", left);
}

#[test]
fn a_message_counts_once_and_an_older_one_not_at_all() {
    let mut shop = open();
    shop.refuses(ADMIN, &message("e1", SALE), "42501", "permission denied for function ingest_pos_webhook");
    shop.gives(Service, &message("e1", SALE), "t");
    for _ in 0..9 {
        shop.gives(Service, &message("e1", SALE), "f");
    }
    let found = "select status, payment_status, total_amount, paid_amount, business_date from orders
        where external_id = 's1'";
    shop.gives(STAFF, found, "completed|paid|30.00|30.00|2026-11-20");
    // Sold is sold: the books gave what they had, and say so.
    stock(&mut shop, "0");
    let alerts =
        "select string_agg(alert_type, ' ' order by alert_type) from inventory_alerts where resolved_at is null";
    shop.gives(BARISTA, alerts, "out_of_stock oversold");
    shop.gives(Service, &message("e2", &SALE.replace("30", "90").replace("\"version\": 2", "\"version\": 1")), "t");
    shop.gives(STAFF, found, "completed|paid|30.00|30.00|2026-11-20");
    // A part goes back, told twice and out of order.
    let refunded = |version: u32, amount: u32| {
        SALE.replace("\"version\": 2", &format!("\"version\": {version}, \"refunded\": {amount}"))
    };
    shop.gives(Service, &message("e4", &refunded(4, 12)), "t");
    shop.gives(Service, &message("e3", &refunded(3, 10)), "t");
    shop.gives(STAFF, "select refunded_amount from orders where external_id = 's1'", "12.00");
    let void = SALE.replace("\"version\": 2", "\"version\": 5, \"type\": \"void\"");
    shop.gives(Service, &message("e5", &void), "t");
    shop.gives(STAFF, found, "cancelled|refunded|30.00|30.00|2026-11-20");
    stock(&mut shop, "20");
    shop.gives(BARISTA, alerts, "NULL");
    shop.gives(STAFF, "select count(*) from pos_reconciliation_items", "0");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn what_does_not_fit_waits_and_is_listed() {
    let mut shop = open();
    let unknown = SALE.replace("MUFFIN", "SCONE");
    shop.gives(Service, &message("e1", &unknown), "t");
    let wrong = SALE.replace("s1", "s2").replace("\"total\": 30}", "\"total\": 29}");
    shop.gives(Service, &message("e2", &wrong), "t");
    let state = "select string_agg(format('%s: %s', status, error), ', ' order by external_event_id)
        from pos_webhook_events";
    shop.gives(
        ADMIN,
        state,
        "failed: unknown sku: SCONE, failed: subtotal 30.00 of order SQUARE-s2 is not that of its items",
    );
    for nobody in [ANN, BARISTA, STAFF] {
        shop.gives(nobody, "select count(*) from pos_webhook_events", "0");
    }
    let day = "select pos_count, order_count, difference, disagreements, status
        from reconcile_pos_day({pos square}, '2026-11-20')";
    shop.refuses(BARISTA, day, "42501", "there is no such POS integration");
    shop.gives(STAFF, day, "2|0|60.00|2|unbalanced");
    let listed =
        "select string_agg(external_id || ' ' || issue, ', ' order by external_id) from pos_reconciliation_items";
    shop.gives(STAFF, listed, "s1 missing_order, s2 missing_order");
    // The product is named, the till tries again: the same message now counts.
    shop.gives(Owner, "update products set sku = 'SCONE' where id = {product latte}", "1");
    shop.gives(Service, &message("e1", &unknown), "t");
    shop.gives(Service, &message("e1", &unknown), "f");
    shop.gives(STAFF, listed, "s2 missing_order");
    shop.gives(Service, "update orders set tip_amount = 1, total_amount = 31 where external_id = 's1'", "1");
    shop.gives(STAFF, listed, "s1 amount_mismatch, s2 missing_order");
    shop.gives(STAFF, day, "2|1|29.00|2|unbalanced");
    let approve = "update pos_reconciliations set status = 'approved', notes = 'rung up twice'";
    shop.refuses(STAFF, "update pos_reconciliations set status = 'balanced'", "42501", "row-level security");
    shop.gives(BARISTA, approve, "0");
    shop.gives(STAFF, approve, "1");
    shop.gives(STAFF, day, "2|1|29.00|2|approved");
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
}

#[test]
fn a_payment_and_a_refund_are_recorded_once() {
    let mut shop = open();
    let pay = "select amount from record_payment(9, 'card', {order ann}, provider => 'bank', external_id => 'p1')";
    shop.gives(Service, pay, "9.00");
    shop.gives(Service, pay, "9.00");
    shop.refuses(Service, &pay.replace("order ann", "order ben"), "23505", "recorded for something else");
    let refund = "select amount from refund_payment((select id from payments), 4, idempotency_key => 'r1')";
    shop.gives(STAFF, refund, "4.00");
    shop.gives(STAFF, refund, "4.00");
    shop.gives(
        ANN,
        "select amount, refunded_amount, (select sum(amount) from refunds) from payments",
        "9.00|4.00|4.00",
    );
    for outsider in [ANN, Caller::User("stranger")] {
        let record = "select record_payment(9, 'card', {order ann})";
        shop.refuses(outsider, record, "42501", "nothing of yours to pay for");
        shop.refuses(outsider, "update payments set amount = 1", "42501", "permission denied for table payments");
    }
    shop.refuses(Service, "update payments set amount = 1", "55000", "a payment stays what it is");
    shop.gives(ADMIN, "select count(*) > 1 from audit_log where table_name in ('payments', 'refunds')", "t");
    shop.gives(STAFF, "select count(*) from audit_log", "0");
}
