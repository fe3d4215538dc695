//! More than one: a second shop of the same business, and another business beside it.

use super::open;
use crate::shop::{ADMIN, ANN, Anon, BARISTA, Caller, Owner, STAFF, Service, Shop};

/// Works at the second shop only.
const THERE: Caller = Caller::User("there");
/// Runs the second shop only.
const CHIEF: Caller = Caller::User("chief");
/// Runs the other business.
const RIVAL: Caller = Caller::User("rival");

fn chain() -> Shop {
    let mut shop = open();
    let sql = "insert into auth.users (id, email) values
          ({user there}, 'there@example.com'), ({user chief}, 'chief@example.com'), ({user rival}, 'rival@example.com');
        insert into locations (id, name, code) values ({location second}, 'Second', 'TWO');
        insert into organizations (id, name, slug) values ({organization other}, 'Other', 'other');
        insert into locations (id, organization_id, name, code)
          values ({location other}, {organization other}, 'Other', 'ONE');
        insert into user_roles (user_id, role, organization_id, location_id)
          select u.id, u.role, o.id, u.place from organizations o, (values
            ({user there}, 'staff', {location second}), ({user chief}, 'admin', {location second})
          ) as u (id, role, place) where o.is_default;
        insert into user_roles (user_id, role, organization_id) values ({user rival}, 'admin', {organization other});
        insert into categories (id, organization_id, name) values ({category other}, {organization other}, 'Theirs');
        insert into products (id, organization_id, name, base_price, category_id)
          values ({product other}, {organization other}, 'Theirs', 1, {category other});
        insert into inventory (id, location_id, product_id, current_stock)
          values ({inventory second}, {location second}, {product muffin}, 5);
        insert into orders (id, location_id, order_type) values ({order second}, {location second}, 'dine_in');
        insert into order_items (order_id, product_id, quantity) values ({order second}, {product muffin}, 1)";
    shop.attempt(Owner, sql).unwrap();
    shop
}

#[test]
fn staff_of_one_shop_see_nothing_of_another() {
    let mut shop = chain();
    let sees = "select (select count(*) from orders), (select count(*) from order_items),
        (select count(*) from inventory), (select count(*) from stock_movements),
        (select count(*) from order_status_history), (select count(*) from inventory_alerts)";
    shop.gives(STAFF, sees, "3|3|4|5|3|1");
    shop.gives(THERE, sees, "1|1|1|2|1|1");
    shop.gives(CHIEF, sees, "1|1|1|2|1|1");
    shop.gives(RIVAL, sees, "0|0|0|0|0|0");
    let move_order = "update orders set status = 'preparing' where id = {order ann}";
    shop.gives(THERE, move_order, "0");
    shop.gives(RIVAL, move_order, "0");
    for outsider in [THERE, RIVAL] {
        let restock = "select post_stock_movement({inventory muffin}, 'restock', 5)";
        shop.refuses(outsider, restock, "42501", "there is no such inventory");
        let pay = "select record_payment(9, 'cash', {order ann})";
        shop.refuses(outsider, pay, "42501", "nothing of yours to pay for");
        shop.refuses(outsider, "select apply_discount({order ann}, 1, 'x')", "42501", "there is no such order");
        let add = "insert into order_items (order_id, product_id) values ({order ann}, {product latte})";
        shop.refuses(outsider, add, "42501", "there is no such order");
        let walk_in = "insert into orders (order_type) values ('dine_in')";
        shop.refuses(outsider, walk_in, "42501", "row-level security policy for table \"orders\"");
    }
}

