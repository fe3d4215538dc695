//! A chain's months: the same for the same seed, true to the schema's rules, gone on with after a kill, and gone after a reset.

use std::time::Duration;

use crate::project::{Project, wait_for};
use crate::support::Cluster;

/// The bundled project on a database of its own. Loads hold the runner's lock, so a test has one.
fn bundled() -> Project {
    let project = Project::on(Cluster::shared().database());
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["up", "--stand-in"]).ok();
    project
}

#[track_caller]
fn is_sound(project: &Project) {
    let broken =
        "select coalesce(string_agg(format('%s: %s', rule, entity_id), E'\\n'), '') from private.check_invariants()";
    assert_eq!(project.value(broken), "");
}

/// Tables that volume writes to, of both verticals.
const TABLES: &[&str] = &[
    "orders",
    "order_items",
    "order_item_options",
    "order_status_history",
    "payments",
    "refunds",
    "customers",
    "loyalty_transactions",
    "order_discounts",
    "inventory",
    "stock_movements",
    "sales_daily",
    "pos_sessions",
    "members",
    "bookings",
    "class_schedules",
];

/// Rows of each table, as a checksum that does not hang on their order.
fn rows(project: &Project) -> Vec<String> {
    let sum = |table: &&str| {
        let rows = "count(*) || ' ' || coalesce(sum(hashtextextended(md5(t::text), 0)::numeric), 0)";
        format!("{table} {}", project.value(&format!("select {rows} from public.{table} t")))
    };
    TABLES.iter().map(sum).collect()
}

fn arguments<'a>(vertical: &'a str, strip: &'a str) -> Vec<&'a str> {
    vec!["seed", vertical, "--scale", "1", "--today", "2026-03-04", "--strip", strip]
}

#[test]
fn a_month_is_sound_in_either_way_and_leaves_the_schema_as_it_was() {
    let (small, large) = (bundled(), bundled());
    let schema = small.dump();
    let ran = small.migrate(&[arguments("all", "false"), vec!["--json"]].concat()).ok();
    let told = ran.json();
    let coffee = &told["volume"][0];
    assert_eq!(coffee["vertical"], "coffee-shop");
    assert_eq!(coffee["outcome"], "loaded");
    assert!(coffee["peak_memory_bytes"].as_u64().unwrap() < 200 << 20);
    let items = coffee["tables"].as_array().unwrap().iter().find(|table| table["table"] == "order_items").unwrap();
    assert_eq!(
        items["rows"].to_string(),
        small.value(
            "select count(*) from order_items where order_id in
        (select id from orders where location_id = md5('volume coffee location 1')::uuid)"
        )
    );
    is_sound(&small);
    assert_eq!(small.dump(), schema);

    large.migrate(&arguments("all", "true")).ok().prints("coffee-shop: 1 branch-month at 1 location");
    is_sound(&large);
    assert_eq!(large.dump(), schema);
    assert_eq!(rows(&small), rows(&large));
    assert_eq!(large.value("select to_regclass('migrate.volume_progress')"), "NULL");
    // Rows of before and after can have no number of a ledger's that volume has.
    let ours = "where location_id = md5('volume coffee location 1')::uuid";
    assert_eq!(large.value(&format!("select max(seq) < 0 from stock_movements {ours}")), "t");
    assert_eq!(large.value("select last_value < 1000000 from stock_movements_seq_seq"), "t");
    // Every foreign key holds, whoever looked.
    let invalid = "select count(*) from pg_constraint where contype = 'f' and not convalidated";
    assert_eq!(large.value(invalid), "0");

    large.migrate(&arguments("coffee-shop", "true")).ok().prints("there already");
    large
        .migrate(&["seed", "coffee-shop", "--scale", "2"])
        .code(1)
        .says("another volume of coffee-shop is there")
        .says("`migrate seed coffee-shop --reset`");
    let going = large.migrate(&["seed", "all", "--reset", "--dry-run", "--json"]).ok().json();
    assert_eq!(going["volume"][0]["rows"], coffee["rows"]);
    large.migrate(&["seed", "all", "--reset", "--yes"]).ok();
    assert_eq!(large.value("select count(*) from organizations where name like 'Riverbend%'"), "0");
    assert_eq!(large.value("select (select count(*) from orders) + (select count(*) from bookings)"), "0");
    assert_eq!(large.value("select count(*) from auth.users"), "0");
    assert_eq!(large.value("select count(*) from migrate.volume"), "0");
    assert_eq!(large.dump(), schema);
}

