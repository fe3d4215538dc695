//! What may not be exceeded.

use crate::{measured, project, ran};

const SLOW: (&str, &str) = ("s1_slow", "select pg_sleep(0.02)");
const FAST: (&str, &str) = ("f1_fast", "select 1");

#[test]
fn a_query_that_exceeds_a_limit_is_named() {
    let json = ran(&[SLOW, FAST], &["--check", "p95<20ms", "--check", "max<5s"]).code(3).json();
    assert_eq!(json["exceeded"], serde_json::json!(["S1"]));
    let slow = &json["queries"][1];
    assert_eq!((&slow["checks"][0]["limit"], &slow["checks"][0]["met"]), (&"p95<20ms".into(), &false.into()));
    assert_eq!(slow["checks"][0]["measured"], slow["latency_ms"]["p95"]);
    assert_eq!(slow["checks"][1]["met"], true);
    let text = project(&[SLOW, FAST]).migrate(&["bench", "--runs", "3", "--check", "mean<20ms"]).code(3);
    assert!(text.stdout.contains("over: S1: mean<20ms is not met: 2"), "{}", text.stdout);
    assert!(text.stdout.ends_with("2 queries measured by 8 clients, 1 over a limit\n"), "{}", text.stdout);
}

#[test]
fn a_query_has_limits_of_its_own() {
    let own = |limit: &str| format!("-- bench: max {limit}\nselect pg_sleep(0.02)");
    // Without being asked for, and in the place of the general one for the same measure.
    assert_eq!(ran(&[("s1", &own("p50<20ms"))], &[]).code(3).json()["exceeded"], serde_json::json!(["S1"]));
    let json = measured(&[("s1", &own("p95<5s"))], &["--check", "p95<20ms"]);
    assert_eq!(json["queries"][0]["checks"].as_array().unwrap().len(), 1);
    ran(&[("s1", &own("p95<5s"))], &["--check", "p50<20ms"]).code(3);
}

#[test]
fn warnings_can_be_limited() {
    let scan = ("w1", "select count(*) from visits where note like '%x'");
    let json = ran(&[scan, FAST], &["--check", "warnings=0"]).code(3).json();
    assert_eq!(json["exceeded"], serde_json::json!(["W1"]));
    measured(&[scan, FAST], &["--check", "warnings<=5"]);
}

#[test]
fn a_limit_that_means_nothing_is_refused() {
    let project = project(&[FAST]);
    for (limit, said) in [
        ("p90<1ms", "`p90` cannot be limited; there are mean, p50, p95, p99, max, warnings"),
        ("p95<100", "`p95<100` is no limit"),
        ("p95=100ms", "no duration is ever exactly that"),
    ] {
        project.migrate(&["bench", "--check", limit]).code(2).says(said);
    }
}
