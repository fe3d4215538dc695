//! The coffee shop's demo data: right by every rule of the schema, the same every time, open to each of its people as far
//! as the policies say, and something on which the real functions go on working.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;

use postgres::{Client, NoTls, SimpleQueryMessage};

use crate::project::Project;
use crate::support::Cluster;

/// A Thursday. The month before has the end of summer time in it.
const TODAY: &str = "2026-11-26";

/// A database to copy.
struct Template {
    name: String,
}

impl Template {
    /// The bundled schema, without a row.
    fn empty() -> &'static Self {
        static EMPTY: OnceLock<Template> = OnceLock::new();
        EMPTY.get_or_init(|| Self::make(None, &["up", "--stand-in"]))
    }

    /// The shop, seeded once for all tests.
    fn seeded() -> &'static Self {
        static SEEDED: OnceLock<Template> = OnceLock::new();
        SEEDED.get_or_init(|| Self::make(Some(Self::empty()), &["seed", "coffee-shop", "--today", TODAY]))
    }

    fn make(from: Option<&Self>, arguments: &[&str]) -> Self {
        let project = from.map_or_else(|| bundled(Project::new()), |template| bundled(Project::on(template.copy())));
        project.migrate(arguments).ok();
        Self { name: project.client().query_one("select current_database()", &[]).unwrap().get(0) }
    }

    /// A database with the same rows: its URL.
    fn copy(&self) -> String {
        let cluster = Cluster::shared();
        let name = cluster.create_database();
        cluster.sql(&format!("drop database {name}"));
        cluster.sql(&format!("create database {name} template {}", self.name));
        format!("postgres://postgres@/{name}?host={}&port={}", cluster.socket().display(), cluster.port)
    }
}

/// A folder without migrations: the program takes the bundled ones, and their seeds.
fn bundled(project: Project) -> Project {
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.file("migrate.toml", "platform = \"supabase\"\n");
    project
}

/// A shop of one's own.
struct Shop {
    client: Client,
}

impl Shop {
    fn open() -> Self {
        Self::on(&Template::seeded().copy())
    }

    fn on(url: &str) -> Self {
        let mut client = Client::connect(url, NoTls).unwrap();
        client.batch_execute("set timezone = 'UTC'").unwrap();
        Self { client }
    }

    /// The first cell of the last row that a script gives, as the owner of the tables.
    fn value(&mut self, sql: &str) -> String {
        last(&self.client.simple_query(&expand(sql)).unwrap())
    }

    fn number(&mut self, sql: &str) -> i64 {
        self.value(sql).parse().unwrap()
    }

    /// As somebody who has signed in, by the name before `@coffee.example`; what it did stays.
    fn tries(&mut self, who: &str, sql: &str) -> Result<String, String> {
        let mut transaction = self.client.transaction().unwrap();
        transaction.batch_execute(&sign_in(who)).unwrap();
        match transaction.simple_query(&expand(sql)) {
            Ok(messages) => {
                transaction.commit().unwrap();
                Ok(last(&messages))
            }
            Err(error) => Err(error.as_db_error().unwrap().message().to_owned()),
        }
    }

    #[track_caller]
    fn does(&mut self, who: &str, sql: &str) -> String {
        self.tries(who, sql).unwrap_or_else(|error| panic!("{who}: {sql}\n{error}"))
    }

    #[track_caller]
    fn is_whole(&mut self) {
        let broken = self.value("select string_agg(i::text, E'\\n') from private.check_invariants() i");
        assert_eq!(broken, "", "broken rules");
    }

    /// A line for every table: its name, its rows, and their MD5.
    fn sums(&mut self) -> String {
        let tables = "select format('%I.%I', schemaname, tablename) from pg_tables
                      where schemaname in ('public', 'auth') order by 1";
        let mut sums = String::new();
        for table in self.client.query(tables, &[]).unwrap() {
            let table: &str = table.get(0);
            let sum = format!(
                "select count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t"
            );
            writeln!(sums, "{table} {}", last(&self.client.simple_query(&sum).unwrap())).unwrap();
        }
        sums
    }
}