#[test]
fn one_business_does_not_touch_another() {
    let mut shop = chain();
    shop.gives(RIVAL, "update products set base_price = 0", "1");
    shop.gives(STAFF, "select base_price from products where id = {product muffin}", "3.00");
    shop.gives(RIVAL, "update customers set phone = '6'", "0");
    shop.gives(RIVAL, "select (select count(*) from customers), (select count(*) from promotions)", "0|0");
    let theirs = "insert into products (name, base_price, category_id) values ('X', 1, {category food})";
    shop.refuses(RIVAL, theirs, "42501", "row-level security policy for table \"products\"");
    // Whoever writes it, no row refers across.
    for (sql, words) in [
        ("update products set category_id = {category food} where id = {product other}", "products_category_id_fkey"),
        ("update categories set parent_id = {category food} where id = {category other}", "categories_parent_id_fkey"),
        ("insert into inventory (product_id) values ({product other})", "belongs to another organization"),
        (
            "insert into product_components (product_id, component_product_id, quantity)
             values ({product latte}, {product other}, 1)",
            "belongs to another organization",
        ),
        (
            "insert into product_modifier_groups (product_id, modifier_group_id)
             values ({product other}, {group syrups})",
            "belongs to another organization",
        ),
        (
            "insert into loyalty_rewards (loyalty_program_id, name, points_cost, reward_type, product_id)
             values ({program club}, 'X', 1, 'free_product', {product other})",
            "belongs to another organization",
        ),
        (
            "insert into orders (location_id, customer_id, order_type)
             values ({location other}, {customer ann}, 'dine_in')",
            "belongs to another organization",
        ),
    ] {
        shop.refuses(Service, sql, "23503", words);
    }
    let item = "insert into order_items (order_id, product_id) values ({order ann}, {product other})";
    shop.refuses(ANN, item, "23514", "is not on sale");
}

#[test]
fn roles_are_given_downwards_and_nobody_gives_them_to_himself() {
    let mut shop = chain();
    let give = |role: &str, place: &str| {
        format!("insert into user_roles (user_id, role, location_id) values ({{user stranger}}, '{role}', {place})")
    };
    let refused = "row-level security policy for table \"user_roles\"";
    shop.refuses(CHIEF, &give("admin", "{location second}"), "42501", refused);
    shop.refuses(CHIEF, &give("staff", "null"), "42501", refused);
    shop.refuses(CHIEF, &give("staff", "'00000000-0000-4000-8000-000000000002'"), "42501", refused);
    shop.refuses(THERE, &give("barista", "{location second}"), "42501", refused);
    shop.refuses(RIVAL, &give("barista", "{location second}"), "42501", refused);
    shop.gives(CHIEF, &give("barista", "{location second}"), "1");
    shop.gives(CHIEF, "update user_roles set role = 'admin' where role = 'admin'", "0");
    shop.refuses(CHIEF, "update user_roles set role = 'admin' where role = 'barista'", "42501", refused);
    shop.refuses(CHIEF, "update user_roles set location_id = null where role = 'barista'", "42501", refused);
    shop.gives(ADMIN, "delete from user_roles where user_id = {user chief}", "1");
    shop.gives(CHIEF, "select count(*) from orders", "0");
    let logged = "select string_agg(action || ' ' || (changed ->> 'role'), ', ' order by seq) from audit_log
        where table_name = 'user_roles' and created_by is not null";
    shop.gives(ADMIN, logged, "INSERT barista, DELETE admin");
    shop.gives(RIVAL, logged, "NULL");
}

#[test]
fn a_token_says_where_a_row_belongs_and_policies_whether_it_may() {
    let mut shop = chain();
    let claim =
        "select set_config('request.jwt.claims', json_build_object('role', 'authenticated', 'sub', {user rival},
            'app_metadata', json_build_object('organization_id', {organization other}))::text, true);
        insert into categories (name) values ('New') returning organization_id = {organization other}";
    shop.gives(RIVAL, claim, "t");
    shop.gives(Anon, "select count(*) from organizations", "2");
    shop.gives(ADMIN, "update organizations set name = 'Mine'", "1");
    shop.refuses(ADMIN, "update organizations set is_default = false", "42501", "permission denied");
    shop.gives(CHIEF, "update locations set accepts_orders = false", "1");
    shop.gives(BARISTA, "update locations set name = 'Mine'", "0");
    shop.gives(ADMIN, "insert into locations (name, code) values ('Third', 'THREE')", "1");
    shop.refuses(CHIEF, "insert into locations (name, code) values ('Own', 'OWN')", "42501", "row-level security");
}
