//! Two studios of one organization, and one of another: staff of one see nothing of the others.

use crate::shop::{ADMIN, ANN, BEN, Owner, STAFF, STRANGER, Service, Shop};

/// The staff of the fixture works everywhere in the default organization; here, in its second studio only.
const STUDIOS: &str = "insert into locations (id, name, code) values ({location uptown}, 'Uptown', 'UP');
    insert into organizations (id, name, slug) values ({org other}, 'Other', 'other');
    insert into locations (id, organization_id, name, code) values ({location other}, {org other}, 'Other', 'O');
    insert into class_types (id, organization_id, name, duration, max_participants, price)
        values ({type other}, {org other}, 'Other', 60, 5, 1);
    insert into members (id, organization_id, home_location_id, first_name, last_name, email)
        values ({member other}, {org other}, {location other}, 'O', 'O', 'ann@example.com');
    update user_roles set location_id = {location uptown} where role = 'staff'";

#[test]
fn staff_see_their_own_studio() {
    let mut shop = Shop::open();
    shop.gives(STAFF, "select count(*) from bookings", "1");
    shop.gives(Owner, STUDIOS, "1");
    for table in ["bookings", "booking_events", "members", "class_credit_transactions", "member_packages"] {
        shop.gives(STAFF, &format!("select count(*) from {table}"), "0");
    }
    for change in [
        "update bookings set booking_notes = 'x'",
        "delete from bookings",
        "update members set phone = '1'",
        "update class_schedules set special_notes = 'x'",
        "delete from class_schedules",
    ] {
        shop.gives(STAFF, change, "0");
    }
    shop.refuses(STAFF, "select cancel_class({class open})", "42501", "no class of yours");
    shop.refuses(STAFF, "select class_roster({class open})", "42501", "no class of yours");
    shop.refuses(STAFF, "select adjust_class_credits({member ann}, 9, 'gift')", "42501", "no member of yours");
    shop.refuses(STAFF, "select book_class({class open}, {member ann})", "42501", "row-level security");
    let room =
        |place: &str| format!("insert into rooms (location_id, name, capacity) values ({{location {place}}}, 'R', 9)");
    shop.gives(STAFF, &room("uptown"), "1");
    shop.refuses(STAFF, &room("other"), "42501", "row-level security");
}

#[test]
fn nothing_crosses_organizations_whoever_writes_it() {
    let mut shop = Shop::open();
    shop.gives(Owner, STUDIOS, "1");
    let book = "insert into bookings (member_id, class_schedule_id) values ({member other}, {class open})";
    shop.refuses(Service, book, "23503", "belongs to another organization");
    let plan = "insert into class_schedules (class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants)
        values ({type other}, {instructor teacher}, current_date + 9, '09:00', '10:00', 5)";
    shop.refuses(Service, plan, "23503", "belongs to another organization");
    let series =
        "insert into class_series (location_id, class_type_id, instructor_id, rrule, dtstart, start_time, end_time)
        values ({location other}, {type other}, {instructor teacher}, 'FREQ=WEEKLY', current_date, '09:00', '10:00')";
    shop.refuses(Service, series, "23503", "belongs to another organization");
    let train =
        "insert into instructor_class_types (instructor_id, class_type_id) values ({instructor teacher}, {type other})";
    shop.refuses(Service, train, "23503", "belongs to another organization");
    let home = "update members set home_location_id = {location other} where id = {member ann}";
    shop.refuses(ANN, home, "23503", "members_organization_id_home_location_id_fkey");
    // The same person may be known to both, each for itself.
    shop.gives(Owner, "select count(*) from members where email = 'ann@example.com'", "2");
}

#[test]
fn a_profile_is_claimed_by_its_confirmed_address_only() {
    let mut shop = Shop::open();
    let profile = "insert into members (id, first_name, last_name, email) values ({member walk}, 'W', 'I', 'Stranger@example.com')";
    shop.gives(Owner, profile, "1");
    shop.refuses(STRANGER, "select claim_profile()", "42501", "confirm your e-mail address first");
    shop.gives(Owner, "update auth.users set email_confirmed_at = now() where id = {user stranger}", "1");
    shop.gives(STRANGER, "select claim_profile() ->> 'members'", "1");
    shop.gives(STRANGER, "select first_name from members", "W");
    // What is somebody's already is nobody else's.
    shop.gives(
        Owner,
        "update auth.users set email_confirmed_at = now(), email = 'x@example.com' where id = {user ann};
        update auth.users set email = 'ann@example.com' where id = {user stranger}",
        "1",
    );
    shop.gives(STRANGER, "select claim_profile() ->> 'members'", "0");
    shop.gives(Owner, "select user_id = {user ann} from members where id = {member ann}", "t");
}

#[test]
fn who_is_forgotten_leaves_the_books_and_no_name() {
    let mut shop = Shop::open();
    let forget = "select forget_person(member_id => {member ben}, customer_id => {customer ben})";
    for caller in [ANN, STAFF] {
        shop.refuses(caller, forget, "42501", "nobody of yours");
    }
    shop.refuses(ADMIN, forget, "23514", "has bookings to come");
    shop.gives(BEN, "select status from cancel_booking({booking ben})", "cancelled");
    shop.gives(ADMIN, forget, "NULL");
    shop.gives(Owner, "select first_name, user_id, is_active from members where id = {member ben}", "Forgotten|NULL|f");
    shop.gives(Owner, "select count(*) from bookings where member_id = {member ben}", "1");
    shop.gives(BEN, "select count(*) from members", "0");
}