#[test]
fn a_load_that_was_killed_goes_on_to_the_same_end() {
    let (whole, killed) = (bundled(), bundled());
    let schema = whole.dump();
    let arguments = ["seed", "coffee-shop", "--scale", "1", "--today", "2026-03-04", "--strip", "true", "--jobs", "1"];
    whole.migrate(&arguments).ok();
    // First while rows come, then while indexes do.
    let loading = "select sum(stretches) > 1 from migrate.volume_progress";
    let building = "select bool_and(is_done) and (select count(*) from migrate.volume_rebuild where phase = 1) < 60
        from migrate.volume_progress";
    let mut client = killed.client();
    for moment in [loading, building] {
        let mut child = killed.start(&arguments);
        wait_for(moment, || client.query_one(moment, &[]).is_ok_and(|row| row.get::<_, Option<bool>>(0) == Some(true)));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let go_on = "migrate seed coffee-shop --scale 1 --locations 1 --random-seed 1 --today 2026-03-04";
    killed.migrate(&["status"]).ok().prints("unfinished volume load").prints(go_on);
    killed.migrate(&["status", "--check"]).code(3);
    killed
        .migrate(&["down", "--yes"])
        .code(1)
        .says("is not finished")
        .says(go_on)
        .says("`migrate seed coffee-shop --reset`");
    killed.migrate(&["seed", "coffee-shop"]).code(1).says("is not finished").says(go_on);
    killed.migrate(&["seed", "coffee-shop", "--scale", "7"]).code(1).says(go_on);
    killed.migrate(&["seed", "yoga-studio", "--scale", "1"]).code(1).says("volume load of coffee-shop is not finished");
    killed.migrate(&arguments).ok();
    is_sound(&killed);
    assert_eq!(rows(&killed), rows(&whole));
    assert_eq!(killed.dump(), schema);
    killed.migrate(&["down", "--yes"]).ok();
}

#[test]
fn an_unfinished_load_is_taken_away_with_what_it_took_off() {
    let project = bundled();
    let schema = project.dump();
    let mut child = project.start(&arguments("coffee-shop", "true"));
    wait_for("the beginning", || project.value("select to_regclass('migrate.volume_progress') is not null") == "t");
    child.kill().unwrap();
    child.wait().unwrap();
    std::thread::sleep(Duration::from_millis(50));
    assert_ne!(project.dump(), schema);
    project.migrate(&["seed", "coffee-shop", "--reset"]).code(4).says("and the volume, that seeding put into");
    let what = "the volume of coffee-shop: 1 branch-month at 1 location (unfinished)";
    project.migrate(&["seed", "coffee-shop", "--reset", "--dry-run"]).ok().prints(&format!("{what} would be deleted"));
    let told = project.migrate(&["seed", "coffee-shop", "--reset", "--dry-run", "--json"]).ok().json();
    let volume = serde_json::json!([{ "vertical": "coffee-shop", "scale": 1, "locations": 1, "is_finished": false, "rows": null }]);
    assert_eq!(told["volume"], volume);
    assert_ne!(project.dump(), schema);
    project
        .migrate(&["seed", "coffee-shop", "--reset", "--yes"])
        .ok()
        .says(&format!("will delete {what}"))
        .prints(&format!("{what} deleted"));
    assert_eq!(project.dump(), schema);
    assert_eq!(project.value("select count(*) from orders"), "0");
    is_sound(&project);
}

#[test]
fn what_cannot_be_asked_for_is_refused_before_a_server_is_asked() {
    let project = Project::new();
    project.file("seeds/bakery/01_a.sql", "select 1");
    project.migrate(&["seed", "bakery", "--scale", "1"]).code(2).says("nothing says what a month of bakery is");
    let project = bundled();
    project.migrate(&["seed", "coffee-shop", "--scale", "1", "--locations", "2"]).code(2).says("--locations 2");
    project.migrate(&["seed", "coffee-shop", "--locations", "2"]).code(2);
    project.file("migrate.toml", "platform = \"supabase\"\n[env.local]\nprotected = true\n");
    project.migrate(&["seed", "coffee-shop", "--scale", "1"]).code(4).says("protected");
    project.migrate(&["seed", "coffee-shop", "--reset", "--yes"]).code(4).says("protected");
}

#[test]
fn a_role_that_may_not_switch_triggers_off_for_its_session_loads_as_well() {
    // Roles are the server's: the first stand-in on it makes those of the API.
    drop(bundled());
    let mut project = Project::on(Cluster::shared().database());
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    let database = project.value("select current_database()");
    let owner = format!("owner_of_{database}");
    let make = format!(
        "create role {owner} login createrole; grant anon, authenticated, service_role to {owner};
         alter database {database} owner to {owner}"
    );
    project.client().batch_execute(&make).unwrap();
    project.url = project.url.replace("postgres://postgres@", &format!("postgres://{owner}@"));
    project.migrate(&["up", "--stand-in"]).ok();
    let (schema, arguments) = (project.dump(), arguments("coffee-shop", "false"));
    project.migrate(&arguments).ok().says("until the rows are there");
    is_sound(&project);
    assert_eq!(project.dump(), schema);
    project.migrate(&["seed", "coffee-shop", "--reset", "--yes"]).ok();
    assert_eq!(project.value("select count(*) from orders"), "0");
    assert_eq!(project.dump(), schema);
}
