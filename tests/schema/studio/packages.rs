//! Packages: what they cost, hold and last, and how credits and money go with them.

use crate::shop::{ADMIN, ANN, BEN, Owner, STAFF, STRANGER, Service, Shop};

/// A subscription of eight classes a month that may rest for two weeks, and an unlimited one.
const OFFER: &str = "insert into membership_packages
        (id, name, price, billing_cycle, classes_included, auto_renew, can_freeze, max_freeze_days, tier)
    values ({package eight}, 'Eight a month', 80, 'monthly', 8, true, true, 14, 'plus'),
        ({package all}, 'All one can', 150, 'monthly', null, true, false, 0, 'premium'),
        ({package trial}, 'Trial', 0, null, 1, false, false, 0, 'trial')";
const CLEAN: &str = "select count(*) from private.invariants_of_studio()";
const CREDITS: &str = "select classes_remaining from members where id = {member ben}";

fn pay(package: &str) -> String {
    format!(
        "select amount from record_payment((select total_amount from invoices where status = 'open'), 'card',
         invoice_id => (select i.id from invoices i join member_packages p on p.id = i.member_package_id
             where i.status = 'open' and p.membership_package_id = {{package {package}}}))"
    )
}

fn sold() -> Shop {
    let mut shop = Shop::open();
    shop.gives(ADMIN, OFFER, "3");
    shop.gives(
        BEN,
        "select status, price, classes_remaining from purchase_package({package eight})",
        "pending|80.00|0",
    );
    shop.gives(STAFF, &pay("eight"), "80.00");
    shop
}

