//! Classes: their day and hours, and that a room and an instructor are in one class at a time.

use std::process::Command;

use crate::shop::{Owner, STAFF, Service, Shop};
use crate::support::{Cluster, succeed};

/// The day of the single class.
const DAY: &str = "(select scheduled_date from class_schedules where id = {class single})";

/// A class on that day: hours, room and instructor.
fn class(hours: &str, room: &str, instructor: &str) -> String {
    let (start, end) = hours.split_once('-').unwrap();
    format!(
        "insert into class_schedules (class_type_id, instructor_id, room_name, scheduled_date, start_time, end_time,
             max_participants)
         values ({{type vinyasa}}, {{instructor {instructor}}}, {room}, {DAY}, '{start}', '{end}', 5)"
    )
}

/// A class that took place two days ago, as a backup of it holds it.
const PAST: &str =
    "insert into class_schedules (id, class_type_id, instructor_id, scheduled_date, start_time, end_time,
        max_participants, created_at)
    values ({class past}, {type vinyasa}, {instructor teacher}, current_date - 2, '09:00', '10:00', 5,
        now() - interval '9 days');
    insert into bookings (id, member_id, class_schedule_id, created_at)
    values ({booking past}, {member ben}, {class past}, now() - interval '8 days')";

#[test]
fn b18_a_class_is_not_planned_in_the_past() {
    let mut shop = Shop::open();
    let late = class("09:00-10:00", "null", "teacher").replace(DAY, "current_date - 1");
    shop.refuses(STAFF, &late, "23514", "check_schedule_future_date");
    let move_back = "update class_schedules set scheduled_date = current_date - 1";
    shop.refuses(STAFF, move_back, "23514", "which is past");
    let rewrite = "update class_schedules set created_at = '2000-01-01'";
    shop.refuses(STAFF, rewrite, "42501", "permission denied for table class_schedules");
    shop.gives(STAFF, "update class_schedules set scheduled_date = current_date + 9 where id = {class open}", "1");
}

#[test]
fn b18_a_past_class_stays_changeable() {
    let mut shop = Shop::open();
    shop.gives(Owner, PAST, "1");
    shop.gives(STAFF, "update class_schedules set special_notes = 'rain' where id = {class past}", "1");
    shop.gives(STAFF, "update bookings set status = 'cancelled' where id = {booking past}", "1");
    shop.gives(STAFF, "select status from complete_class({class past})", "completed");
    shop.gives(Owner, "select current_bookings from class_schedules where id = {class past}", "0");
}

#[test]
fn b18_the_day_does_not_depend_on_the_session() {
    let mut shop = Shop::open();
    // 26 hours apart: between them it is never the same day.
    for zone in ["Etc/GMT+12", "Pacific/Kiritimati"] {
        let today = class("23:58-23:59", "null", "teacher").replace(DAY, "(now() at time zone 'UTC')::date");
        let sql = format!(
            "set local timezone = '{zone}'; {today};
             update class_schedules set special_notes = 'x' where start_time = '23:58';
             update class_schedules set scheduled_date = scheduled_date + 1 where start_time = '23:58';
             delete from class_schedules where start_time = '23:58'"
        );
        shop.gives(Owner, &sql, "1");
        let yesterday = today.replace("::date", "::date - 1");
        let sql = format!("set local timezone = '{zone}'; {yesterday}");
        shop.refuses(Owner, &sql, "23514", "check_schedule_future_date");
        let there = today
            .replace("max_participants)", "max_participants, time_zone)")
            .replace(", 5)", &format!(", 5, '{zone}')"));
        let there = there.replace("'UTC'", &format!("'{zone}'"));
        shop.gives(Owner, &format!("{there}; delete from class_schedules where start_time = '23:58'"), "1");
    }
}

#[test]
fn b18_an_old_backup_can_be_restored() {
    let mut shop = Shop::open();
    shop.gives(Owner, PAST, "1");
    let counts = "select (select count(*) from class_schedules), (select count(*) from bookings),
        (select sum(current_bookings) from class_schedules), (select count(*) from orders)";
    let before = shop.attempt(Owner, counts).unwrap();
    assert_eq!(before, "3|2|2|2");
    let dump = tempfile::NamedTempFile::new().unwrap();
    succeed(Command::new("pg_dump").args(["--format=plain", "-d", &shop.url, "-f"]).arg(dump.path()));
    let url = Cluster::shared().database();
    succeed(Command::new("psql").args(["-Xqv", "ON_ERROR_STOP=1", "-d", &url, "-f"]).arg(dump.path()));
    Shop::on(&url).gives(Owner, counts, &before);
}

#[test]
fn b24_hours_and_seats_make_sense() {
    let mut shop = Shop::open();
    shop.refuses(STAFF, &class("10:00-09:00", "null", "substitute"), "23514", "check_class_times");
    shop.refuses(STAFF, &class("10:00-10:00", "null", "substitute"), "23514", "check_class_times");
    let empty = class("10:00-11:00", "null", "substitute").replace(", 5)", ", 0)");
    shop.refuses(STAFF, &empty, "23514", "class_schedules_max_participants_check");
    shop.gives(STAFF, &class("10:00-11:00", "null", "substitute"), "1");
}

#[test]
fn b24_one_class_at_a_time_for_a_room_and_an_instructor() {
    let mut shop = Shop::open();
    let (instructor, room) = ("class_schedules_one_class_per_instructor", "class_schedules_one_class_per_room");
    shop.refuses(STAFF, &class("09:30-10:30", "'South'", "teacher"), "23P01", instructor);
    shop.refuses(STAFF, &class("09:30-10:30", "'North'", "substitute"), "23P01", room);
    shop.gives(STAFF, &class("09:30-10:30", "'South'", "substitute"), "1");
    // Back to back, and somewhere without a name.
    shop.gives(STAFF, &class("10:00-11:00", "'North'", "teacher"), "1");
    shop.gives(STAFF, &class("08:00-09:00", "null", "teacher"), "1");
    // Who stands in counts, not who is stood in for.
    let stand_in =
        "update class_schedules set substitute_instructor_id = {instructor substitute} where id = {class single}";
    shop.refuses(STAFF, stand_in, "23P01", instructor);
    shop.gives(STAFF, "delete from class_schedules where room_name = 'South'", "1");
    shop.gives(STAFF, stand_in, "1");
    shop.gives(STAFF, &class("09:15-09:45", "'South'", "teacher"), "1");
    // What is cancelled takes no place, until it is taken up again.
    shop.gives(STAFF, "select status from cancel_class({class single})", "cancelled");
    shop.gives(STAFF, &class("09:00-10:00", "'North'", "substitute"), "1");
    let again = "update class_schedules set status = 'scheduled' where id = {class single}";
    shop.refuses(Service, again, "23P01", "class_schedules_one_class");
}
