//! Fifty sessions at once: what is counted is counted right, and nobody deadlocks.

use std::sync::{Barrier, OnceLock};

use postgres::{Client, NoTls};

use crate::project::Project;
use crate::shop::{expand, versions};
use crate::support::{Cluster, Setup};

const SESSIONS: usize = 50;

/// A server with room for them, and a shop on it that each test copies.
struct Bar {
    url: String,
    cluster: &'static Cluster,
}

impl Bar {
    fn open() -> Self {
        static SERVER: OnceLock<(Cluster, String)> = OnceLock::new();
        let (cluster, template) = SERVER.get_or_init(|| {
            let cluster = Cluster::start(&Setup { conf: "max_connections = 200", ..Setup::default() });
            let project = Project::on(cluster.database());
            for folder in ["migrations", "rollbacks"] {
                std::fs::remove_dir(project.path().join(folder)).unwrap();
            }
            project.migrate(&["up", "--stand-in"]).ok().prints(&format!("{} migrations applied", versions().len()));
            for rows in [include_str!("../fixture.sql"), include_str!("menu.sql"), include_str!("load.sql")] {
                project.client().batch_execute(&expand(rows)).unwrap();
            }
            let name = project.value("select current_database()");
            (cluster, name)
        });
        let name = format!("bar_{}", next());
        cluster.sql(&format!("create database {name} template {template}"));
        let url = format!("postgres://postgres@/{name}?host={}&port={}", cluster.socket().display(), cluster.port);
        Self { url, cluster }
    }

    fn connect(&self) -> Client {
        let mut client = Client::connect(&self.url, NoTls).unwrap();
        client.batch_execute("set statement_timeout = '100s'").unwrap();
        client
    }

    fn value(&self, sql: &str) -> String {
        self.connect().query_one(&format!("select ({})::text", expand(sql)), &[]).unwrap().get(0)
    }

    /// Runs a statement for each session as its own caller, all begun at the same moment. Gives the SQLSTATEs of those
    /// that were refused.
    fn rush(&self, each: impl Fn(usize) -> (String, String) + Sync) -> Vec<String> {
        let barrier = Barrier::new(SESSIONS);
        std::thread::scope(|scope| {
            let run = |session: usize| {
                let (caller, sql) = each(session);
                let (mut client, barrier) = (self.connect(), &barrier);
                scope.spawn(move || {
                    barrier.wait();
                    attempt(&mut client, &caller, &sql).err()
                })
            };
            let threads: Vec<_> = (1..=SESSIONS).map(run).collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        })
    }

    #[track_caller]
    fn is_sound(&self) {
        let broken = "select coalesce(string_agg(format('%s: %s', rule, entity_id), E'\\n'), '')
            from private.check_invariants()";
        assert_eq!(self.value(broken), "");
        let deadlocks = "select deadlocks from pg_stat_database where datname = current_database()";
        assert_eq!(self.value(deadlocks), "0");
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        let name = self.url.split(['/', '?']).nth(3).unwrap_or_default().to_owned();
        self.cluster.sql(&format!("drop database if exists {name} with (force)"));
    }
}

/// One transaction of a caller; its SQLSTATE if it is refused.
fn attempt(client: &mut Client, caller: &str, sql: &str) -> Result<(), String> {
    let run = |client: &mut Client| -> Result<(), postgres::Error> {
        let mut transaction = client.transaction()?;
        transaction.batch_execute(&expand(caller))?;
        transaction.batch_execute(&expand(sql))?;
        transaction.commit()
    };
    run(client).map_err(|error| error.code().map_or_else(|| error.to_string(), |code| code.code().to_owned()))
}

fn next() -> u32 {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed)
}

fn signed_in(name: &str) -> String {
    format!(
        "set local role authenticated; select set_config('request.jwt.claims',
           json_build_object('role', 'authenticated', 'sub', md5('user {name}')::uuid)::text, true)"
    )
}

fn customer(session: usize) -> String {
    signed_in(&format!("c{session}"))
}

fn service() -> String {
    "set local role service_role".to_owned()
}

