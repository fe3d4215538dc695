//! Recurring classes: which days a rule means, what the clock says in summer and winter, and that exceptions stay.

use crate::shop::{ANN, BARISTA, Owner, STAFF, Shop, TEACHER};

/// A studio in New York with a class every Sunday, at hours, from next week on.
fn sundays(hours: &str) -> String {
    let (start, end) = hours.split_once('-').unwrap();
    format!(
        "update locations set time_zone = 'America/New_York' where is_default;
         insert into class_series (id, class_type_id, instructor_id, rrule, dtstart, start_time, end_time)
         values ({{series sunday}}, {{type vinyasa}}, {{instructor teacher}}, 'FREQ=WEEKLY;BYDAY=SU', current_date + 7,
             '{start}', '{end}')"
    )
}

/// The nth Sunday of the series, from 0.
fn sunday(n: u32) -> String {
    format!(
        "(select d + 7 * {n} from generate_series(7, 13) n, date(current_date + n) d where extract(dow from d) = 0)"
    )
}

fn generate(until: &str) -> String {
    format!(
        "select outcome, count(*) from generate_class_schedules({{series sunday}}, ({until})::date)
         group by outcome order by outcome"
    )
}

#[test]
fn days_of_rules() {
    let mut shop = Shop::open();
    // 2026-11-02 is a Monday.
    for (rule, days) in [
        ("FREQ=WEEKLY", "02 09 16 23 30"),
        ("FREQ=WEEKLY;BYDAY=WE,MO", "02 04 09 11 16 18 23 25 30"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "02 08 16 22 30"),
        // Where weeks begin on Sunday, the 8th is of the second one.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", "02 15 16 29 30"),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=TU,TH", "03 05 10"),
        ("RRULE:FREQ=WEEKLY;UNTIL=20261116", "02 09 16"),
        // Of a month: the first Sunday was before the first day.
        ("FREQ=MONTHLY;BYDAY=1SU", "NULL"),
        ("BYDAY=1MO,-1MO,3FR;FREQ=MONTHLY", "02 20 30"),
        ("FREQ=MONTHLY;BYDAY=4TU;COUNT=1", "24"),
    ] {
        let sql = format!(
            "select string_agg(to_char(d, 'DD'), ' ') from private.rrule_dates('{rule}', '2026-11-02', '2026-11-01', '2026-11-30') d"
        );
        shop.gives(Owner, &sql, days);
    }
    // A window in the middle counts from the first day all the same.
    let sql = "select string_agg(d::text, ' ')
        from private.rrule_dates('FREQ=WEEKLY;COUNT=4', '2026-11-02', '2026-11-10', '2027-01-01') d";
    shop.gives(Owner, sql, "2026-11-16 2026-11-23");
    let sql = "select string_agg(to_char(d, 'MMDD'), ' ')
        from private.rrule_dates('FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU', '2026-11-02', '2026-11-02', '2027-03-31') d";
    shop.gives(Owner, sql, "1129 0103 0131 0307 0328");
}

#[test]
fn a_rule_that_is_not_understood_is_refused() {
    let mut shop = Shop::open();
    for (rule, words) in [
        ("FREQ=DAILY", "\"FREQ=DAILY\" is not understood"),
        ("FREQ=WEEKLY;BYDAY=1MO", "\"BYDAY=1MO\" is not understood"),
        ("FREQ=WEEKLY;BYMONTH=3", "\"BYMONTH=3\" is not understood"),
        ("FREQ=WEEKLY;INTERVAL=0", "\"INTERVAL=0\" is not understood"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "not both of UNTIL and COUNT"),
        ("BYDAY=MO", "needs FREQ"),
        ("FREQ=MONTHLY", "needs BYDAY"),
        ("FREQ=MONTHLY;BYDAY=SU", "\"BYDAY=SU\" is not understood"),
        ("FREQ=MONTHLY;BYDAY=5SU", "\"BYDAY=5SU\" is not understood"),
        ("FREQ=WEEKLY;FREQ=WEEKLY", "FREQ is given twice"),
    ] {
        shop.refuses(STAFF, &sundays("09:00-10:00").replace("FREQ=WEEKLY;BYDAY=SU", rule), "22023", words);
    }
}

#[test]
fn nine_o_clock_is_nine_o_clock_in_summer_and_winter() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("09:00-10:00"), "1");
    shop.gives(STAFF, &format!("select outcome, count >= 56 from ({}) g", generate("current_date + 400")), "created|t");
    let clocks = "select string_agg(distinct (starts_at at time zone 'America/New_York')::time::text, ' '),
            string_agg(distinct (starts_at at time zone 'UTC')::time::text, ' '),
            string_agg(distinct (ends_at - starts_at)::text, ' ')
        from class_schedules where class_series_id = {series sunday}";
    shop.gives(ANN, clocks, "09:00:00|13:00:00 14:00:00|01:00:00");
}

#[test]
fn a_class_in_the_hour_that_does_not_exist_is_left_out_and_said_so() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("02:30-03:00"), "1");
    let outcomes = "select bool_or(outcome = 'conflict: check_class_times_exist'), count(*) filter (where outcome = 'created') > 50
        from generate_class_schedules({series sunday}, current_date + 400)";
    shop.gives(STAFF, outcomes, "t|t");
}