fn last(messages: &[SimpleQueryMessage]) -> String {
    let row = messages.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
        _ => None,
    });
    row.unwrap_or_default()
}

/// As the API does it for whoever has signed in; `anon` has not.
fn sign_in(who: &str) -> String {
    if who == "anon" {
        return "set local role anon".to_owned();
    }
    format!(
        "select set_config('request.jwt.claims', jsonb_build_object('sub', u.id, 'role', 'authenticated', 'email', u.email,
           'app_metadata', u.raw_app_meta_data)::text, true)
         from auth.users u where u.email = '{who}@coffee.example';
         set local role authenticated"
    )
}

/// Replaces `{product latte}` by the id of the label `coffee product latte`.
fn expand(sql: &str) -> String {
    let (mut text, mut rest) = (String::new(), sql);
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let is_label = |word: &str| word.contains(' ') && word.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
        match after.split_once('}') {
            Some((word, behind)) if is_label(word) => {
                write!(text, "md5('coffee {word}')::uuid").unwrap();
                rest = behind;
            }
            _ => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

#[test]
fn every_rule_of_the_schema_holds_whatever_the_day() {
    Shop::open().is_whole();
    // A leap day, and the Sunday on which summer time begins.
    for today in ["2028-02-29", "2027-03-14"] {
        let url = Template::empty().copy();
        bundled(Project::on(url.clone())).migrate(&["seed", "coffee-shop", "--today", today]).ok();
        let mut shop = Shop::on(&url);
        shop.is_whole();
        assert!((550..700).contains(&shop.number("select count(*) from orders")), "{today}");
        let least = "select min(balance_after) from (select balance_after from stock_movements
                     union all select balance_after from loyalty_transactions) b";
        assert!(shop.number(least) >= 0, "{today}");
        // Whoever tries the demo can pay with points.
        assert!(shop.number("select loyalty_points from customers where id = {customer ines}") >= 700, "{today}");
    }
}

#[test]
fn one_day_gives_the_same_rows_and_a_second_run_changes_none() {
    let url = Template::empty().copy();
    bundled(Project::on(url.clone())).migrate(&["seed", "coffee-shop", "--today", TODAY]).ok();
    let once = Shop::on(&url).sums();
    assert_eq!(once, Shop::open().sums());

    let again = bundled(Project::on(url.clone()));
    again.migrate(&["seed", "coffee-shop"]).ok().prints("nothing changed");
    // The scripts run once more where their files are others: in a project of one's own, each with a line more.
    let own = Project::on(url.clone());
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["migrations", "rollbacks", "seeds/coffee-shop"] {
        for file in std::fs::read_dir(repository.join(folder)).unwrap() {
            let file = file.unwrap().path();
            let name = file.file_name().unwrap().to_str().unwrap();
            let more = if name.ends_with(".sql") && folder.starts_with("seeds") { "\n-- Once more.\n" } else { "" };
            own.file(&format!("{folder}/{name}"), std::fs::read_to_string(&file).unwrap() + more);
        }
    }
    own.file("migrate.toml", "platform = \"supabase\"\n");
    own.migrate(&["seed", "coffee-shop"]).ok().prints("coffee-shop: 9 scripts run");
    assert_eq!(once, Shop::on(&url).sums());
}

#[test]
fn a_month_is_as_a_month_is() {
    let mut shop = Shop::open();
    for (what, least, most) in [
        ("organizations where slug = 'riverbend-coffee'", 1, 1),
        ("locations where code in ('OLDTOWN', 'STATION')", 2, 2),
        ("categories", 9, 9),
        ("products where product_type <> 'ingredient'", 26, 26),
        ("customers", 40, 40),
        ("orders", 550, 700),
        ("orders where status = 'cancelled'", 5, 25),
        ("orders where payment_status = 'refunded'", 3, 30),
        ("orders where tip_amount > 0", 50, 250),
        ("orders where status = 'pending'", 2, 5),
        ("orders where status = 'preparing'", 2, 5),
        ("orders where status = 'ready'", 2, 5),
        ("loyalty_transactions where transaction_type = 'earn'", 150, 400),
        ("loyalty_transactions where transaction_type = 'redeem'", 10, 60),
        ("loyalty_transactions where transaction_type = 'bonus'", 4, 20),
        ("loyalty_transactions where transaction_type = 'expire'", 1, 3),
        ("promotions where redemption_count > 0", 4, 4),
        ("inventory_alerts where resolved_at is null", 2, 12),
        ("pos_sessions where closed_at is null", 2, 2),
        ("pos_reconciliation_items", 2, 2),
    ] {
        let found = shop.number(&format!("select count(*) from {what}"));
        assert!((least..=most).contains(&found), "{found} {what}");
    }
    // Nothing of a visitor's way through the shop is empty, and nothing was stamped by the clock.
    for table in [
        "tax_rates",
        "product_variants",
        "modifier_groups",
        "modifiers",
        "product_modifier_groups",
        "product_components",
        "product_location_overrides",
        "order_items",
        "order_item_options",
        "order_status_history",
        "order_discounts",
        "payments",
        "refunds",
        "cash_movements",
        "stock_movements",
        "notifications",
        "audit_log",
        "pos_transactions",
        "pos_webhook_events",
        "pos_reconciliations",
        "sales_daily",
        "loyalty_rewards",
        "user_roles",
        "products",
        "orders",
    ] {
        assert!(shop.number(&format!("select count(*) from {table}")) > 0, "{table} is empty");
        let stamp = if table == "sales_daily" { "refreshed_at" } else { "created_at" };
        let late = format!("select count(*) from {table} where {stamp} > date '{TODAY}' + 1");
        assert_eq!(shop.number(&late), 0, "{table} is stamped by the clock");
    }
    let by_hour = "select sum(order_count) from sales_by_hour where hour";
    assert!(
        shop.number(&format!("{by_hour} = 8")) > 3 * shop.number(&format!("{by_hour} = 15")),
        "there is no rush hour"
    );
    // What is kept of the days is what adding them up again gives.
    let days = "select md5(string_agg(to_jsonb(s) - 'id' - 'refreshed_at' #>> '{}', '|' order by location_id, business_date, product_id))
                from sales_daily s";
    let kept = shop.value(days);
    shop.value(&format!("select refresh_sales_daily(date '{TODAY}' - 30, date '{TODAY}' - 1)"));
    assert_eq!(shop.value(days), kept);
}

#[test]
fn each_of_its_people_sees_what_is_theirs() {
    let mut shop = Shop::open();
    let mine = shop.value("select count(*) from orders where customer_id = {customer ines}");
    let here = shop.value("select count(*) from orders where location_id = {location oldtown}");
    let there = shop.value("select count(*) from orders where location_id = {location station}");
    let all = shop.value("select count(*) from orders");
    let guests = shop.value("select count(distinct customer_id) from orders where location_id = {location oldtown}");
    for (who, sql, expected) in [
        ("customer", "orders", mine.as_str()),
        ("customer", "my_orders", &mine),
        ("customer", "customers", "1"),
        ("customer", "inventory", "0"),
        ("customer", "promotions", "0"),
        ("customer", "products", "26"),
        ("customer", "loyalty_transactions where customer_id <> {customer ines}", "0"),
        ("barista", "orders", &here),
        ("barista", "customers", &guests),
        ("manager", "customers", "40"),
        ("barista", "promotions", "0"),
        ("barista", "audit_log", "0"),
        ("barista", "pos_sessions where location_id <> {location oldtown}", "0"),
        ("station", "orders", &there),
        ("manager", "orders", &all),
        ("manager", "promotions", "5"),
        ("manager", "audit_log", "0"),
        ("manager", "pos_webhook_events", "0"),
        ("admin", "orders", &all),
        ("admin", "audit_log", "10"),
        ("admin", "pos_webhook_events where status = 'failed'", "1"),
        ("anon", "products", "26"),
        ("anon", "categories", "8"),
    ] {
        assert_eq!(shop.does(who, &format!("select count(*) from {sql}")), expected, "{who}: {sql}");
    }
    for who in ["customer", "barista", "manager", "admin"] {
        shop.does(who, "select count(*) from inventory_status");
        assert!(shop.tries(who, "update customers set loyalty_points = 9999").is_err(), "{who} makes points");
    }
    assert!(shop.tries("anon", "select count(*) from orders").is_err());
}

#[test]
fn the_functions_go_on_where_the_month_ends() {
    let mut shop = Shop::open();
    let latte = "jsonb_build_array(jsonb_build_object('product_id', {product latte}, 'customizations',
        jsonb_build_object('size', 'large', 'milk', 'oat', 'modifiers', jsonb_build_object({modifier vanilla}::text, 2))))";
    let newest = shop.value("select max(order_number) from orders where external_id is null");
    let placed = shop.does(
        "customer",
        &format!("select order_number from place_order('takeaway', {latte}, location_id => {{location oldtown}}, tip_amount => 1)"),
    );
    assert!(placed > newest, "{placed} after {newest}");
    // (4.70 + 0.80 + 0.70 + 2 * 0.60) * 1.0825 + 1.00
    let total = format!("select total_amount from orders where order_number = '{placed}'");
    assert_eq!(shop.value(&total), "9.01");
    let points = "select loyalty_points from customers where id = {customer ines}";
    let had = shop.number(points);
    shop.does(
        "customer",
        &format!("select id from place_order('dine_in', {latte}, location_id => {{location oldtown}}, reward_id => {{reward five}})"),
    );
    assert_eq!(shop.number(points), had - 700);
    let market = format!(
        "select id from place_order('dine_in', {latte}, location_id => {{location oldtown}}, promotion_code => 'MARKET20')"
    );
    assert!(shop.tries("customer", &market).unwrap_err().contains("MARKET20"), "the code is used up");

    // One of the seeded orders is paid, made, handed over, and all of it comes back; another is cancelled.
    let open = "from orders where customer_id = {customer ines} and status = 'pending' and created_at < now() + interval '100 years'
                and idempotency_key is not null";
    let order = shop.value(&format!("select id {open} order by created_at limit 1"));
    assert!(shop.tries("customer", &format!("select record_payment(1, 'cash', order_id => '{order}')")).is_err());
    shop.does(
        "barista",
        &format!(
            "select record_payment(o.total_amount, 'cash', order_id => o.id, pos_session_id => {{till OLDTOWN 0}})
             from orders o where o.id = '{order}'"
        ),
    );
    shop.does("barista", &format!("update orders set status = 'completed' where id = '{order}'"));
    assert!(shop.number(points) > had - 700, "an order that is paid and completed earns points");
    let refund = format!("select refund_payment(id) from payments where order_id = '{order}'");
    assert!(shop.tries("barista", &refund).is_err(), "refunds are the manager's");
    shop.does("manager", &refund);
    assert_eq!(shop.number(points), had - 700);
    let status = format!("select payment_status from orders where id = '{order}'");
    assert_eq!(shop.value(&status), "refunded");

    let preparing = "where location_id = {location oldtown} and status = 'preparing'";
    let one = shop.value(&format!("select id from orders {preparing} limit 1"));
    shop.does("barista", &format!("update orders set status = 'cancelled' where id = '{one}'"));
    shop.does("barista", &format!("update orders set status = 'ready' {preparing}"));
    let past = "(select p.id from payments p join orders o on o.id = p.order_id
                 where o.status = 'completed' and p.refunded_amount = 0 and o.customer_id is not null order by p.captured_at limit 1)";
    shop.does("manager", &format!("select refund_payment({past})"));
    shop.does("barista", "select post_stock_movement({inventory oldtown banana}, 'restock', 12, 'a second tray')");
    assert_eq!(
        shop.value("select count(*) from inventory_alerts where product_id = {product banana} and resolved_at is null"),
        "0"
    );
    assert_eq!(
        shop.does("barista", "select cash_difference from close_pos_session({till OLDTOWN 0}, 150)"),
        shop.value("select counted_cash - expected_cash from pos_sessions where id = {till OLDTOWN 0}")
    );
    // Points that lapse are gone in the seeded history.
    assert_eq!(shop.value(&format!("select expire_loyalty_points('{TODAY}')")), "0");
    shop.is_whole();
}
