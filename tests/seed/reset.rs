//! What seeding put there, deleted again.

use crate::{PRODUCTS, shop};

#[test]
fn a_reset_deletes_what_seeding_put_there_and_asks() {
    let shop = shop();
    shop.value("insert into products (name) values ('by hand') returning 1");
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/02_orders.sql", "insert into orders (product_id) select id from products;\n");
    shop.migrate(&["seed", "x"]).ok();
    shop.migrate(&["seed", "x", "--reset"]).code(4).says("Delete 11 rows that seeding put into");
    shop.migrate(&["seed", "x", "--reset", "--dry-run"])
        .ok()
        .prints("public.orders: 4 rows\n")
        .prints("x: 11 rows would be deleted");
    assert_eq!(shop.value("select count(*) from orders"), "4");
    // The log's trigger forbids to delete; it does so again afterwards.
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok().prints("x: 11 rows deleted");
    let left = "select (select count(*) from orders) || ' ' || (select count(*) from log) || ' ' || string_agg(name, ',') from products";
    assert_eq!(shop.value(left), "0 0 by hand");
    assert_eq!(shop.value("select tgenabled from pg_trigger where tgname = 'forbid'"), "O");
    shop.migrate(&["seed", "x", "--reset"]).ok().prints("nothing was seeded here");
    assert_eq!(
        shop.value("select string_agg(event, ' ' order by id) from migrate.journal where name = 'x'"),
        "seeded unseeded"
    );
    shop.migrate(&["seed", "x"]).ok().prints("11 rows inserted");
}

#[test]
fn rows_of_others_that_refer_to_seeded_ones_keep_them() {
    let shop = shop();
    shop.value("create table reviews (id int primary key, product_id uuid references products on delete cascade)");
    shop.value("create table stock (product_id uuid references products on delete set null)");
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.migrate(&["seed", "x"]).ok();
    shop.value("insert into reviews select 1, id from products where name = 'Latte' returning 1");
    shop.value("insert into stock select id from products returning 1");
    shop.migrate(&["seed", "x", "--reset", "--yes"])
        .code(4)
        .says("rows that stay refer to what was seeded of x:")
        .says("public.reviews: 1 row (by reviews_product_id_fkey)")
        .says("public.stock: 3 rows (by stock_product_id_fkey)");
    assert_eq!(shop.value("select count(product_id) from stock"), "3");
    shop.value("truncate reviews, stock");
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok();
}

#[test]
fn tables_that_refer_to_each_other_are_emptied_together() {
    let shop = shop();
    shop.value(
        "create table a (id int primary key, b int); create table b (id int primary key, a int references a on delete restrict, up int references b); \
         alter table a add foreign key (b) references b deferrable initially deferred",
    );
    shop.file("seeds/x/01_a.csv", "id,b\n1,1\n2,2\n");
    shop.file("seeds/y/01_b.csv", "id,a,up\n1,2,2\n2,1,1\n");
    shop.migrate(&["seed", "all"]).ok();
    shop.migrate(&["seed", "x", "--reset", "--yes"]).code(4).says("public.b: 2 rows");
    shop.migrate(&["seed", "all", "--reset", "--yes"]).ok().prints("x, y: 4 rows deleted");
}

#[test]
fn nothing_is_seeded_where_an_environment_is_protected() {
    let shop = shop();
    shop.file("migrate.toml", format!("[env.live]\nurl = \"{}\"\nprotected = true\n", shop.url));
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    for options in [&["--dry-run"][..], &["--reset", "--yes"], &["--yes"]] {
        let mut command = vec!["seed", "x", "--env", "live"];
        command.extend(options);
        shop.migrate(&command).code(4).says("environment live is protected: nothing is seeded there");
    }
}