/// A call of `place_order` with one of each product.
fn order(products: &[&str], more: &str) -> String {
    let item = |name: &&str| format!("jsonb_build_object('product_id', md5('product {name}')::uuid)");
    let items: Vec<String> = products.iter().map(item).collect();
    format!("select public.place_order('takeaway', jsonb_build_array({}){more})", items.join(", "))
}

#[test]
fn fifty_buyers_of_thirty_muffins_in_either_order() {
    let bar = Bar::open();
    bar.connect()
        .batch_execute(&expand("update inventory set current_stock = 30 where id = {inventory muffin}"))
        .unwrap();
    let refused = bar.rush(|session| {
        let products = if session % 2 == 0 { ["muffin", "p3"] } else { ["p3", "muffin"] };
        (customer(session), order(&products, ""))
    });
    assert_eq!(refused, vec!["23514"; 20]);
    assert_eq!(bar.value("select current_stock from inventory where id = {inventory muffin}"), "0");
    assert_eq!(bar.value("select current_stock from inventory where id = md5('inventory p3')::uuid"), "170");
    let alerts = "select string_agg(alert_type || ' ' || (resolved_at is null), ', ' order by alert_type)
        from inventory_alerts where product_id = {product muffin}";
    assert_eq!(bar.value(alerts), "low_stock false, out_of_stock true");
    bar.is_sound();
}

#[test]
fn one_key_is_one_order_and_one_message_one_sale() {
    let bar = Bar::open();
    let refused = bar.rush(|_| (customer(1), order(&["p1", "p2"], ", idempotency_key => 'k'")));
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(bar.value("select count(*) from orders where idempotency_key = 'k'"), "1");
    let sale =
        "select ingest_pos_webhook({pos square}, 'e1', 'sale', '{\"sale\": {\"external_id\": \"s1\", \"total\": 4,
        \"subtotal\": 4, \"tender\": \"cash\", \"occurred_at\": \"2026-11-20T10:00:00Z\",
        \"items\": [{\"sku\": \"P4\", \"quantity\": 1, \"unit_price\": 4, \"total\": 4}]}}')";
    assert_eq!(bar.rush(|_| (service(), sale.to_owned())), Vec::<String>::new());
    let counted = "select format('%s %s %s', (select count(*) from orders where external_id = 's1'),
        (select sum(amount) from payments), (select attempts from pos_webhook_events))";
    assert_eq!(bar.value(counted), "1 4.00 1");
    bar.is_sound();
}

#[test]
fn points_and_codes_are_spent_once() {
    let bar = Bar::open();
    bar.connect().batch_execute("update promotions set max_redemptions = 10").unwrap();
    // Sixty points are one reward of fifty.
    let refused = bar.rush(|_| (customer(1), order(&["p3"], ", reward_id => {reward off}")));
    assert_eq!(refused, vec!["23514"; 49]);
    let points = "select loyalty_points from customers where id = md5('customer c1')::uuid";
    assert_eq!(bar.value(points), "10");
    let refused = bar.rush(|session| (customer(session), order(&["p4"], ", promotion_code => 'TEN'")));
    assert_eq!(refused, vec!["23514"; 40]);
    assert_eq!(bar.value("select redemption_count from promotions"), "10");
    bar.is_sound();
}

#[test]
fn money_comes_once_and_goes_back_no_more_than_it_came() {
    let bar = Bar::open();
    let pay = "select record_payment(100, 'card', {order ann}, provider => 'bank', external_id => 'p1')";
    assert_eq!(bar.rush(|_| (service(), pay.to_owned())), Vec::<String>::new());
    assert_eq!(bar.value("select count(*) from payments"), "1");
    let refund = "select refund_payment((select id from payments), 10)";
    assert_eq!(bar.rush(|_| (signed_in("staff"), refund.to_owned())), vec!["23514"; 40]);
    let sums = "select format('%s %s', refunded_amount, payment_status) from orders where id = {order ann}";
    assert_eq!(bar.value(sums), "100.00 refunded");
    bar.is_sound();
}

