//! Bookings: seats, waiting places, what members may do with them, and what pays for them.

use std::time::Duration;

use crate::project::wait_for;
use crate::shop::{ANN, BEN, Owner, STAFF, STRANGER, Service, Shop, expand, sign_in};

const DENIED: &str = "42501";
const COUNTERS: &str = "select current_bookings, waitlist_count from class_schedules where id = {class single}";

fn book(member: &str, class: &str) -> String {
    format!("insert into bookings (member_id, class_schedule_id) values ({{member {member}}}, {{class {class}}})")
}

fn wait(member: &str, class: &str) -> String {
    format!(
        "insert into bookings (member_id, class_schedule_id, booking_type)
         values ({{member {member}}}, {{class {class}}}, 'waitlist')"
    )
}

fn cancel(class: &str) -> String {
    format!("update bookings set status = 'cancelled' where class_schedule_id = {{class {class}}}")
}

#[test]
fn b3_b8_a_booking_moves_the_counter_and_a_full_class_is_full() {
    let mut shop = Shop::open();
    shop.gives(ANN, &book("ann", "single"), "1");
    shop.gives(ANN, COUNTERS, "1|0");
    shop.refuses(BEN, &book("ben", "single"), "23514", "check_booking_capacity");
    shop.gives(Owner, COUNTERS, "1|0");
    shop.refuses(
        ANN,
        "update class_schedules set current_bookings = 0",
        DENIED,
        "permission denied for table class_schedules",
    );
    let sql = "update class_schedules set max_participants = 0";
    shop.refuses(STAFF, sql, "23514", "check_booking_capacity");
}

#[test]
fn b3_the_last_seat_goes_to_one_of_two_at_once() {
    let mut shop = Shop::open();
    let connect = || postgres::Client::connect(&shop.url, postgres::NoTls).unwrap();
    let (mut first, mut second) = (connect(), connect());
    first.batch_execute(&format!("begin; {}; {}", sign_in(ANN), expand(&book("ann", "single")))).unwrap();
    let late = std::thread::spawn(move || {
        let sql = format!("begin; {}; {}; commit", sign_in(BEN), expand(&book("ben", "single")));
        second.batch_execute(&sql).unwrap_err()
    });
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    wait_for("the second member to wait for the first", || shop.attempt(Owner, waiting).unwrap() == "1");
    std::thread::sleep(Duration::from_millis(20));
    first.batch_execute("commit").unwrap();
    let error = late.join().unwrap();
    assert_eq!(error.code().unwrap().code(), "23514", "{error}");
    shop.gives(Owner, COUNTERS, "1|0");
    shop.gives(Owner, "select count(*) from bookings where class_schedule_id = {class single}", "1");
}

#[test]
fn b5_a_waiting_place_takes_no_seat() {
    let mut shop = Shop::open();
    shop.gives(ANN, &book("ann", "single"), "1");
    shop.gives(BEN, &wait("ben", "single"), "1");
    shop.gives(Owner, COUNTERS, "1|1");
    let take = "update bookings set booking_type = 'regular' where class_schedule_id = {class single}";
    shop.refuses(BEN, take, DENIED, "may change booking_type of bookings");
    let promote = format!("{take} and member_id = {{member ben}}");
    shop.refuses(STAFF, &promote, "23514", "check_booking_capacity");
    shop.gives(ANN, &cancel("single"), "1");
    // The seat goes to who waits for it, at once.
    shop.gives(Owner, COUNTERS, "1|0");
    shop.gives(
        BEN,
        "select booking_type, promoted_at is not null from bookings where booking_type <> 'waitlist'
        and class_schedule_id = {class single}",
        "regular|t",
    );
    shop.gives(Owner, "select kind from notifications where user_id = {user ben}", "waitlist_promoted");
    let attend = "update bookings set booking_type = 'waitlist', status = 'attended' where member_id = {member ben}";
    shop.refuses(STAFF, attend, "23514", "not changed for a place on the waitlist");
    // Nobody queues for a seat that is free.
    shop.gives(ANN, &(wait("ann", "open") + " returning booking_type"), "regular");
}