#[test]
fn exceptions_stay_when_the_series_is_expanded_again() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("09:00-10:00"), "1");
    let exception = |day: &str, columns: &str, values: &str| {
        format!(
            "insert into class_series_exceptions (class_series_id, occurrence_date, exception_type{columns})
             values ({{series sunday}}, {day}, {values})"
        )
    };
    shop.gives(STAFF, &exception(&sunday(1), "", "'cancelled'"), "1");
    let moved = exception(
        &sunday(2),
        ", new_date, new_start_time, new_end_time",
        &format!("'moved', {} + 1, '11:00', '12:00'", sunday(2)),
    );
    shop.gives(STAFF, &moved, "1");
    shop.gives(STAFF, &exception(&format!("{} + 2", sunday(0)), "", "'extra'"), "1");
    shop.gives(STAFF, &generate(&sunday(5)), "cancelled|1\ncreated|6");
    let timetable = format!(
        "select string_agg(scheduled_date - {} || '@' || to_char(start_time, 'HH24'), ' ' order by starts_at)
         from class_schedules where class_series_id = {{series sunday}} and status = 'scheduled'",
        sunday(0)
    );
    let expected = shop.attempt(STAFF, &timetable).unwrap();
    assert!(expected.starts_with("0@09 2@09 15@11 21@09 28@09"), "{expected}");
    // What staff changed since stays too, and nothing comes twice.
    let later = format!(
        "update class_schedules set start_time = '12:00', end_time = '13:00' where occurrence_date = {}",
        sunday(3)
    );
    shop.gives(STAFF, &later, "1");
    shop.gives(STAFF, &generate(&sunday(5)), "cancelled|1\nexists|6");
    shop.gives(STAFF, &timetable, &expected.replace("21@09", "21@12"));
    // A class that is on the timetable already follows a new exception, and its bookings with it.
    shop.gives(
        ANN,
        &format!(
            "select status from book_class((select id from class_schedules where occurrence_date = {}))",
            sunday(0)
        ),
        "confirmed",
    );
    shop.gives(STAFF, &exception(&sunday(0), ", reason", "'cancelled', 'snow'"), "1");
    shop.gives(ANN, "select status, cancellation_reason from bookings", "cancelled|snow");
    shop.gives(ANN, "select classes_remaining from members", "2");
    shop.gives(STAFF, &generate(&sunday(5)), "cancelled|1\nexists|6");
}

#[test]
fn a_series_changes_from_a_day_on_and_booked_classes_stay() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("09:00-10:00").replace("BYDAY=SU", "BYDAY=SU;COUNT=6"), "1");
    shop.gives(Owner, "update locations set booking_opens_days = 90", "1");
    shop.gives(STAFF, &generate("current_date + 100"), "created|6");
    let booked = format!("(select id from class_schedules where occurrence_date = {})", sunday(4));
    shop.gives(ANN, &format!("select status from book_class({booked})"), "confirmed");
    let split = format!(
        "select split_class_series({{series sunday}}, {day}, '{{\"start_time\": \"10:00\", \"end_time\": \"11:00\", \"id\": \"x\"}}')
             is not null",
        day = sunday(3)
    );
    shop.gives(STAFF, &split, "t");
    let new = format!(
        "select rrule, dtstart = {}, start_time from class_series where split_from_id = {{series sunday}}",
        sunday(3)
    );
    shop.gives(STAFF, &new, "FREQ=WEEKLY;BYDAY=SU;COUNT=3|t|10:00:00");
    let new = "select outcome, count(*) from class_series s, generate_class_schedules(s.id, current_date + 100)
        where s.split_from_id = {series sunday} group by outcome order by outcome";
    shop.gives(STAFF, new, "cancelled|1\ncreated|2");
    let hours = "select string_agg(to_char(start_time, 'HH24'), ' ' order by starts_at) from class_schedules where class_series_id is not null";
    shop.gives(STAFF, hours, "09 09 09 10 09 10");
    shop.gives(STAFF, &generate("current_date + 100"), "exists|3");
}

#[test]
fn a_closure_cancels_what_is_planned_and_bars_what_is_not() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("09:00-10:00"), "1");
    shop.gives(STAFF, &generate(&sunday(2)), "created|3");
    let close = format!(
        "insert into location_closures (starts_on, ends_on, reason) values ({}, {}, 'holiday')",
        sunday(1),
        sunday(3)
    );
    shop.gives(STAFF, &close, "1");
    shop.refuses(STAFF, &close, "23P01", "location_closures_once");
    let status =
        "select string_agg(status, ' ' order by starts_at) from class_schedules where class_series_id is not null";
    shop.gives(STAFF, status, "scheduled cancelled cancelled");
    shop.gives(STAFF, &generate(&sunday(4)), "closed|1\ncreated|1\nexists|3");
}

#[test]
fn a_conflict_leaves_the_rest_of_the_series() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("09:00-10:00"), "1");
    let other = format!(
        "insert into class_schedules (class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants)
         values ({{type vinyasa}}, {{instructor teacher}}, {}, '09:30', '10:30', 5)",
        sunday(1)
    );
    shop.gives(STAFF, &other, "1");
    shop.gives(STAFF, &generate(&sunday(2)), "conflict: class_schedules_one_class_per_instructor|1\ncreated|2");
}

#[test]
fn only_staff_of_the_studio_plan() {
    let mut shop = Shop::open();
    shop.gives(Owner, &sundays("09:00-10:00"), "1");
    for caller in [ANN, BARISTA, TEACHER] {
        shop.refuses(caller, &generate("current_date + 20"), "42501", "no series of yours");
        let policy = "row-level security policy for table \"class_series_exceptions\"";
        let cancel = "insert into class_series_exceptions (class_series_id, occurrence_date, exception_type)
            values ({series sunday}, current_date + 9, 'cancelled')";
        shop.refuses(caller, cancel, "42501", policy);
    }
    shop.gives(TEACHER, "select count(*) from class_series", "1");
    shop.gives(ANN, "select count(*) from class_series", "0");
}
