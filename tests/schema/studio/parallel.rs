//! Fifty people at once, some of them staff, thousands of operations: every rule holds, nobody is turned away by a
//! deadlock, and the waitlist keeps its order.

use std::thread;

use counterpose::config::Overrides;
use counterpose::testing::Databases;
use postgres::{Client, NoTls};

use crate::shop::{bundled, expand};
use crate::support::{Cluster, Setup};

const SESSIONS: u64 = 50;
const OPERATIONS: u64 = 60;

/// Sixty members, half of them with a package, and six small classes, three days from now.
const STUDIO: &str = include_str!("parallel.sql");

#[test]
fn every_rule_holds_under_fifty_sessions() {
    let cluster = Cluster::start(&Setup { conf: "max_connections = 80", ..Setup::default() });
    let project = bundled();
    project.file("migrate.toml", "platform = \"supabase\"\n");
    let (dir, url) = (Some(project.path().to_owned()), Some(cluster.database()));
    let studios = Databases::with_rows(&Overrides { dir, url, ..Overrides::default() }, expand(STUDIO)).unwrap();
    let studio = studios.database().unwrap();
    let url = studio.url();

    let at_once = |statements: fn(u64) -> Vec<String>| {
        let run = |session: u64| {
            let url = url.to_owned();
            thread::spawn(move || {
                let mut client = Client::connect(&url, NoTls).unwrap();
                statements(session).iter().for_each(|sql| client.batch_execute(sql).unwrap());
            })
        };
        let sessions: Vec<_> = (0..SESSIONS).map(run).collect();
        sessions.into_iter().for_each(|session| session.join().unwrap());
    };
    at_once(|session| {
        let act = |operation: u64| {
            // Any spread will do, as long as it is the same every time.
            let dice = (session * OPERATIONS + operation + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 24;
            format!("call tests.act({}, {}, {})", dice % 100, dice / 100 % 60 + 1, dice / 6000 % 6 + 1)
        };
        (0..OPERATIONS).map(act).collect()
    });
    // One hour, one room, one instructor, and fifty who plan a class in it; a holiday that fifty declare.
    at_once(|session| vec![format!("call tests.plan({session})"), "call tests.close()".to_owned()]);

    let mut client = Client::connect(url, NoTls).unwrap();
    let mut value = |sql: &str| client.query_one(sql, &[]).unwrap().get::<_, Option<String>>(0).unwrap_or_default();
    let broken = "select string_agg(format('%s: %s %s, not %s', rule, entity_id, actual, expected), E'\\n')
        from private.check_invariants()";
    assert_eq!(value(broken), "");
    let total = SESSIONS * OPERATIONS;
    assert_eq!(value("select count(*)::text from tests.outcomes"), total.to_string());
    // Nothing was refused but by the rules of booking.
    let other = "select string_agg(distinct outcome, ' ') from tests.outcomes where outcome not in ('done', '23514', '23505', '42501')";
    assert_eq!(value(other), "");
    assert_eq!(
        value("select (count(*) filter (where outcome = 'done') > count(*) / 2)::text from tests.outcomes"),
        "true"
    );
    for event in ["booked", "waitlisted", "promoted", "cancelled", "checked_in"] {
        let seen = value(&format!("select (count(*) > 0)::text from booking_events where event_type = '{event}'"));
        assert_eq!(seen, "true", "no booking was {event}");
    }
    assert_eq!(value("select string_agg(status, ' ') from class_schedules where room_name = 'Only'"), "scheduled");
    assert_eq!(value("select count(*)::text from location_closures"), "1");
    assert_eq!(value("select deadlocks::text from pg_stat_database where datname = current_database()"), "0");
}
