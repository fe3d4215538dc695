//! Seeding again: nothing, what changed, what is gone.

use crate::{PRODUCTS, shop};

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file(
        "seeds/x/02_orders.sql",
        "insert into orders (product_id, placed_at) select id, current_setting('seed.today')::date from products;\n",
    );
    shop.migrate(&["seed", "x"]).ok().prints("x: 9 rows inserted, 1 script run");
    let all = "select jsonb_build_object('p', (select jsonb_agg(p.* order by id) from (select xmin::text, * from products) p), 'o', (select jsonb_agg(o) from orders o), 'l', (select jsonb_agg(l) from log l))::text";
    let before = shop.value(all);
    let again = shop.migrate(&["seed", "x", "--json"]).ok().json();
    assert_eq!(again["verticals"][0]["files"][1]["ran"], false);
    shop.migrate(&["seed", "x"]).ok().prints("x: nothing changed\n");
    assert_eq!(shop.value(all), before);
    assert_eq!(shop.value("select count(*) from migrate.journal where event = 'seeded'"), "1");
    shop.migrate(&["history"]).ok().prints("seeded");
}

#[test]
fn what_changed_in_a_file_changes_in_the_table() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.migrate(&["seed", "x"]).ok();
    shop.file(
        "seeds/x/01_products.csv",
        PRODUCTS.replace("3.90", "4.10").replace("{default},{default}", "{default},{cold}"),
    );
    shop.migrate(&["seed", "x", "--dry-run"]).ok().prints("x: 2 rows updated").prints("rolled back after");
    assert_eq!(shop.value("select price from products where name = 'Latte'"), "3.90");
    shop.migrate(&["seed", "x"]).ok().prints("x: 2 rows updated");
    assert_eq!(shop.value("select price from products where name = 'Latte'"), "4.10");
    assert_eq!(shop.value("select tags from products where price = 1"), "{cold}");
    assert_eq!(
        shop.value("select detail -> 'files' -> 0 ->> 'sha256' from migrate.journal order by id desc limit 1"),
        shop.value("select sha256 from migrate.seed_files")
    );
}

#[test]
fn rows_that_are_gone_are_counted_and_deleted_only_when_asked() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/02_orders.csv", "id\n1\n2\n");
    shop.migrate(&["seed", "x"]).ok();
    let fewer: String =
        PRODUCTS.lines().filter(|line| !line.contains("latte")).map(|line| format!("{line}\n")).collect();
    shop.file("seeds/x/01_products.csv", fewer);
    std::fs::remove_file(shop.path().join("seeds/x/02_orders.csv")).unwrap();
    // Two orders, and the two lines that a trigger wrote about them.
    shop.migrate(&["seed", "x"]).ok().prints("nothing changed").says("x: 5 rows are no longer in the files");
    assert_eq!(shop.value("select count(*) from products"), "3");
    shop.migrate(&["seed", "x", "--prune"]).ok().prints("x: 5 rows deleted");
    assert_eq!(
        shop.value(
            "select count(*) || ' ' || (select count(*) from orders) || ' ' || (select count(*) from log) from products"
        ),
        "2 0 0"
    );
    shop.migrate(&["seed", "x", "--prune"]).ok().prints("nothing changed");
}

#[test]
fn a_row_that_others_refer_to_is_not_pruned() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.migrate(&["seed", "x"]).ok();
    shop.value("insert into orders (product_id) select id from products where name = 'Latte' returning 1");
    let fewer: String =
        PRODUCTS.lines().filter(|line| !line.contains("latte")).map(|line| format!("{line}\n")).collect();
    shop.file("seeds/x/01_products.csv", fewer);
    shop.migrate(&["seed", "x", "--prune"]).code(4).says("public.orders: 1 row (by orders_product_id_fkey)");
    assert_eq!(shop.value("select count(*) from products"), "3");
}

#[test]
fn the_day_stays_until_the_seed_is_reset() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.migrate(&["seed", "x", "--today", "2026-02-27"]).ok();
    shop.migrate(&["seed", "x"]).ok().prints("nothing changed");
    shop.migrate(&["seed", "x", "--today", "2026-02-28"]).code(2).says("x was seeded around 2026-02-27, and stays so");
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok();
    shop.migrate(&["seed", "x", "--today", "2026-02-28"]).ok().prints("around 2026-02-28");
    shop.migrate(&["seed", "x", "--today", "soon"]).code(2).says("write it as 2026-11-26");
}

#[test]
fn a_schema_that_was_taken_back_is_seeded_anew() {
    let shop = shop();
    shop.file("seeds/x/01_orders.sql", "insert into orders (note) values ('a') on conflict do nothing;\n");
    shop.migrate(&["seed", "x"]).ok().prints("2 rows inserted");
    shop.migrate(&["down", "--all", "--yes"]).ok();
    shop.migrate(&["up"]).ok();
    shop.migrate(&["seed", "x"]).ok().prints("2 rows inserted, 1 script run");
}
