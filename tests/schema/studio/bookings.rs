//! Seats and waitlists: who gets the seat that becomes free, and what a booking costs to cancel.

use crate::shop::{ANN, BEN, Owner, STAFF, STRANGER, SUBSTITUTE, Service, Shop, TEACHER};

/// Three more members, with accounts of no fixture name, and one seat that Ann has.
const QUEUE: &str = "insert into members (id, first_name, last_name, email)
        select md5('member ' || n)::uuid, n, n, n || '@example.com' from unnest('{one,two,three}'::text[]) n;
    insert into bookings (id, member_id, class_schedule_id) values ({booking ann}, {member ann}, {class single});
    insert into bookings (member_id, class_schedule_id, booking_type)
        select md5('member ' || n)::uuid, {class single}, 'waitlist' from unnest('{one,two,three}'::text[]) n";
const SEATED: &str = "select string_agg(m.first_name, ' ' order by b.waitlist_seq nulls first)
    from bookings b join members m on m.id = b.member_id
    where b.class_schedule_id = {class single} and b.status <> 'cancelled' and b.booking_type <> 'waitlist'";
const LATE: &str = "update locations set cancellation_window_minutes = 10000";
const CLEAN: &str = "select count(*) from private.invariants_of_studio()";

fn cancel(name: &str) -> String {
    format!(
        "update bookings set status = 'cancelled' where member_id = {{member {name}}} and status = 'confirmed'
        and class_schedule_id = {{class single}}"
    )
}

