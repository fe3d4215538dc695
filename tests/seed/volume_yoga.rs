//! A chain of yoga studios, loaded in bulk: no rule is broken, its numbers are those of a studio, and it is the same when it
//! is made again.

use postgres::{Client, NoTls};

use crate::project::Project;

const LOAD: [&str; 7] = ["seed", "yoga-studio", "--scale", "2", "--locations", "2", "--quiet"];

/// The bundled project, and a connection to its database.
fn bundled() -> (Project, Client) {
    let project = Project::new();
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["up", "--quiet", "--stand-in"]).ok();
    let client = Client::connect(&project.url, NoTls).unwrap();
    (project, client)
}

/// The rows of a query, as texts.
fn ask(client: &mut Client, query: &str) -> Vec<String> {
    let rows = client.query(&format!("select x::text from ({query}) x"), &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// One number.
fn number(client: &mut Client, query: &str) -> f64 {
    client.query_one(&format!("select ({query})::double precision"), &[]).unwrap().get(0)
}

/// What a load made, a hash for each table.
fn print_of(client: &mut Client) -> Vec<String> {
    let places =
        "(select l.id from public.locations l where l.organization_id = md5('volume yoga organization')::uuid)";
    let tables = [
        ("class_schedules", "location_id"),
        ("bookings", "location_id"),
        ("booking_events", "location_id"),
        ("members", "home_location_id"),
        ("member_packages", "location_id"),
        ("payments", "location_id"),
    ];
    let hash = |(table, place): (&str, &str)| {
        let of = format!("public.{table} t where t.{place} in {places}");
        ask(client, &format!("select md5(string_agg(t::text, '|' order by t.id)) from {of}")).remove(0)
    };
    tables.map(hash).to_vec()
}

#[test]
fn a_chain_of_studios_breaks_no_rule_and_is_the_same_again() {
    let (project, mut client) = bundled();
    project.migrate(&LOAD).ok();
    assert_eq!(ask(&mut client, "select * from private.check_invariants()"), [""; 0]);
    assert_eq!(ask(&mut client, include_str!("volume_yoga.sql")), [""; 0]);
    is_alive(&mut client);
    accounts_work(&mut client);
    let made = print_of(&mut client);

    project.migrate(&["seed", "yoga-studio", "--reset", "--yes", "--quiet"]).ok();
    for table in ["bookings", "members", "class_schedules", "member_packages", "payments", "instructors"] {
        assert_eq!(number(&mut client, &format!("select count(*) from public.{table}")), 0.0, "{table}");
    }
    project.migrate(&LOAD).ok();
    assert_eq!(print_of(&mut client), made);
}

/// Evenings are full and have queues, mornings are not; people cancel, and stay away more often when they have not paid.
fn is_alive(client: &mut Client) {
    let mut share = |of: &str, what: &str, low: f64, high: f64| {
        let found =
            number(client, &format!("select 100.0 * count(*) filter (where {what}) / nullif(count(*), 0) from {of}"));
        assert!((low..=high).contains(&found), "{what} of {of}: {found}");
    };
    let chain = "location_id in (md5('volume yoga location 1')::uuid, md5('volume yoga location 2')::uuid)";
    let past = format!("public.class_schedules where {chain} and status = 'completed'");
    let full = "current_bookings = max_participants";
    share(&format!("{past} and start_time between '17:30' and '19:30'"), full, 45.0, 95.0);
    share(&format!("{past} and start_time < '09:00'"), full, 0.0, 30.0);
    let bookings = format!("public.bookings where {chain}");
    share(&bookings, "waitlist_seq is not null", 4.0, 15.0);
    share(&bookings, "is_late_cancel", 1.5, 6.0);
    share(&bookings, "promoted_at is not null", 0.5, 4.0);
    let over = format!("{bookings} and status in ('attended', 'no_show')");
    share(&format!("{over} and booking_type = 'drop_in'"), "status = 'no_show'", 13.0, 26.0);
    share(&format!("{over} and payment_method = 'package'"), "status = 'no_show'", 2.0, 9.0);
    let ahead =
        format!("public.class_schedules where {chain} and status = 'scheduled' and scheduled_date > current_date");
    share(&ahead, "waitlist_count > 0", 0.05, 10.0);
    let monthly = number(client, &format!("select count(*) / 2 from {bookings}"));
    assert!((4_000.0..6_000.0).contains(&monthly), "{monthly}");
    let states = "select string_agg(distinct status, ' ' order by status) from public.member_packages";
    assert_eq!(ask(client, states), ["(\"active cancelled expired past_due pending\")"]);
}

/// The people whom benchmarks sign in.
fn accounts_work(client: &mut Client) {
    let roles = "select r.role, r.location_id is null from public.user_roles r join auth.users u on u.id = r.user_id
                 where u.email like '%@chain.yoga.example' order by 1";
    assert_eq!(ask(client, roles), ["(admin,t)", "(instructor,f)", "(staff,f)"]);
    let regular = "select count(*) from public.bookings b join public.members m on m.id = b.member_id
                   join auth.users u on u.id = m.user_id where u.email = 'member@chain.yoga.example'";
    assert!(number(client, regular) > 25.0);
    let teaches =
        "select count(*) from public.class_schedules s join public.instructors i on i.id = s.effective_instructor_id
                   join auth.users u on u.id = i.user_id where u.email = 'instructor@chain.yoga.example'";
    assert!(number(client, teaches) > 40.0);
}
