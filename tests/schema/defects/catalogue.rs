//! Rows that the source lets in: impossible values, missing ones, and accounts that can never go.

use crate::shop::{Owner, STAFF, Service, Shop};

#[test]
fn b2_updated_at_is_stamped_on_every_table_that_has_it() {
    let mut shop = Shop::open();
    let alert =
        "insert into inventory_alerts (product_id, alert_type, message) values ({product old}, 'low_stock', '')";
    shop.gives(Owner, alert, "1");
    let sql = "select attrelid::regclass from pg_attribute join pg_class c on c.oid = attrelid
        where attname = 'updated_at' and relnamespace = 'public'::regnamespace and relkind = 'r'";
    let tables = shop.attempt(Owner, sql).unwrap();
    assert!(tables.lines().count() > 12, "{tables}");
    for table in tables.lines() {
        let stale = format!(
            "update {table} set updated_at = '2000-01-01';
             select count(*) filter (where updated_at < now()) from {table}"
        );
        shop.gives(Owner, &stale, "0");
    }
}

#[test]
fn b25_nothing_costs_less_than_nothing() {
    let mut shop = Shop::open();
    for (sql, check) in [
        ("update products set base_price = -1", "products_base_price_check"),
        ("update products set preparation_time = -1", "products_preparation_time_check"),
        ("update inventory set min_threshold = -1", "inventory_min_threshold_check"),
        ("update inventory set cost_per_unit = -1", "inventory_cost_per_unit_check"),
        ("update inventory set max_capacity = 0", "inventory_max_capacity_check"),
        ("update inventory set current_stock = -1", "check_positive_stock"),
        (
            "insert into order_items (order_id, product_id, base_price) values ({order ann}, {product latte}, -5)",
            "order_items_base_price_check",
        ),
        (
            "insert into order_items (order_id, product_id, item_total) values ({order ann}, {product latte}, -1)",
            "order_items_item_total_check",
        ),
        ("update class_types set price = -1", "class_types_price_check"),
        ("update class_types set duration = 0", "class_types_duration_check"),
        ("update class_types set max_participants = 0", "class_types_max_participants_check"),
        ("update membership_packages set price = -1", "membership_packages_price_check"),
        ("update membership_packages set classes_included = 0", "membership_packages_classes_included_check"),
        ("update instructors set hourly_rate = -1", "instructors_hourly_rate_check"),
        ("update members set classes_remaining = -1", "members_classes_remaining_check"),
        ("update customers set loyalty_points = -1", "customers_loyalty_points_check"),
        ("update bookings set amount_paid = -1", "bookings_amount_paid_check"),
    ] {
        shop.refuses(Service, sql, "23514", check);
    }
    shop.refuses(STAFF, "update products set base_price = -1", "23514", "products_base_price_check");
}

#[test]
fn b26_yes_or_no_and_nothing_between() {
    let mut shop = Shop::open();
    let sql = "select string_agg(format('%s.%s', attrelid::regclass, attname), ' ') from pg_attribute
        join pg_class c on c.oid = attrelid
        where atttypid = 'boolean'::regtype and relnamespace = 'public'::regnamespace and relkind = 'r'";
    shop.gives(Owner, &format!("{sql} and not attnotnull"), "NULL");
    let all = shop.attempt(Owner, sql).unwrap();
    assert!(all.split(' ').count() > 14, "{all}");
    shop.refuses(STAFF, "update products set is_active = null", "23502", "\"is_active\"");
}

#[test]
fn b27_an_account_can_be_deleted() {
    let mut shop = Shop::open();
    shop.gives(Owner, "delete from auth.users", "8");
    let kept = "select (select count(*) from customers where user_id is null),
        (select count(*) from members where user_id is null),
        (select count(*) from instructors where user_id is null), (select count(*) from user_roles),
        (select count(*) from orders), (select count(*) from bookings)";
    shop.gives(Owner, kept, "2|2|2|0|2|1");
}

#[test]
fn b27_who_gave_a_role_may_leave_first() {
    let mut shop = Shop::open();
    shop.gives(Owner, "delete from auth.users where id = {user admin}", "1");
    shop.gives(Owner, "select count(*), count(created_by) from user_roles", "2|0");
}

#[test]
fn b28_a_category_is_never_above_itself() {
    let mut shop = Shop::open();
    let hang = |child: &str, parent: &str| {
        format!("update categories set parent_id = {{category {parent}}} where id = {{category {child}}}")
    };
    shop.refuses(STAFF, &hang("drinks", "drinks"), "23514", "own ancestor");
    shop.gives(STAFF, &hang("food", "drinks"), "1");
    shop.gives(STAFF, &hang("past", "food"), "1");
    shop.refuses(STAFF, &hang("drinks", "past"), "23514", "own ancestor");
    let own = "insert into categories (id, name, parent_id) values ({category own}, 'Own', {category own})";
    shop.refuses(Service, own, "23514", "own ancestor");
    // The constraint is the second line, for whoever has switched the trigger off.
    let sql = format!("set local session_replication_role = replica; {}", hang("drinks", "drinks"));
    shop.refuses(Owner, &sql, "23514", "categories_not_own_parent");
}

#[test]
fn b29_one_mailbox_one_person() {
    let mut shop = Shop::open();
    for (table, email) in
        [("customers", "ANN@example.com"), ("members", "Ben@Example.com"), ("instructors", "TEACHER@EXAMPLE.COM")]
    {
        let sql = format!("insert into {table} (first_name, last_name, email) values ('A', 'B', '{email}')");
        shop.refuses(Service, &sql, "23505", &format!("{table}_email_key"));
        shop.gives(Service, &sql.replace('@', "+x@"), "1");
    }
}
