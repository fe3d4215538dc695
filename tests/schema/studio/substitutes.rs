//! Instructors: who can teach when, time off, and who takes a class over.

use crate::shop::{ANN, BEN, Owner, STAFF, SUBSTITUTE, Shop, TEACHER};

const WHO: &str = "select first_name from available_substitutes({class single})";
const ASK: &str = "select status from request_substitute({class single}, 'flu')";
const ACCEPT: &str = "select status, filled_by_instructor_id = {instructor substitute}
    from accept_substitution((select id from substitute_requests where status = 'open'))";

#[test]
fn the_first_who_can_takes_the_class() {
    let mut shop = Shop::open();
    shop.gives(TEACHER, WHO, "Sub");
    shop.gives(TEACHER, ASK, "open");
    shop.gives(TEACHER, ASK, "open");
    shop.gives(SUBSTITUTE, "select count(*), max(kind) from notifications", "1|substitute_wanted");
    shop.gives(SUBSTITUTE, ACCEPT, "filled|t");
    shop.gives(
        ANN,
        "select substitute_instructor_id = {instructor substitute} from class_schedules where id = {class single}",
        "t",
    );
    let again = "select accept_substitution((select id from substitute_requests))";
    shop.refuses(SUBSTITUTE, again, "23514", "the request is already filled");
    for caller in [ANN, BEN] {
        shop.refuses(caller, ASK, "42501", "no class of yours");
        shop.refuses(caller, WHO, "42501", "no class of yours");
    }
    shop.refuses(
        TEACHER,
        "select accept_substitution((select id from substitute_requests))",
        "42501",
        "no request for you",
    );
}

#[test]
fn who_cannot_is_not_asked_and_not_taken() {
    let mut shop = Shop::open();
    let day = "(select extract(dow from scheduled_date) from class_schedules where id = {class single})";
    let assign =
        "update class_schedules set substitute_instructor_id = {instructor substitute} where id = {class single}";
    let hours = |from: &str, to: &str| {
        format!(
            "insert into instructor_availability (instructor_id, day_of_week, start_time, end_time)
            values ({{instructor substitute}}, {day}, '{from}', '{to}')"
        )
    };
    shop.gives(SUBSTITUTE, &hours("14:00", "18:00"), "1");
    shop.gives(TEACHER, WHO, "0");
    shop.gives(TEACHER, ASK, "open");
    shop.refuses(SUBSTITUTE, ACCEPT, "23514", "not available for this class");
    shop.refuses(STAFF, assign, "23514", "not available for this class");
    shop.gives(SUBSTITUTE, &hours("08:00", "10:00"), "1");
    shop.gives(TEACHER, WHO, "Sub");
    shop.gives(
        STAFF,
        "insert into class_types (id, name, duration, max_participants, price) values ({type yin}, 'Yin', 60, 5, 9)",
        "1",
    );
    shop.gives(STAFF, "insert into instructor_class_types (instructor_id, class_type_id) values ({instructor substitute}, {type yin})", "1");
    shop.gives(TEACHER, WHO, "0");
    shop.gives(STAFF, "update instructor_class_types set class_type_id = {type vinyasa}", "1");
    // Staff who settle it by hand settle the request.
    shop.gives(STAFF, assign, "1");
    shop.gives(TEACHER, "select status from substitute_requests", "filled");
    shop.refuses(ANN, &hours("01:00", "02:00"), "42501", "row-level security");
}

#[test]
fn who_is_away_does_not_teach() {
    let mut shop = Shop::open();
    let off = |who: &str, day: u32, status: &str| {
        format!(
            "insert into instructor_time_off (instructor_id, starts_at, ends_at, status)
            values ({{instructor {who}}}, current_date + {day}, current_date + {day} + 1, '{status}')"
        )
    };
    shop.refuses(TEACHER, &off("teacher", 5, "approved"), "42501", "row-level security");
    shop.refuses(TEACHER, &off("substitute", 5, "requested"), "42501", "row-level security");
    shop.gives(TEACHER, &off("teacher", 5, "requested"), "1");
    shop.refuses(TEACHER, "update instructor_time_off set status = 'approved'", "42501", "row-level security");
    shop.refuses(STAFF, &off("teacher", 5, "approved"), "23P01", "instructor_time_off_once");
    shop.gives(STAFF, "update instructor_time_off set status = 'approved'", "1");
    let plan = "insert into class_schedules (class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants)
        values ({type vinyasa}, {instructor teacher}, current_date + 5, '09:00', '10:00', 5)";
    shop.refuses(STAFF, plan, "23P01", "the instructor is away then");
    // And who teaches is not away.
    shop.refuses(STAFF, &off("teacher", 2, "approved"), "23P01", "the instructor teaches then");
    shop.gives(STAFF, "select status from cancel_class({class single})", "cancelled");
    shop.gives(STAFF, &off("teacher", 2, "approved"), "1");
    shop.gives(Owner, "select count(*) from private.invariants_of_studio()", "0");
}

#[test]
fn contact_and_pay_are_for_those_whom_they_concern() {
    let mut shop = Shop::open();
    let details = "select email, hourly_rate from instructor_private_details({instructor teacher})";
    shop.gives(TEACHER, details, "teacher@example.com|40.00");
    shop.gives(STAFF, details, "teacher@example.com|NULL");
    shop.gives(SUBSTITUTE, details, "0");
    shop.refuses(
        TEACHER,
        "update instructors set hourly_rate = 99 where id = {instructor teacher}",
        "42501",
        "may change hourly_rate",
    );
    shop.refuses(
        TEACHER,
        "update instructors set certifications = '{all}' where id = {instructor teacher}",
        "42501",
        "may change certifications",
    );
    shop.gives(TEACHER, "update instructors set bio = 'me' where id = {instructor teacher}", "1");
}

#[test]
fn a_room_holds_what_fits_in() {
    let mut shop = Shop::open();
    shop.gives(
        STAFF,
        "insert into rooms (id, name, capacity) values ({room small}, 'Small', 3), ({room north}, 'North', 20)",
        "2",
    );
    let put = |room: &str| {
        format!("update class_schedules set room_id = {{room {room}}} where id = {{class open}} returning room_name")
    };
    shop.refuses(STAFF, &put("small"), "23514", "room Small holds 3, not 10");
    shop.gives(STAFF, &put("north"), "North");
    shop.gives(STAFF, "update rooms set name = 'Nord' where id = {room north}", "1");
    shop.gives(ANN, "select room_name from class_schedules where id = {class open}", "Nord");
    shop.gives(
        STAFF,
        "update class_schedules set room_name = 'Garden' where id = {class open} returning room_id",
        "NULL",
    );
    shop.refuses(ANN, "insert into rooms (name, capacity) values ('Mine', 1)", "42501", "row-level security");
}
