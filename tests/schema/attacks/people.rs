//! Who one is: roles, profiles, other people's secrets, other tenants.

use super::Who::{Admin, Anon, Barista, Customer, Instructor, Member, OtherAdmin, Service, Staff};
use super::{all_fail, target};

#[test]
fn nobody_promotes_himself() {
    all_fail(&[
        (Customer, "insert into user_roles (user_id, role) values (auth.uid(), 'admin')", "42501"),
        (Barista, "insert into user_roles (user_id, role) values (auth.uid(), 'admin')", "42501"),
        (Staff, "insert into user_roles (user_id, role) values (auth.uid(), 'admin')", "42501"),
        (Staff, "insert into user_roles (user_id, role) values ({user bea}, 'barista')", "42501"),
        (Admin, "insert into user_roles (user_id, role) values (auth.uid(), 'staff')", "42501"),
        (Barista, "update user_roles set role = 'admin' where user_id = auth.uid()", "nothing"),
        (Staff, "update user_roles set location_id = null where user_id = auth.uid()", "nothing"),
        (Admin, "update user_roles set role = 'staff' where user_id = auth.uid()", "nothing"),
        (Customer, "update user_roles set user_id = auth.uid()", "42501"),
        (Admin, "update user_roles set user_id = auth.uid()", "42501"),
        (Admin, "update user_roles set organization_id = {other}", "42501"),
        (Barista, "delete from user_roles", "nothing"),
        (
            Admin,
            "insert into user_roles (user_id, role, organization_id) values ({user bea}, 'barista', {other})",
            "42501",
        ),
        (
            OtherAdmin,
            "insert into user_roles (user_id, role, organization_id)
             values ({user bea}, 'admin', '00000000-0000-4000-8000-000000000001')",
            "42501",
        ),
        (Anon, "select * from user_roles", "42501"),
    ]);
}

#[test]
fn nobody_takes_over_a_profile() {
    all_fail(&[
        (Customer, "update customers set user_id = auth.uid() where id = {customer bea}", "42501"),
        (Customer, "update customers set phone = '1' where id = {customer bea}", "nothing"),
        (Customer, "update customers set user_id = {user bea} where user_id = auth.uid()", "42501"),
        (Member, "update members set user_id = {user nora} where user_id = auth.uid()", "42501"),
        (
            Staff,
            "insert into customers (user_id, first_name, last_name, email)
             values ('00000000-0000-4000-8000-0000000000b1', 'M', 'M', 'm@example.com')",
            "42501",
        ),
        (
            Member,
            "insert into customers (user_id, first_name, last_name, email) values ({user bea}, 'M', 'M', 'm@example.com')",
            "42501",
        ),
        (
            Member,
            "insert into customers (user_id, first_name, last_name, email, loyalty_points)
             values (auth.uid(), 'M', 'M', 'm@example.com', 1000)",
            "42501",
        ),
        (Instructor, "update instructors set hourly_rate = 900 where user_id = auth.uid()", "42501"),
        (Instructor, "update instructors set is_active = false where id = {instructor ivo}", "nothing"),
    ]);
}

#[test]
fn nobody_reads_what_is_anothers() {
    all_fail(&[
        (Anon, "select medical_conditions from members", "42501"),
        (Customer, "select medical_conditions from members", "nothing"),
        (Barista, "select medical_conditions from members", "nothing"),
        (Instructor, "select medical_conditions from members", "nothing"),
        (Member, "select medical_conditions from members where id <> {member mia}", "nothing"),
        (OtherAdmin, "select medical_conditions from members where id <> {member oda}", "nothing"),
        (Member, "select first_name from member_engagement where member_id <> {member mia}", "nothing"),
        (Customer, "select email from customers where user_id <> auth.uid()", "nothing"),
        (Member, "select email, hourly_rate from instructors", "42501"),
        (Customer, "select code from promotions", "nothing"),
        (Staff, "select * from audit_log", "nothing"),
        (Staff, "select * from pos_webhook_events", "nothing"),
        (Staff, "select * from monitoring.slow_queries", "42501"),
        (Staff, "select * from auth.users", "42501"),
        (Admin, "select * from migrate.journal", "42501"),
        (Member, "select * from class_roster({class ivo})", "42501"),
        (Instructor, "select * from class_roster({class ivo})", "42501"),
        (Instructor, "select * from instructor_private_details({instructor ivo})", "nothing"),
    ]);
}

