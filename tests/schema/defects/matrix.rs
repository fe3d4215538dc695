//! Every table, command and kind of person at once, found by trying: no policy gives more, or less, than its rule.

use std::fmt::Write as _;

use crate::shop::{ANN, Anon, BARISTA, Owner, STAFF, STRANGER, Shop, TEACHER};

/// A table, a change that reads nothing, so that no policy for SELECT narrows it down, and a new row.
const TABLES: [(&str, &str, &str); 15] = [
    ("user_roles", "role = 'barista'", "(user_id, role) values ({user stranger}, 'barista')"),
    ("customers", "phone = '1'", "(first_name, last_name, email) values ('A', 'B', 'c@example.com')"),
    ("categories", "name = 'New'", "(name) values ('New')"),
    ("products", "name = 'New'", "(name, base_price, category_id) values ('New', 1, {category food})"),
    (
        "product_variants",
        "price_modifier = 1",
        "(product_id, variant_type, variant_value) values ({product muffin}, 'a', 'b')",
    ),
    ("inventory", "min_threshold = 15", "(product_id) values ({product latte})"),
    (
        "inventory_alerts",
        "resolved_at = now()",
        "(product_id, alert_type, message) values ({product old}, 'low_stock', '')",
    ),
    ("orders", "status = 'preparing'", "(order_type, customer_id) values ('dine_in', {customer ben})"),
    ("order_items", "special_instructions = 'New'", "(order_id, product_id) values ({order ben}, {product muffin})"),
    ("instructors", "bio = 'New'", "(first_name, last_name, email) values ('A', 'B', 'i@example.com')"),
    ("class_types", "name = 'New'", "(name, duration, max_participants, price) values ('New', 1, 1, 1)"),
    (
        "class_schedules",
        "room_name = 'New'",
        "(class_type_id, instructor_id, scheduled_date, start_time, end_time, max_participants)
         values ({type vinyasa}, {instructor teacher}, current_date + 20, '09:00', '10:00', 5)",
    ),
    ("members", "phone = '1'", "(first_name, last_name, email) values ('A', 'B', 'm@example.com')"),
    ("bookings", "booking_notes = 'New'", "(member_id, class_schedule_id) values ({member ben}, {class single})"),
    ("membership_packages", "name = 'New'", "(name, price) values ('New', 1)"),
];

/// For each kind of person: rows read, inserted, updated, deleted. A minus: no right at all, `rls`: the new row is
/// against a policy, `fk`: only what refers to the rows is in the way.
const EXPECTED: &str = "\
table               anon          stranger      ann           teacher       barista       staff
user_roles          - - - -       0 rls 0 0     0 rls 0 0     0 rls 0 0     1 rls 0 0     1 rls 0 0
customers           - - - -       0 rls 0 -     1 rls 1 -     0 rls 0 -     2 rls 0 -     2 1 2 -
categories          2 - - -       2 rls 0 0     2 rls 0 0     2 rls 0 0     2 rls 0 0     3 1 3 fk
products            2 - - -       2 rls 0 0     2 rls 0 0     2 rls 0 0     3 rls 0 0     3 1 3 fk
product_variants    2 - - -       2 rls 0 0     2 rls 0 0     2 rls 0 0     2 rls 0 0     3 1 3 3
inventory           - - - -       0 rls 0 -     0 rls 0 -     0 rls 0 -     1 rls 0 -     1 1 1 -
inventory_alerts    - - - -       0 - 0 -       0 - 0 -       0 - 0 -       1 - 1 -       1 - 1 -
orders              - - - -       0 rls 0 -     1 rls rls -   0 rls 0 -     2 1 2 -       2 1 2 -
order_items         - - - -       0 no - -      1 no - -      0 no - -      2 1 - -       2 1 - -
instructors         2 - - -       2 rls 0 -     2 rls 0 -     2 rls 1 -     2 rls 0 -     2 1 2 -
class_types         1 - - -       1 rls 0 0     1 rls 0 0     1 rls 0 0     1 rls 0 0     1 1 1 fk
class_schedules     2 - - -       2 rls 0 0     2 rls 0 0     2 rls 0 0     2 rls 0 0     2 1 2 fk
members             - - - -       0 rls 0 -     1 rls 1 -     0 rls 0 -     0 rls 0 -     2 1 2 -
bookings            - - - -       0 rls 0 0     0 rls 0 0     1 rls 0 0     0 rls 0 0     1 1 1 1
membership_packages 1 - - -       1 rls 0 -     1 rls 0 -     1 rls 0 -     1 rls 0 -     2 rls 0 -";

#[test]
fn b1_b16_b17_who_may_do_what() {
    let mut shop = Shop::open();
    let alert =
        "insert into inventory_alerts (product_id, alert_type, message) values ({product muffin}, 'low_stock', '')";
    shop.gives(Owner, alert, "1");
    let mut found = format!("{:20}", "table");
    for person in ["anon", "stranger", "ann", "teacher", "barista", "staff"] {
        write!(found, "{person:14}").unwrap();
    }
    for (table, change, row) in TABLES {
        write!(found, "\n{table:20}").unwrap();
        for caller in [Anon, STRANGER, ANN, TEACHER, BARISTA, STAFF] {
            let read = if table == "instructors" { "select id" } else { "select" };
            let commands = [
                format!("{read} from {table}"),
                format!("insert into {table} {row}"),
                format!("update {table} set {change}"),
                format!("delete from {table}"),
            ];
            let cell = commands.map(|sql| shop.tries(caller, &sql)).join(" ");
            write!(found, "{cell:14}").unwrap();
        }
    }
    let found = found.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    let changes = similar::TextDiff::from_lines(EXPECTED, &found);
    assert!(found == EXPECTED, "{}", changes.unified_diff());
}
