//! The studio: seats, the waitlist, attendance, credits.

use super::Who::{Admin, Customer, Instructor, Member, Service, Staff};
use super::all_fail;

#[test]
fn a_class_is_booked_when_it_can_be_and_once() {
    all_fail(&[
        (Member, "insert into bookings (member_id, class_schedule_id) values ({member mia}, {cancelled})", "23514"),
        (
            Member,
            "insert into bookings (member_id, class_schedule_id) values ({member mia}, {past class ivo})",
            "23514",
        ),
        (Member, "insert into bookings (member_id, class_schedule_id) values ({member mia}, {class ines})", "23505"),
        (Member, "insert into bookings (member_id, class_schedule_id) values ({member nora}, {class ines})", "42501"),
        (Customer, "insert into bookings (member_id, class_schedule_id) values ({member mia}, {class ivo})", "42501"),
        (Member, "select book_class({cancelled})", "23514"),
        (Member, "select book_class({past class ivo})", "23514"),
        (Member, "select book_class({class ivo}, {member nora})", "42501"),
        (Customer, "select book_class({class ivo})", "42501"),
    ]);
}

#[test]
fn nobody_jumps_the_waitlist() {
    all_fail(&[
        (Member, "update bookings set booking_type = 'regular' where booking_type = 'waitlist'", "42501"),
        (Member, "update bookings set waitlist_seq = 0", "42501"),
        (Member, "update bookings set promoted_at = now()", "42501"),
        (Member, "update bookings set class_schedule_id = {class ivo}", "42501"),
        (
            Member,
            "insert into bookings (member_id, class_schedule_id, waitlist_seq) values ({member mia}, {class ivo}, 0)",
            "42501",
        ),
    ]);
}

#[test]
fn attendance_and_payment_are_not_the_members_to_say() {
    all_fail(&[
        (Member, "update bookings set status = 'attended' where id = {booking class ines}", "42501"),
        (Member, "update bookings set status = 'no_show' where id = {booking class ines}", "42501"),
        (Member, "update bookings set payment_status = 'paid'", "42501"),
        (Staff, "update bookings set payment_status = 'paid'", "42501"),
        (Member, "update bookings set member_package_id = {bought class ines}", "42501"),
        (Member, "delete from bookings", "nothing"),
        (Member, "select set_attendance({booking class ines}, 'attended')", "42501"),
        (Instructor, "select set_attendance({booking class ivo}, 'attended')", "42501"),
        (Instructor, "update bookings set status = 'attended'", "nothing"),
        (Member, "update class_schedules set max_participants = 100", "nothing"),
        (Admin, "update class_schedules set current_bookings = 0", "42501"),
        (Member, "insert into class_feedback (booking_id, rating) values ({booking class ines}, 5)", "42501"),
        (Member, "insert into class_feedback (booking_id, rating) values ({attended class ivo}, 1)", "42501"),
    ]);
}

#[test]
fn credits_are_bought() {
    all_fail(&[
        (Member, "update members set classes_remaining = 99", "42501"),
        (Staff, "update members set classes_remaining = 99", "42501"),
        (Member, "update members set membership_status = 'active', membership_type = 'gold'", "42501"),
        (Member, "update member_packages set classes_remaining = 99", "42501"),
        (Member, "update member_packages set expires_on = current_date + 999", "42501"),
        (
            Member,
            "insert into class_credit_transactions (member_id, transaction_type, credits, balance_after) values ({member mia}, 'grant', 9, 9)",
            "42501",
        ),
        (Member, "select adjust_class_credits({member mia}, 9, 'because')", "42501"),
        (Instructor, "select adjust_class_credits({member mia}, 9, 'because')", "42501"),
        (Member, "update invoices set status = 'paid'", "42501"),
        (Member, "select record_payment(1, 'cash', null, {invoice class ines})", "42501"),
        (Service, "update class_credit_transactions set credits = 99", "42501"),
        (Service, "truncate class_credit_transactions", "42501"),
    ]);
}

#[test]
fn a_call_with_somebody_elses_ids_is_a_call_for_nothing() {
    all_fail(&[
        (Member, "select cancel_booking({booking class ivo})", "42501"),
        (Customer, "select cancel_booking({booking class ines})", "42501"),
        (Member, "select freeze_package({bought class ivo}, current_date, current_date + 1)", "42501"),
        (Member, "select cancel_subscription({bought class ivo})", "42501"),
        (Member, "select purchase_package({package main}, {member nora})", "42501"),
        (Instructor, "select cancel_class({class ivo})", "42501"),
        (Instructor, "select complete_class({past class ivo})", "42501"),
        (Instructor, "select request_substitute({class ivo})", "42501"),
        (Member, "select accept_substitution({request class ivo})", "42501"),
        (Member, "select generate_class_schedules({series class ines}, current_date, current_date + 60)", "42501"),
        (Instructor, "select split_class_series({series class ivo}, current_date + 60)", "42501"),
        (Instructor, "update instructor_time_off set status = 'approved'", "42501"),
    ]);
}