#[test]
fn one_location_and_one_organization_end_at_their_border() {
    all_fail(&[
        (Staff, "select * from orders where location_id = {uptown}", "nothing"),
        (Staff, "update orders set status = 'cancelled' where location_id = {uptown}", "nothing"),
        (Staff, "update inventory set min_threshold = 1 where location_id = {uptown}", "nothing"),
        (Staff, "insert into orders (location_id, order_type) values ({uptown}, 'takeaway')", "42501"),
        (Staff, "select cancel_class({class uptown})", "42501"),
        (Staff, "select post_stock_movement({stock uptown}, 'restock', 5)", "42501"),
        (Staff, "select close_pos_session({till uptown}, 0)", "42501"),
        (OtherAdmin, "select * from orders where location_id = '00000000-0000-4000-8000-000000000002'", "nothing"),
        (OtherAdmin, "update products set base_price = 0 where id = {latte main}", "nothing"),
        (OtherAdmin, "delete from bookings where id = {booking class ines}", "nothing"),
        (OtherAdmin, "update locations set name = 'Mine' where id = '00000000-0000-4000-8000-000000000002'", "nothing"),
        (OtherAdmin, "select cancel_class({class ines})", "42501"),
        (OtherAdmin, "select set_attendance({booking class ines}, 'attended')", "42501"),
        // Rows that point across the border, also from a server's hand.
        (Admin, "update products set category_id = {category elsewhere} where id = {latte main}", "23503"),
        (Service, "update products set category_id = {category elsewhere} where id = {latte main}", "23503"),
        (
            Service,
            "insert into product_components (product_id, component_product_id, quantity)
             values ({latte main}, {beans elsewhere}, 1)",
            "23503",
        ),
        (Service, "insert into inventory (location_id, product_id) values ({elsewhere}, {latte main})", "23503"),
        (Service, "insert into bookings (member_id, class_schedule_id) values ({member oda}, {class ines})", "23503"),
        (
            Service,
            "insert into orders (location_id, customer_id, order_type)
             values ('00000000-0000-4000-8000-000000000002', {customer cleo}, 'takeaway')",
            "23503",
        ),
        (
            Service,
            "insert into instructor_class_types (instructor_id, class_type_id) values ({instructor ines}, {yoga elsewhere})",
            "23503",
        ),
    ]);
}

#[test]
fn claims_that_are_emptied_or_forged_open_nothing() {
    const EMPTY: &str =
        "select set_config('request.jwt.claims', '', true) where false; set local \"request.jwt.claims\" = '';";
    const FORGED: &str = "set local \"request.jwt.claims\" = '{\"role\":\"service_role\"}';";
    let calls = [
        "select expire_loyalty_points()",
        "select refresh_sales_daily(current_date, current_date)",
        "select ingest_pos_webhook({pos main}, 'forged', 'order.created', '{}')",
        "select sync_pos_transaction({pos main}, '{}')",
        "select record_payment_failure({invoice class ines})",
        "update orders set payment_status = 'paid'",
        "insert into stock_movements (inventory_id, location_id, movement_type, quantity, balance_after)
         values ({stock main}, {uptown}, 'restock', 1, 1)",
    ];
    for call in calls {
        for begin in ["", EMPTY, FORGED] {
            let sql: &'static str = format!("{begin} {call}").leak();
            all_fail(&[(Customer, sql, "42501"), (Staff, sql, "42501"), (Anon, sql, "42501")]);
        }
    }
}

/// How much business there is.
const BUSINESS: &str = "
select string_agg(format('%s %s', b.what, b.rows), ', ' order by b.what) from (
  select 'orders' as what, count(*) as rows from orders
  union all select 'items', count(*) from order_items
  union all select 'bookings', count(*) from bookings
  union all select 'payments', count(*) from payments
  union all select 'credits', count(*) from class_credit_transactions
  union all select 'points', count(*) from loyalty_transactions
  union all select 'people', (select count(*) from customers) + (select count(*) from members) + (select count(*) from instructors)
) as b";

#[test]
fn an_account_that_is_deleted_takes_no_business_along() {
    let mut client = target();
    let mut transaction = client.transaction().unwrap();
    let mut ask = |sql: &str| -> String { transaction.query_one(sql, &[]).unwrap().get(0) };
    let before = ask(BUSINESS);
    assert!(before.contains("bookings 12") && before.contains("orders 8"), "{before}");
    assert_eq!(ask("with gone as (delete from auth.users returning 1) select (count(*) > 10)::text from gone"), "true");
    assert_eq!(ask(BUSINESS), before);
    let owned = "select ((select count(*) from user_roles) + (select count(user_id) from customers) + (select count(user_id) from members))::text";
    assert_eq!(ask(owned), "0", "roles go with their user, and profiles are nobody's");
}