/// What happens in a shop, drawn from a number: a caller and a statement.
fn anything(drawn: u64) -> (String, String) {
    let pick = |shift: u32, of: u64| (drawn >> shift) % of + 1;
    let who = format!("c{}", pick(8, 50));
    let (a, b) = (format!("p{}", pick(16, 6)), format!("p{}", pick(24, 6)));
    let mine = |status: &str| {
        format!(
            "(select o.id from orders o where o.customer_id = md5('customer {who}')::uuid and {status}
              order by random() limit 1)"
        )
    };
    match drawn % 30 {
        0..=11 => {
            let extra = match pick(32, 5) {
                1 => ", promotion_code => 'TEN'",
                2 => ", reward_id => {reward off}",
                _ => "",
            };
            (signed_in(&who), order(&[&a, &b], extra))
        }
        12..=15 => {
            let sql = format!("update orders set status = 'cancelled' where id = {}", mine("o.status = 'pending'"));
            (signed_in(&who), sql)
        }
        16..=18 => {
            let sql = format!(
                "select record_payment(o.total_amount, 'card', o.id) from orders o
                 where o.total_amount > 0 and o.id = {}",
                mine("o.payment_status = 'pending' and o.status = 'pending'")
            );
            (signed_in("staff"), sql)
        }
        19..=21 => {
            let paid = mine("o.payment_status = 'paid' and o.status = 'pending'");
            (signed_in("barista"), format!("update orders set status = 'completed' where id = {paid}"))
        }
        22..=23 => {
            let sql = format!(
                "select refund_payment(p.id, 1) from payments p where p.refunded_amount < p.amount - 1 and p.order_id = {}",
                mine("o.payment_status = 'paid'")
            );
            (signed_in("staff"), sql)
        }
        24..=25 => {
            let (kind, number) = if pick(32, 4) == 1 { ("count", 100) } else { ("restock", 30) };
            let sql = format!("select post_stock_movement(md5('inventory {a}')::uuid, '{kind}', {number})");
            (signed_in("staff"), sql)
        }
        26..=28 => {
            let (sale, version) = (pick(32, 20), pick(40, 4));
            let kind = if version == 4 { "void" } else { "sale" };
            let sql = format!(
                "select ingest_pos_webhook({{pos square}}, 'e{sale}-{version}', 'sale', jsonb_build_object('sale',
                   jsonb_build_object('external_id', 's{sale}', 'version', {version}, 'type', '{kind}', 'subtotal', 6,
                     'total', 6, 'refunded', {version} - 1, 'tender', 'card', 'occurred_at', now(),
                     'customer_id', md5('customer {who}')::uuid, 'items', jsonb_build_array(jsonb_build_object(
                       'sku', upper('{a}'), 'quantity', 2, 'unit_price', 3, 'total', 6)))))"
            );
            (service(), sql)
        }
        _ => (service(), "select expire_loyalty_points(now() + interval '101 days')".to_owned()),
    }
}

/// A few thousand of them: refused is what does not fit (no stock, no points), and nothing else.
#[test]
fn a_busy_day_of_everything_at_once() {
    let bar = Bar::open();
    let barrier = Barrier::new(SESSIONS);
    let each = 40;
    let refused: Vec<String> = std::thread::scope(|scope| {
        let run = |session: usize| {
            let (mut client, barrier) = (bar.connect(), &barrier);
            scope.spawn(move || {
                barrier.wait();
                let draw = |turn: usize| {
                    // SplitMix64, so that a failure comes again.
                    let mut z = ((session * each + turn) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                    z ^ (z >> 31)
                };
                let one = |client: &mut Client, turn| {
                    let (caller, sql) = anything(draw(turn));
                    attempt(client, &caller, &sql).err()
                };
                (0..each).filter_map(|turn| one(&mut client, turn)).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (1..=SESSIONS).map(run).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let strange: Vec<&String> = refused.iter().filter(|code| *code != "23514").collect();
    assert!(strange.is_empty() && refused.len() < SESSIONS * each / 2, "{strange:?} {}", refused.len());
    assert!(bar.value("select count(*) from orders").parse::<usize>().unwrap() > SESSIONS * each / 5);
    bar.is_sound();
}
