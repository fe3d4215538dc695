//! Runners that meet, die, or are stopped.

use std::process::Command;

use crate::project::wait_for;
use crate::{PRODUCTS, shop};

const SLOW: &str = "insert into orders (note) values ('slow');\nselect pg_sleep(20);\n";

fn is_asleep(shop: &crate::Project) -> bool {
    shop.value("select count(*) from pg_stat_activity where query like '%pg_sleep(20)%' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()") == "1"
}

#[test]
fn a_killed_run_leaves_nothing() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/02_slow.sql", SLOW);
    let mut child = shop.start(&["seed", "x"]);
    wait_for("the script", || is_asleep(&shop));
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for("the server to notice", || !is_asleep(&shop));
    assert_eq!(shop.value("select count(*) from products"), "0");
    assert_eq!(shop.value("select to_regclass('migrate.seed_rows') is null"), "t");
    shop.file("seeds/x/02_slow.sql", "select 1;");
    shop.migrate(&["seed", "x"]).ok().prints("3 rows inserted");
}

#[test]
fn an_interrupt_ends_it_with_nothing_done() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/02_slow.sql", SLOW);
    let child = shop.start(&["seed", "x"]);
    wait_for("the script", || is_asleep(&shop));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(shop.value("select count(*) from products"), "0");
}

#[test]
fn of_two_at_once_one_waits_and_changes_nothing() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/x/02_wait.sql", "select pg_sleep(0.5);\n");
    let children: Vec<_> = (0..2).map(|_| shop.start(&["seed", "x"])).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    assert!(outputs.iter().all(|output| output.status.success()), "{outputs:?}");
    let said: Vec<String> = outputs.iter().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).collect();
    assert_eq!(said.iter().filter(|text| text.contains("x: nothing changed")).count(), 1, "{said:?}");
    assert_eq!(said.iter().filter(|text| text.contains("x: 3 rows inserted")).count(), 1, "{said:?}");
}

/// Tables are asked once whether they are empty; what comes in after that is seen all the same.
#[test]
fn a_row_that_somebody_adds_meanwhile_is_not_a_seeds_to_change() {
    let shop = shop();
    shop.file("seeds/x/01_wait.sql", "select pg_advisory_xact_lock(7);\n");
    shop.file("seeds/x/02_products.csv", format!("# migrate: without-triggers\n{PRODUCTS}"));
    let mut other = shop.client();
    other.batch_execute("select pg_advisory_lock(7)").unwrap();
    let child = shop.start(&["seed", "x"]);
    wait_for("the script", || {
        shop.value("select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())") == "1"
    });
    other.batch_execute("insert into products (name) values ('Latte'); select pg_advisory_unlock(7)").unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("seeds/x/02_products.csv:7: the row {\"id\":"), "{said}");
    assert!(said.contains("of public.products was not made by a seed"), "{said}");
    assert_eq!(shop.value("select string_agg(name || price, '') from products"), "Latte1.00");
}

#[test]
fn the_last_file_decides_for_all() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    shop.file("seeds/y/01_orders.csv", "id,note\n1,a\nzwei,b\n");
    shop.migrate(&["seed", "all"]).code(1).says("seeds/y/01_orders.csv:3: column id: \"zwei\" is no integer");
    assert_eq!(shop.value("select count(*) from products"), "0");
    let ran = shop.migrate(&["seed", "all", "--json"]).code(1);
    assert_eq!(ran.json()["error"]["kind"], "failed");
}

#[test]
fn a_lock_that_cannot_be_had_is_told() {
    let shop = shop();
    shop.file("seeds/x/01_products.csv", PRODUCTS);
    let mut other = shop.client();
    let mut transaction = other.transaction().unwrap();
    transaction.batch_execute("lock table products in exclusive mode").unwrap();
    shop.migrate(&["seed", "x", "--lock-timeout", "200ms"]).code(5).says("lock timeout").says("--lock-timeout");
}