#[test]
fn the_one_who_waited_longest_is_next() {
    let mut shop = Shop::open();
    shop.gives(Owner, QUEUE, "3");
    shop.gives(ANN, "select status from cancel_booking({booking ann})", "cancelled");
    shop.gives(Owner, SEATED, "one");
    shop.gives(Owner, &cancel("two"), "1");
    shop.gives(Owner, SEATED, "one");
    shop.gives(Owner, &cancel("one"), "1");
    shop.gives(Owner, SEATED, "three");
    shop.gives(
        Owner,
        "select string_agg(event_type, ' ' order by seq) from booking_events e
        join bookings b on b.id = e.booking_id where b.member_id = {member three}",
        "waitlisted promoted",
    );
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn nobody_jumps_the_queue() {
    let mut shop = Shop::open();
    shop.gives(Owner, QUEUE, "3");
    let jump = "update bookings set booking_type = 'regular' where member_id = {member two}";
    shop.refuses(STAFF, jump, "23514", "others have waited longer");
    shop.refuses(Service, jump, "23514", "others have waited longer");
    let seq = "update bookings set waitlist_seq = 0 where member_id = {member two}";
    shop.refuses(STAFF, seq, "42501", "permission denied for table bookings");
    // More seats go to the queue, not to who asks next.
    shop.gives(STAFF, "update class_schedules set max_participants = 3 where id = {class single}", "1");
    shop.gives(Owner, SEATED, "Ann one two");
    shop.gives(BEN, "select booking_type from book_class({class single})", "waitlist");
    shop.gives(BEN, "select waitlist_position from my_bookings where status = 'waiting'", "2");
    shop.gives(STAFF, "select string_agg(position::text, ' ' order by position) from class_waitlist", "1 2");
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn who_may_not_come_any_more_loses_the_place() {
    let mut shop = Shop::open();
    shop.gives(Owner, QUEUE, "3");
    shop.gives(STAFF, "update members set membership_status = 'suspended' where id = {member one}", "1");
    shop.gives(ANN, "select status from cancel_booking({booking ann}, 'ill')", "cancelled");
    shop.gives(Owner, SEATED, "two");
    shop.gives(
        Owner,
        "select status, cancellation_reason from bookings where member_id = {member one}",
        "cancelled|membership is not active",
    );
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn the_waitlist_has_an_end_and_closes() {
    let mut shop = Shop::open();
    shop.gives(Owner, QUEUE, "3");
    shop.gives(STAFF, "update class_schedules set waitlist_capacity = 3 where id = {class single}", "1");
    shop.refuses(BEN, "select book_class({class single})", "23514", "the waitlist of class");
    shop.gives(Owner, "update locations set waitlist_close_minutes = 10000", "1");
    // Too late to count on anybody: the seat is whoever's comes first.
    shop.gives(ANN, "select status from cancel_booking({booking ann})", "cancelled");
    shop.gives(BEN, "select booking_type from book_class({class single})", "regular");
    shop.gives(Owner, SEATED, "Ben");
}

#[test]
fn who_cancels_late_pays_and_whose_class_is_cancelled_does_not() {
    let mut shop = Shop::open();
    let left = "select classes_remaining from members";
    shop.gives(Owner, LATE, "1");
    shop.gives(ANN, "select credits_used from book_class({class single})", "1");
    shop.gives(ANN, left, "1");
    shop.gives(ANN, "select is_late_cancel, credits_used from cancel_booking((select id from bookings))", "t|1");
    shop.gives(ANN, left, "1");
    shop.gives(ANN, "select credits_used from book_class({class open})", "1");
    shop.gives(ANN, left, "0");
    shop.gives(STAFF, "select status from cancel_class({class open}, 'storm')", "cancelled");
    shop.gives(ANN, left, "1");
    shop.gives(
        ANN,
        "select is_late_cancel, cancellation_reason from bookings where class_schedule_id = {class open}",
        "f|storm",
    );
    shop.gives(Owner, "select count(*) from notifications where kind = 'class_cancelled'", "2");
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn asking_twice_books_once() {
    let mut shop = Shop::open();
    let book = "select id = (select id from bookings where status = 'confirmed') from book_class({class open})";
    shop.gives(ANN, "select status from book_class({class open})", "confirmed");
    shop.gives(ANN, book, "t");
    shop.gives(ANN, "select count(*), max(classes_remaining) from bookings, members", "1|1");
    shop.refuses(STRANGER, "select book_class({class open})", "42501", "row-level security");
    shop.refuses(BEN, "select book_class({class open}, {member ann})", "42501", "row-level security");
    shop.gives(STAFF, "select status from book_class({class single}, {member ann})", "confirmed");
    shop.refuses(BEN, "select book_class({class single}, join_waitlist => false)", "23514", "check_booking_capacity");
    shop.refuses(
        BEN,
        "select cancel_booking((select id from bookings where member_id = {member ann}))",
        "42501",
        "no booking of yours",
    );
}

#[test]
fn booking_opens_and_may_cost() {
    let mut shop = Shop::open();
    shop.gives(Owner, "update locations set booking_opens_days = 2", "1");
    shop.refuses(ANN, "select book_class({class open})", "23514", "booking opens 2 days ahead");
    shop.gives(STAFF, "select status from book_class({class open}, {member ann})", "confirmed");
    shop.gives(Owner, "update locations set booking_opens_days = 30, require_payment_to_book = true", "1");
    shop.refuses(BEN, "select book_class({class single})", "23514", "no package pays for this class");
    shop.gives(
        STAFF,
        "select payment_status, amount_due from book_class({class single}, {member ben})",
        "pending|15.00",
    );
    let pay = "select amount from record_payment(15, 'cash', booking_id =>
        (select id from bookings where member_id = {member ben} and class_schedule_id = {class single}))";
    shop.gives(STAFF, pay, "15.00");
    shop.gives(
        BEN,
        "select payment_status, amount_paid from bookings where class_schedule_id = {class single}",
        "paid|15.00",
    );
    shop.gives(Owner, CLEAN, "0");
}

#[test]
fn the_teacher_knows_who_comes_and_says_who_came() {
    let mut shop = Shop::open();
    shop.gives(Owner, "update members set medical_conditions = 'knee' where id = {member ben}", "1");
    let roster = "select first_name, last_initial, medical_conditions, is_first_class from class_roster({class open})";
    // The substitute is the teacher of the open class.
    shop.gives(SUBSTITUTE, roster, "Ben|B|knee|t");
    for caller in [ANN, TEACHER] {
        shop.refuses(caller, roster, "42501", "no class of yours");
        shop.refuses(caller, "select set_attendance({booking ben}, 'attended')", "42501", "no class of yours");
    }
    shop.gives(SUBSTITUTE, "select count(*) from members", "0");
    shop.refuses(SUBSTITUTE, "select set_attendance({booking ben}, 'attended')", "23514", "two hours before");
    shop.gives(Owner, "select status from set_attendance({booking ben}, 'attended')", "attended");
    shop.gives(BEN, "select total_classes_attended from members", "1");
    shop.gives(BEN, "insert into class_feedback (booking_id, rating) values ({booking ben}, 5)", "1");
    shop.gives(BEN, "select segment, attended_30d, weeks_in_a_row from member_engagement", "active|1|1");
    shop.gives(
        BEN,
        "insert into member_goals (member_id, goal_type, title, target_value)
        values ({member ben}, 'classes_total', 'Ten', 10)",
        "1",
    );
    shop.gives(BEN, "select current_value, percent_complete, is_reached from member_goal_progress", "1|10.0|f");
    let policy = "row-level security policy for table \"class_feedback\"";
    shop.refuses(ANN, "insert into class_feedback (booking_id, rating) values ({booking ben}, 1)", "42501", policy);
}

#[test]
fn a_class_that_is_over_is_completed() {
    let mut shop = Shop::open();
    shop.refuses(STAFF, "select complete_class({class open})", "23514", "is not over");
    let past = "set local session_replication_role = replica;
        update class_schedules set created_at = now() - interval '9 days', scheduled_date = current_date - 2 where id = {class open}";
    shop.gives(Owner, past, "1");
    shop.refuses(BEN, "update bookings set status = 'cancelled'", "23514", "has begun");
    shop.gives(Owner, "select private.complete_finished_classes()", "1");
    shop.gives(
        BEN,
        "select b.status, s.status from bookings b join class_schedules s on s.id = b.class_schedule_id",
        "no_show|completed",
    );
    shop.gives(Owner, "select private.complete_finished_classes()", "0");
    shop.gives(Owner, CLEAN, "0");
}