#[test]
fn a_package_runs_when_it_is_paid() {
    let mut shop = sold();
    shop.gives(
        BEN,
        "select status, classes_remaining, expires_on = current_period_end - 1 from member_packages",
        "active|8|t",
    );
    shop.gives(BEN, "select membership_type, classes_remaining from members", "Eight a month|8");
    shop.gives(
        BEN,
        "select status, amount_paid, period_end = (current_date + interval '1 month')::date from invoices",
        "paid|80.00|t",
    );
    // What is free is paid.
    shop.gives(ANN, "select status, classes_remaining from purchase_package({package trial})", "active|1");
    shop.refuses(STRANGER, "select purchase_package({package trial})", "42501", "of yours");
    shop.refuses(BEN, "select purchase_package({package trial}, {member ann})", "42501", "of yours");
    shop.refuses(BEN, "select purchase_package({package old})", "42501", "of yours");
    shop.refuses(
        BEN,
        "select purchase_package({package eight}, starts_on => current_date - 3)",
        "23514",
        "which is past",
    );
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn a_booking_takes_a_credit_of_the_package_and_gives_it_back() {
    let mut shop = sold();
    let held = "select classes_remaining from member_packages";
    shop.gives(
        BEN,
        "select payment_status, payment_method, credits_used, amount_due from book_class({class single})",
        "paid|package|1|0.00",
    );
    shop.gives(BEN, held, "7");
    shop.gives(BEN, CREDITS, "7");
    shop.gives(
        BEN,
        "select status from cancel_booking((select id from bookings where class_schedule_id = {class single}))",
        "cancelled",
    );
    shop.gives(BEN, held, "8");
    let entries = "select string_agg(transaction_type || ' ' || credits || ' ' || balance_after, ', ' order by seq) from class_credit_transactions";
    shop.gives(BEN, entries, "grant 8 8, booking -1 7, booking_refund 1 8");
    // A package of the wrong kind does not pay, an unlimited one costs no credit.
    shop.gives(ADMIN, "update membership_packages set allowed_class_type_ids = '{}' where id = {package eight}", "1");
    shop.gives(
        BEN,
        "select payment_status, credits_used, amount_due from book_class({class single})",
        "pending|0|15.00",
    );
    shop.gives(BEN, "select status from cancel_booking((select id from bookings where class_schedule_id = {class single} and status <> 'cancelled'))", "cancelled");
    shop.gives(BEN, "select status from purchase_package({package all})", "pending");
    shop.gives(STAFF, &pay("all"), "150.00");
    shop.gives(BEN, "select payment_status, credits_used from book_class({class single})", "paid|0");
    shop.gives(BEN, "select membership_type from members", "All one can");
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn the_ledger_explains_every_balance() {
    let mut shop = sold();
    for change in ["update class_credit_transactions set credits = 9", "delete from class_credit_transactions"] {
        shop.refuses(Service, change, "42501", "permission denied for table class_credit_transactions");
        shop.refuses(Owner, change, "55000", "append-only");
    }
    let write = "insert into class_credit_transactions (member_id, transaction_type, credits, balance_after) values ({member ben}, 'adjust', 5, 99)";
    shop.refuses(BEN, write, "42501", "permission denied");
    shop.gives(Service, &format!("{write} returning balance_after"), "13");
    shop.gives(Owner, "update members set classes_remaining = 3 where id = {member ben}", "1");
    shop.gives(
        BEN,
        "select credits, reason from class_credit_transactions order by seq desc limit 1",
        "-10|set by hand",
    );
    shop.refuses(
        Owner,
        "update member_packages set classes_remaining = 99",
        "55000",
        "move through class_credit_transactions",
    );
    shop.gives(STAFF, "select adjust_class_credits({member ben}, 2, 'sorry')", "5");
    shop.refuses(STAFF, "select adjust_class_credits({member ben}, 2, ' ')", "22023", "needs a reason");
    shop.refuses(STAFF, "select adjust_class_credits({member ben}, -9, 'oops')", "23514", "not enough classes left");
    shop.refuses(BEN, "select adjust_class_credits({member ben}, 2, 'mine')", "42501", "no member of yours");
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn periods_are_invoiced_once_and_credits_do_not_go_over() {
    let mut shop = sold();
    let bill = "select private.run_billing_cycle((current_date + interval '1 month')::date)";
    shop.gives(Service, bill, "1");
    shop.gives(Service, bill, "0");
    shop.gives(BEN, "select status from member_packages", "past_due");
    // Until it is paid, nothing is covered.
    shop.gives(BEN, "select payment_status from book_class({class single})", "pending");
    shop.gives(STAFF, &pay("eight"), "80.00");
    shop.gives(BEN, CREDITS, "8");
    shop.gives(
        BEN,
        "select string_agg(transaction_type || ' ' || credits, ', ' order by seq) from class_credit_transactions",
        "grant 8, expire -8, grant 8",
    );
    shop.gives(BEN, "select status, auto_renew from cancel_subscription((select id from member_packages))", "active|f");
    shop.refuses(
        BEN,
        "select cancel_subscription((select id from member_packages), at_once => true)",
        "42501",
        "no package of yours",
    );
    shop.gives(Service, "select private.run_billing_cycle((current_date + interval '2 months')::date)", "0");
    shop.gives(BEN, "select status, classes_remaining from member_packages", "expired|0");
    shop.gives(BEN, "select count(*) from invoices", "2");
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn the_thirty_first_is_not_lost_in_february() {
    let mut shop = Shop::open();
    let next = |after: &str| format!("select private.next_period('2027-01-31', 'monthly', '{after}')");
    for (after, day) in [("2027-01-31", "2027-02-28"), ("2027-02-28", "2027-03-31"), ("2027-03-31", "2027-04-30")] {
        shop.gives(Owner, &next(after), day);
    }
    shop.gives(Owner, "select private.next_period('2024-02-29', 'annually', '2027-03-01'), private.next_period('2027-01-15', 'quarterly', '2027-04-15')", "2028-02-29|2027-07-15");
    shop.gives(Owner, "select private.next_period('2027-01-15', 'one_time', '2027-01-15')", "NULL");
}

#[test]
fn a_freeze_lasts_as_long_as_it_may_and_pays_for_nothing() {
    let mut shop = sold();
    let freeze = |from: u32, to: u32| {
        format!(
            "select current_period_end - (current_date + interval '1 month')::date
             from freeze_package((select id from member_packages), current_date + {from}, current_date + {to})"
        )
    };
    shop.gives(BEN, &freeze(1, 7), "7");
    shop.refuses(BEN, &freeze(8, 15), "23514", "at most 14 days of freeze, of which 7 are used");
    shop.refuses(BEN, &freeze(5, 6), "23P01", "member_package_freezes_once");
    shop.refuses(
        ANN,
        &freeze(20, 21).replace("(select id from member_packages)", "gen_random_uuid()"),
        "42501",
        "no package of yours",
    );
    // The single class is the day after tomorrow.
    shop.gives(BEN, "select payment_status from book_class({class single})", "pending");
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn a_charge_that_fails_is_tried_again_and_given_up() {
    let mut shop = Shop::open();
    shop.gives(ADMIN, OFFER, "3");
    shop.gives(BEN, "select status from purchase_package({package eight})", "pending");
    let fail = "select attempt_count, status, (next_attempt_at - now())::text from record_payment_failure((select id from invoices), 'card expired')";
    shop.refuses(STAFF, fail, "42501", "permission denied for function record_payment_failure");
    for expected in ["1|open|1 day", "2|open|3 days", "3|open|5 days", "4|uncollectible|NULL"] {
        shop.gives(Service, fail, expected);
    }
    shop.gives(BEN, "select status from member_packages", "cancelled");
    shop.gives(BEN, "select count(*) from notifications where kind = 'payment_failed'", "4");
}

#[test]
fn what_is_not_ones_own_is_not_seen() {
    let mut shop = sold();
    for table in ["member_packages", "class_credit_transactions", "invoices", "booking_events"] {
        shop.gives(STRANGER, &format!("select count(*) from {table}"), "0");
        let counts = shop.attempt(STAFF, &format!("select count(*) > 0 from {table}")).unwrap();
        assert_eq!(counts, "t", "{table}");
        shop.refuses(
            BEN,
            &format!("update {table} set created_at = now()"),
            "42501",
            &format!("permission denied for table {table}"),
        );
    }
    shop.gives(ANN, "select count(*) from member_packages", "0");
}
