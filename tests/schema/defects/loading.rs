//! Statements of the source that failed when they were loaded.

use rustix::process::{Pid, Signal, kill_process};

use crate::project::wait_for;
use crate::shop::{BARISTA, Owner, Service, Shop, all_versions, bundled};

#[test]
fn a1_a2_orders_refer_to_customers() {
    let mut shop = Shop::open();
    let sql = "select confrelid::regclass from pg_constraint where conname = 'orders_customer_id_fkey'";
    shop.gives(Owner, sql, "customers");
    let sql = "insert into orders (customer_id, order_type) values ({customer nobody}, 'dine_in')";
    shop.refuses(Owner, sql, "23503", "orders_customer_id_fkey");
}

#[test]
fn a3_user_roles_is_there_and_takes_known_roles_once() {
    let mut shop = Shop::open();
    let add = |role: &str| format!("insert into user_roles (user_id, role) values ({{user barista}}, '{role}')");
    shop.refuses(Service, &add("barista"), "23505", "user_roles_once");
    shop.refuses(Service, &add("owner"), "23514", "user_roles_role_check");
    shop.gives(Service, &add("staff"), "1");
}

#[test]
fn a4_the_search_index_knows_no_day() {
    let sql = "select pg_get_expr(indpred, indrelid) || ' ' || indisvalid from pg_index
        where indexrelid = 'idx_class_schedules_search'::regclass";
    Shop::open().gives(Owner, sql, "(status = 'scheduled'::text) true");
}

/// What a broken build leaves: an INVALID index, which `if not exists` would take for a good one.
#[test]
fn a5_an_interrupted_index_is_built_again() {
    const INVALID: &str = "select coalesce(string_agg(indexrelid::regclass::text, ' '), 'none') from pg_index \
                           where not indisvalid";
    let project = bundled();
    project.migrate(&["up", "--stand-in", "--to", "4"]).ok();
    let mut application = project.client();
    application.batch_execute("begin; lock table public.inventory in row exclusive mode").unwrap();
    let run = project.start(&["up"]);
    wait_for("the index on inventory", || project.value(INVALID) == "idx_inventory_product_stock");
    kill_process(Pid::from_child(&run), Signal::INT).unwrap();
    let output = run.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(project.value(INVALID), "idx_inventory_product_stock");
    application.batch_execute("commit").unwrap();
    project.migrate(&["up"]).ok();
    assert_eq!(project.value(INVALID), "none");
    assert_eq!(project.applied(), all_versions());
}

#[test]
fn a6_an_item_can_be_inserted_whatever_the_stock() {
    let mut shop = Shop::open();
    let add = |n: u32| {
        format!(
            "insert into order_items (order_id, product_id, quantity) values ({{order ann}}, {{product muffin}}, {n})"
        )
    };
    shop.gives(Service, &add(1), "1");
    shop.gives(BARISTA, "select count(*) from inventory_alerts", "0");
    shop.gives(Service, &add(9), "1");
    let alert = "low_stock|Stock below minimum threshold: 10 remaining";
    shop.gives(BARISTA, "select alert_type, message from inventory_alerts", alert);
}

#[test]
fn a10_plain_postgresql_is_refused_and_told_of_the_stand_in() {
    let project = bundled();
    let before = project.dump();
    project.migrate(&["up"]).code(4).says("lacks auth.users and auth.uid()").says("`--stand-in`");
    assert_eq!(project.dump(), before);
    assert_eq!(project.value("select to_regnamespace('migrate') is null"), "t");
}

#[test]
fn a11_a_second_run_finds_nothing_to_do() {
    let project = bundled();
    project.migrate(&["up", "--stand-in"]).ok();
    let before = (project.dump(), project.ledger());
    assert_eq!(project.migrate(&["up"]).ok().stdout, "nothing to do\n");
    assert_eq!((project.dump(), project.ledger()), before);
}

/// That a rollback leaves nothing behind is in `pairs`. That it takes nothing along which is not its own:
#[test]
fn a12_what_somebody_built_on_top_stops_the_rollback() {
    let project = bundled();
    project.migrate(&["up", "--stand-in"]).ok();
    project.client().batch_execute("create view menu as select name, base_price from products").unwrap();
    let ran = project.migrate(&["down", "--all", "--yes"]).code(1);
    ran.says("002_drop_coffee_shop_tables.sql").says("2BP01").says("view menu depends on table products");
    assert_eq!(project.applied(), "1 2");
    assert_eq!(project.value("select count(*) from menu"), "0");
    project.client().batch_execute("drop view menu").unwrap();
    project.migrate(&["down", "--all", "--yes"]).ok();
    assert_eq!(project.applied(), "");
}
