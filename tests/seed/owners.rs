//! Whose a row is.

use crate::project::Project;
use crate::{PRODUCTS, SCHEMA, shop};

#[test]
fn a_row_made_by_hand_is_not_a_seeds_to_change() {
    let shop = shop();
    shop.value("insert into products (name) values ('Latte') returning 1");
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.migrate(&["seed", "x"])
        .code(1)
        .says("seeds/x/01_products.csv:6: the row {\"id\":\"")
        .says("\"} of public.products was not made by a seed")
        .says("hint: a seed changes its own rows only");
    assert_eq!(shop.value("select string_agg(name || price, '') from products"), "Latte1.00");
}

#[test]
fn a_row_of_another_vertical_is_not_changed() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/y/01_products.csv", "# migrate: key name\nname\nLatte\n");
    shop.migrate(&["seed", "all"])
        .code(1)
        .says("seeds/y/01_products.csv:3: the row")
        .says("comes from seeds/x/01_products.csv");
    shop.migrate(&["seed", "x"]).ok();
}

#[test]
fn a_row_may_move_between_the_files_of_a_vertical() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", "# migrate: key name\nname\nLatte\nTea\n");
    shop.migrate(&["seed", "x"]).ok();
    shop.file("seeds/x/01_products.csv", "# migrate: key name\nname\nLatte\n");
    shop.file("seeds/x/02_products.csv", "# migrate: key name\nname\nTea\n");
    let ran = shop.migrate(&["seed", "x", "--prune"]).ok().prints("nothing changed");
    assert!(!ran.stderr.contains("no longer"), "{}", ran.stderr);
    let files = "select string_agg(f.name, ' ' order by f.name) from migrate.seed_rows r join migrate.seed_files f on f.id = r.file_id";
    assert_eq!(shop.value(files), "01_products.csv 02_products.csv");
}

/// A row that a script of the same run inserted is the vertical's, and becomes the file's that names it.
#[test]
fn a_line_may_be_about_a_row_that_a_script_inserted() {
    let shop = shop();
    shop.file("seeds/x/01_first.sql", "insert into products (name) values ('Latte') on conflict do nothing;\n");
    shop.file("seeds/x/02_products.csv", "# migrate: key name\nname,price\nTea,2\nLatte,3.90\n");
    shop.migrate(&["seed", "x"]).ok();
    assert_eq!(shop.value("select string_agg(name || price, ' ' order by name) from products"), "Latte3.90 Tea2.00");
    let files = "select string_agg(f.name, ' ' order by f.name) from migrate.seed_rows r join migrate.seed_files f on f.id = r.file_id";
    assert_eq!(shop.value(files), "02_products.csv 02_products.csv");
    shop.migrate(&["seed", "x"]).ok().prints("nothing changed");
}

/// What scripts, triggers and subtransactions insert is the seed's; what they only update is not.
#[test]
fn rows_are_found_whoever_inserted_them() {
    let shop = shop();
    shop.value("insert into products (name) values ('by hand'), ('untouched') returning 1");
    shop.value("insert into orders (note) values ('by hand') returning 1");
    shop.file(
        "seeds/x/01_all.sql",
        "insert into products (name) values ('direct');
         do $$ begin
             begin insert into products (name) values ('in a block'); insert into orders (note) values ('in a block');
             exception when others then null; end;
             begin insert into products (name) values ('lost'); perform 1 / 0; exception when others then null; end;
         end $$;
         insert into products (name) values ('by hand') on conflict (name) do update set price = 7;
         update products set price = 8 where name = 'direct';
         update orders set note = note || '!';\n",
    );
    shop.migrate(&["seed", "x"]).ok();
    let owned = "select string_agg(p.name, ',' order by p.name) from products p join migrate.seed_rows r \
                 on r.relation = 'products'::regclass and r.key = jsonb_build_object('id', p.id)";
    assert_eq!(shop.value(owned), "direct,in a block");
    let owned = "select string_agg(o.note, ',') from orders o join migrate.seed_rows r \
                 on r.relation = 'orders'::regclass and r.key = jsonb_build_object('id', o.id)";
    assert_eq!(shop.value(owned), "in a block!");
    // The trigger wrote a line for each order inserted or updated.
    assert_eq!(shop.value("select count(*) from migrate.seed_rows where relation = 'log'::regclass"), "3");
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok().prints("6 rows deleted");
    assert_eq!(
        shop.value("select string_agg(name || price, ',' order by name) from products"),
        "by hand7.00,untouched1.00"
    );
    assert_eq!(shop.value("select string_agg(note, ',') from orders"), "by hand!");
}

#[test]
fn the_ledger_of_seeds_is_closed_to_the_roles_of_an_api_and_no_difference() {
    let shop = Project::new();
    shop.file("migrate.toml", "platform = \"supabase\"\n");
    shop.pair("001_shop", SCHEMA, "drop table log, orders, products; drop function write_log(), forbid();");
    shop.migrate(&["up", "--stand-in"]).ok();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    assert_eq!(shop.value("select to_regclass('migrate.seed_rows') is null"), "t");
    shop.migrate(&["seed", "x"]).ok();
    for table in ["seeds", "seed_files", "seed_rows"] {
        let may =
            format!("select has_table_privilege('authenticated', 'migrate.{table}', 'select, insert, update, delete')");
        assert_eq!(shop.value(&may), "f", "{table}");
    }
    shop.migrate(&["diff", "--check"]).ok();
}
