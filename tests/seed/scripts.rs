//! SQL files: where they fail, what they find, triggers that are off.

use crate::shop;

#[test]
fn a_script_that_fails_is_told_by_line_and_leaves_nothing() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", crate::PRODUCTS);
    shop.file("seeds/x/02_orders.sql", "insert into orders (note) values ('a');\nselect 1 / 0;\n");
    shop.migrate(&["seed", "x"]).code(1).says("seeds/x/02_orders.sql:2: division by zero (SQLSTATE 22012)");
    shop.file("seeds/x/02_orders.sql", "insert into orders (note)\nvalues (1, 2);\n");
    shop.migrate(&["seed", "x"])
        .code(1)
        .says("seeds/x/02_orders.sql:2:12: INSERT has more expressions")
        .says("2 | values (1, 2);");
    assert_eq!(shop.value("select count(*) from products"), "0");
    shop.file("seeds/x/02_orders.sql", "commit;");
    shop.migrate(&["seed", "x"]).code(2).says("seeds/x/02_orders.sql:1: COMMIT cannot stand in a seed");
}

#[test]
fn a_table_locked_against_readers_is_told() {
    let shop = shop();
    shop.value("insert into orders (note) values ('by hand') returning 1");
    let script = "truncate orders; insert into orders (note) values ('a'); update orders set note = 'b';\n";
    shop.file("seeds/x/01_a.sql", script);
    shop.migrate(&["seed", "x"])
        .code(5)
        .says("seeds/x/01_a.sql: failed to note which rows it inserted")
        .says("make two files of it");
    assert_eq!(shop.value("select string_agg(note, ',') from orders"), "by hand");
}

#[test]
fn a_script_leaves_nothing_in_the_session() {
    let shop = shop();
    shop.file("seeds/x/01_a.sql", "set search_path = nowhere; set role pg_monitor; set seed.today = 'never';\n");
    shop.file(
        "seeds/x/02_b.sql",
        "insert into orders (note) values (current_setting('seed.today') || current_user);\n",
    );
    shop.migrate(&["seed", "x", "--today", "2026-01-02"]).ok();
    assert_eq!(shop.value("select note from orders"), "2026-01-02postgres");
}

#[test]
fn triggers_are_off_and_have_the_states_that_they_had() {
    let shop = shop();
    shop.value("alter table orders enable always trigger write_log");
    shop.value("alter table log disable trigger forbid");
    let header = "-- migrate: without-triggers public.orders, log\n";
    shop.file("seeds/x/01_a.sql", format!("{header}insert into orders (note) values ('silent');\n"));
    shop.file("seeds/x/02_orders.csv", "# migrate: without-triggers\nid,note\n70,silent\n");
    shop.file("seeds/x/03_b.sql", "insert into orders (note) values ('loud');\n");
    shop.migrate(&["seed", "x"]).ok().prints("4 rows inserted");
    assert_eq!(shop.value("select count(*) from log"), "1");
    let states = "select string_agg(tgname::text || tgenabled::text, ' ' order by tgname) from pg_trigger where not tgisinternal and tgrelid in ('log'::regclass, 'orders'::regclass)";
    assert_eq!(shop.value(states), "forbidD write_logA");
    // Foreign keys are not a table's own triggers.
    shop.file("seeds/x/01_a.sql", format!("{header}insert into orders (product_id) values (gen_random_uuid());\n"));
    shop.migrate(&["seed", "x"]).code(1).says("violates foreign key constraint");
    assert_eq!(shop.value(states), "forbidD write_logA");
    shop.file("seeds/x/01_a.sql", "-- migrate: without-triggers order\n");
    shop.migrate(&["seed", "x"]).code(2).says("names public.\"order\", and there is no such table");
}

#[test]
fn checks_at_the_end_of_a_transaction_do_not_stand_in_the_way_of_triggers() {
    let shop = shop();
    shop.value(
        "create function late() returns trigger language plpgsql as $$ begin \
         if new.note = 'late' then raise exception 'too late'; end if; return null; end $$; \
         create constraint trigger late after insert on orders deferrable initially deferred for each row execute function late()",
    );
    shop.file("seeds/x/01_orders.csv", "id,note\n1,a\n");
    shop.file("seeds/x/02_b.sql", "-- migrate: without-triggers orders\ninsert into orders (note) values ('late');\n");
    shop.migrate(&["seed", "x"]).ok();
    shop.file("seeds/x/03_orders.csv", "id,note\n3,late\n");
    shop.migrate(&["seed", "x"]).code(1).says("nothing was kept: too late");
    assert_eq!(shop.value("select count(*) from orders"), "2");
}

#[test]
fn a_schema_that_is_not_there_is_told_with_its_cure() {
    let project = crate::project::Project::new();
    project.pair("001_shop", crate::SCHEMA, "select 1;");
    project.file("seeds/x/01_products.csv", crate::PRODUCTS);
    project
        .migrate(&["seed", "x"])
        .code(1)
        .says("there is no table public.products")
        .says("`migrate up` applies what is pending");
    assert_eq!(project.value("select to_regnamespace('migrate') is null"), "t");
    project.file("seeds/x/01_products.csv", "");
    project.migrate(&["seed", "x"]).code(2).says("seeds/x/01_products.csv:1: there is no header");
    std::fs::remove_file(project.path().join("seeds/x/01_products.csv")).unwrap();
    project.file("seeds/x/01_a.sql", "insert into products (name) values ('a');\n");
    project
        .migrate(&["seed", "x"])
        .code(1)
        .says("relation \"products\" does not exist")
        .says("`migrate up` applies what is pending");
}

#[test]
fn a_vertical_that_is_not_there_is_told_with_those_that_are() {
    let shop = shop();
    shop.migrate(&["seed", "x"]).code(2).says("this project has no seeds");
    shop.file("seeds/coffee/01_a.sql", "select 1;");
    shop.file("seeds/yoga/README.md", "");
    shop.migrate(&["seed", "cofee"])
        .code(2)
        .says("there is no vertical cofee")
        .says("did you mean coffee?")
        .says("there are coffee, yoga");
    shop.migrate(&["seed"]).code(2).says("no vertical is named").says("there are coffee, yoga");
    shop.migrate(&["seed", "all"]).ok().prints("coffee: 1 script run").prints("yoga: nothing changed");
}