#[test]
fn b6_every_change_moves_the_counters_by_itself() {
    let mut shop = Shop::open();
    let after = |shop: &mut Shop, sql: &str, counters: &str| {
        shop.attempt(Service, &expand(sql)).unwrap();
        shop.gives(Owner, COUNTERS, counters);
    };
    let set = |change: &str| {
        format!("update bookings set {change} where member_id = {{member ann}} and status <> 'cancelled'")
    };
    let again = "update bookings set status = 'confirmed' where member_id = {member ann} and status = 'cancelled'";
    let drop = "delete from bookings where member_id = {member ann}";
    after(&mut shop, &book("ann", "single"), "1|0");
    after(&mut shop, &set("status = 'no_show'"), "1|0");
    after(&mut shop, &set("status = 'cancelled'"), "0|0");
    shop.refuses(Service, again, "23514", "a cancelled booking is history");
    after(&mut shop, drop, "0|0");
    after(&mut shop, &book("ann", "single"), "1|0");
    after(&mut shop, &set("booking_type = 'drop_in'"), "1|0");
    after(&mut shop, &set("status = 'attended'"), "1|0");
    for change in ["class_schedule_id = {class open}", "member_id = {member ben}"] {
        shop.refuses(Service, &set(change), "23514", "stays with its member and its class");
    }
    after(&mut shop, &set("status = 'cancelled'"), "0|0");
    after(&mut shop, &book("ben", "single"), "1|0");
    after(&mut shop, &wait("ann", "single"), "1|1");
    after(&mut shop, &set("status = 'cancelled'"), "1|0");
    after(&mut shop, &wait("ann", "single"), "1|1");
    after(&mut shop, drop, "1|0");
    let cancelled = "insert into bookings (member_id, class_schedule_id, status)
        values ({member ann}, {class single}, 'cancelled')";
    after(&mut shop, cancelled, "1|0");
    shop.gives(Owner, "select current_bookings from class_schedules where id = {class open}", "1");
}

#[test]
fn b7_the_counters_are_numbers_from_zero() {
    let mut shop = Shop::open();
    for column in ["current_bookings", "waitlist_count"] {
        shop.refuses(
            Service,
            &format!("update class_schedules set {column} = null"),
            "23502",
            &format!("\"{column}\""),
        );
        let check = format!("class_schedules_{column}_check");
        shop.refuses(Service, &format!("update class_schedules set {column} = -1"), "23514", &check);
    }
}

#[test]
fn b10_a_member_does_not_write_his_own_membership() {
    let mut shop = Shop::open();
    let table = "permission denied for table members";
    for change in [
        "classes_remaining = 9999",
        "total_classes_attended = 99",
        "membership_type = 'gold'",
        "membership_start_date = '2000-01-01'",
        "membership_end_date = '2999-01-01'",
        "user_id = {user ben}",
    ] {
        for caller in [ANN, STAFF] {
            shop.refuses(caller, &format!("update members set {change}"), DENIED, table);
        }
    }
    for change in ["membership_status = 'cancelled'", "is_active = false"] {
        let words = format!("may change {} of members", change.split(' ').next().unwrap());
        shop.refuses(ANN, &format!("update members set {change}"), DENIED, &words);
    }
    shop.refuses(ANN, "delete from members", DENIED, table);
    shop.gives(ANN, "update members set phone = '7' where id = {member ben}", "0");
    shop.gives(ANN, "update members set phone = '7', medical_conditions = 'knee' returning id = {member ann}", "t");
    shop.gives(STAFF, "update members set membership_status = 'suspended' where id = {member ann}", "1");
    let join = |columns: &str, values: &str| {
        format!("insert into members (user_id, first_name, last_name, email{columns}) values ({values})")
    };
    shop.refuses(STRANGER, &join(", classes_remaining", "auth.uid(), 'S', 'T', 's@example.com', 9"), DENIED, table);
    let policy = "row-level security policy for table \"members\"";
    shop.refuses(STRANGER, &join("", "null, 'S', 'T', 's@example.com'"), DENIED, policy);
    shop.gives(STRANGER, &join("", "auth.uid(), 'S', 'T', 's@example.com'"), "1");
    shop.gives(STRANGER, "select classes_remaining, membership_status from members", "0|active");
}

#[test]
fn b11_a_member_books_and_cancels_and_no_more() {
    let mut shop = Shop::open();
    let table = "permission denied for table bookings";
    for (column, value) in [("status", "'attended'"), ("payment_status", "'paid'"), ("amount_paid", "99")] {
        let sql = format!(
            "insert into bookings (member_id, class_schedule_id, {column})
             values ({{member ann}}, {{class open}}, {value})"
        );
        shop.refuses(ANN, &sql, DENIED, table);
    }
    let policy = "row-level security policy for table \"bookings\"";
    shop.refuses(ANN, &book("ben", "single"), DENIED, policy);
    shop.gives(ANN, &book("ann", "open"), "1");
    for change in ["class_schedule_id = {class single}", "payment_status = 'refunded'", "amount_paid = 99"] {
        shop.refuses(ANN, &format!("update bookings set {change}"), DENIED, table);
    }
    shop.refuses(ANN, "update bookings set booking_type = 'drop_in'", DENIED, "may change booking_type of bookings");
    for status in ["attended", "no_show"] {
        shop.refuses(ANN, &format!("update bookings set status = '{status}'"), DENIED, policy);
    }
    shop.refuses(ANN, "update bookings set member_id = {member ben}", DENIED, table);
    shop.gives(ANN, "delete from bookings", "0");
    shop.gives(ANN, &cancel("open"), "1");
    shop.gives(ANN, "select status, cancelled_at is not null from bookings", "cancelled|t");
    shop.gives(ANN, "update bookings set status = 'confirmed'", "0");
    shop.gives(Owner, "select status from bookings where id = {booking ben}", "confirmed");
}

