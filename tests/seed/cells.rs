//! What a cell may be, and how a bad one is told.

use crate::{PRODUCTS, shop};

#[test]
fn cells_are_values_nulls_defaults_and_markers() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file(
        "seeds/x/02_orders.csv",
        "# migrate: markers\nid,product_id,placed_at,note\n7,{id latte},{today-1d 09:30},\"\"\n8,,{default},\n",
    );
    shop.migrate(&["seed", "x", "--today", "2026-02-27"]).ok().prints("x: 7 rows inserted, around 2026-02-27");
    let products =
        "select string_agg(concat_ws('|', name, price, tags, info, sold_from), E'\\n' order by name) from products";
    assert_eq!(
        shop.value(products),
        "Espresso|2.50|{hot,small}|{\"shots\": 1}|2026-02-24\nLatte|3.90|{}|2026-02-27\nWater, still|1.00|{}"
    );
    assert_eq!(shop.value("select id = md5('latte')::uuid from products where name = 'Latte'"), "t");
    assert_eq!(shop.value("select placed_at::timestamp || note from orders where id = 7"), "2026-02-26 09:30:00");
    assert_eq!(
        shop.value("select note is null and placed_at > now() - interval '1 min' from orders where id = 8"),
        "t"
    );
    // The sequence is past what the file brought.
    assert_eq!(shop.value("insert into orders (note) values ('by hand') returning id"), "9");
}

#[test]
fn a_bad_cell_is_named_by_file_line_column_and_value() {
    let shop = shop();
    let seed = |text: &str| {
        shop.file("seeds/x/01_products.csv", text);
        shop.migrate(&["seed", "x"])
    };
    seed("name,price,code\nA,1,abcd\nB,dear,\"two\nlines\"\nC,1,abcde\nD,cheap,\n")
        .code(2)
        .says("seeds/x/01_products.csv:1: the key of public.products, id, is not in the header");
    let key = "# migrate: key name\n";
    seed(&format!("{key}name,price,code\nA,1,abcd\nB,dear,ab\nC,1,abcde\nD,cheap,\n"))
        .code(1)
        .says("seeds/x/01_products.csv:4: column price: \"dear\" is no numeric(8,2): invalid input syntax for type numeric: \"dear\"\n")
        .says("seeds/x/01_products.csv:5: column code: \"abcde\" is no character varying(4): value too long")
        .says("nothing was kept");
    seed(&format!("{key}name,price\nA,1\nB,-1\n"))
        .code(1)
        .says("seeds/x/01_products.csv:4: new row for relation \"products\" violates check constraint \"products_price_check\"");
    seed(&format!("{key}name,price\nA,1\nB,\n")).code(1).says(
        "seeds/x/01_products.csv:4: column price: an empty cell is NULL, and public.products.price must have a value",
    );
    seed(&format!("{key}name,price\nA,1\nB,1\nA,2\n"))
        .code(1)
        .says("seeds/x/01_products.csv:5: the same key (name) is on line 3 already");
    seed(&format!("{key}name,price\nA,1\n,1\n"))
        .code(2)
        .says(":4: column name belongs to the key, and must have a value");
    seed(&format!("{key}name,prise\nA,1\n"))
        .code(2)
        .says(":2: public.products has no column prise; did you mean price?");
    seed("# migrate: key price\nname,price\nA,1\n")
        .code(2)
        .says("no unique index of public.products has just the columns price");
    assert_eq!(shop.value("select count(*) from products"), "0");
}

#[test]
fn a_row_that_refers_to_nothing_is_named() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/02_orders.csv", "# migrate: markers\nid,product_id\n1,{id latte}\n2,{id tea}\n");
    shop.migrate(&["seed", "x"])
        .code(1)
        .says("seeds/x/02_orders.csv:4: insert or update on table \"orders\" violates foreign key constraint \"orders_product_id_fkey\"");
    assert_eq!(shop.value("select count(*) from products"), "0");
    assert_eq!(shop.value("select count(*) from migrate.journal where event = 'seeded'"), "0");
}

/// Files of empty tables are sent together: what is wrong with one is told as if it were alone.
#[test]
fn one_of_several_files_is_told_apart() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/03_log.csv", "id,what\n1,by a file\n");
    let seed = |orders: &str| {
        shop.file("seeds/x/02_orders.csv", format!("# migrate: markers\n# migrate: without-triggers\n{orders}"));
        shop.migrate(&["seed", "x"])
    };
    seed("id,product_id\n1,{id latte}\n2,{id tea}\n")
        .code(1)
        .says("seeds/x/02_orders.csv:5: insert or update on table");
    seed("id,note\n1,a\ntwo,b\n").code(1).says("seeds/x/02_orders.csv:5: column id: \"two\" is no integer");
    seed("id,note\n1,a\n2,b\n1,c\n").code(1).says("seeds/x/02_orders.csv:6: the same key (id) is on line 4 already");
    assert_eq!(shop.value("select count(*) from products"), "0");
    seed("id,note\n1,a\n2,b\n").ok().prints("x: 6 rows inserted");
    assert_eq!(shop.value("select string_agg(what, ' ') from log"), "by a file");
    assert_eq!(shop.value("select count(*) from pg_trigger where tgenabled <> 'O'"), "0");
    shop.file("seeds/x/01_products.csv", PRODUCTS.replace("2.50", "2.60"));
    shop.file("seeds/x/03_log.csv", "id,what\n1,by a file\n2,as well\n");
    shop.migrate(&["seed", "x", "--json"]).ok();
    assert_eq!(shop.value("select string_agg(what, ' ' order by id) from log"), "by a file as well");
    assert_eq!(shop.value("select price from products where name = 'Espresso'"), "2.60");
    shop.migrate(&["seed", "x"]).ok().prints("x: nothing changed");
}