#[test]
fn b22_who_cancelled_may_book_again() {
    let mut shop = Shop::open();
    shop.gives(ANN, &book("ann", "single"), "1");
    shop.refuses(ANN, &book("ann", "single"), "23505", "bookings_member_id_class_schedule_id_key");
    shop.refuses(ANN, &wait("ann", "single"), "23505", "bookings_member_id_class_schedule_id_key");
    for _ in 0..2 {
        shop.gives(ANN, &cancel("single"), "1");
        shop.gives(ANN, &book("ann", "single"), "1");
        shop.gives(ANN, COUNTERS, "1|0");
        shop.gives(ANN, "delete from bookings where false", "0");
    }
    shop.gives(ANN, "select count(*), count(*) filter (where status = 'cancelled') from bookings", "3|2");
}

#[test]
fn b43_who_is_suspended_and_what_is_cancelled_is_not_booked() {
    let mut shop = Shop::open();
    shop.gives(STAFF, "update members set membership_status = 'suspended' where id = {member ann}", "1");
    shop.refuses(ANN, &book("ann", "single"), "23514", "is not active");
    shop.refuses(ANN, &wait("ann", "single"), "23514", "is not active");
    shop.gives(
        STAFF,
        "update members set membership_status = 'active', is_active = false where id = {member ann}",
        "1",
    );
    shop.refuses(ANN, &book("ann", "single"), "23514", "is not active");
    shop.gives(STAFF, "update members set is_active = true where id = {member ann}", "1");
    for status in ["cancelled", "completed"] {
        shop.gives(
            Service,
            &format!("update class_schedules set status = '{status}' where id = {{class single}}"),
            "1",
        );
        shop.refuses(ANN, &book("ann", "single"), "23514", &format!("is {status}"));
        shop.refuses(Service, &book("ann", "single"), "23514", &format!("is {status}"));
    }
    shop.gives(Service, "update class_schedules set status = 'scheduled' where id = {class single}", "1");
    shop.gives(ANN, &book("ann", "single"), "1");
}

#[test]
fn b43_a_class_that_is_over_is_not_booked() {
    let mut shop = Shop::open();
    let past = "update class_schedules set created_at = now() - interval '9 days', scheduled_date = current_date - 2
        where id = {class single}";
    // Not even the owner moves a class into the past: the trigger is for all. A restored one is born there.
    shop.gives(Owner, &format!("set local session_replication_role = replica; {past}"), "1");
    shop.refuses(ANN, &book("ann", "single"), "23514", "is over");
}

#[test]
fn b44_a_package_pays_for_classes() {
    let mut shop = Shop::open();
    let left = "select classes_remaining from members where id = {member ann}";
    let returning = " returning payment_status, payment_method";
    shop.gives(ANN, &(book("ann", "single") + returning), "paid|package");
    shop.gives(ANN, left, "1");
    shop.gives(ANN, &cancel("single"), "1");
    shop.gives(ANN, left, "2");
    shop.gives(BEN, &book("ben", "single"), "1");
    shop.gives(ANN, &(wait("ann", "single") + returning), "pending|NULL");
    shop.gives(ANN, left, "2");
    shop.gives(
        STAFF,
        "update bookings set status = 'cancelled' where member_id = {member ben} and status = 'confirmed'
        and class_schedule_id = {class single}",
        "1",
    );
    shop.gives(ANN, "select payment_status, payment_method from bookings where status = 'confirmed'", "paid|package");
    shop.gives(ANN, &book("ann", "open"), "1");
    shop.gives(ANN, left, "0");
    shop.gives(STAFF, "delete from bookings where member_id = {member ann} and class_schedule_id = {class open}", "1");
    shop.gives(ANN, left, "1");
    // Without a package the seat is to be paid for, and nothing goes below zero.
    shop.gives(BEN, "select payment_status, payment_method from bookings where status = 'confirmed'", "pending|NULL");
    shop.gives(BEN, "select classes_remaining from members", "0");
}

#[test]
fn b52_classes_attended_are_counted() {
    let mut shop = Shop::open();
    let attended = "select total_classes_attended, checked_in_at is not null
        from bookings b join members m on m.id = b.member_id where b.id = {booking ben}";
    let set = |status: &str| format!("update bookings set status = '{status}' where id = {{booking ben}}");
    shop.gives(STAFF, &set("attended"), "1");
    shop.gives(BEN, attended, "1|t");
    shop.gives(STAFF, &set("no_show"), "1");
    shop.gives(BEN, attended, "0|t");
}
