//! What is measured, what fails, and how it ends.

use std::time::{Duration, Instant};

use crate::project::wait_for;
use crate::{measured, project, ran};

#[test]
fn every_figure_is_there_and_makes_sense() {
    let json =
        measured(&[("q1", "-- bench: title slowly\nselect n, pg_sleep(0.002) from generate_series(1, 3) as n")], &[]);
    assert_eq!((&json["clients"], &json["runs"], &json["warm_up"]), (&3.into(), &12.into(), &3.into()));
    assert!(json["server"]["version"].as_str().unwrap().starts_with("15."));
    assert_eq!(json["server"]["shared_buffers"], "16MB");
    assert!(json["server"]["database_bytes"].as_u64().unwrap() > 10_000_000);
    let query = &json["queries"][0];
    assert_eq!((&query["id"], &query["title"], &query["runs"]), (&"Q1".into(), &"slowly".into(), &12.into()));
    let figures = |kind: &str| ["min", "p50", "p95", "p99", "max"].map(|key| query[kind][key].as_f64().unwrap());
    for kind in ["latency_ms", "transaction_ms"] {
        let figures = figures(kind);
        assert!(figures.is_sorted() && figures[0] >= 6.0, "{kind}: {figures:?}");
        let mean = query[kind]["mean"].as_f64().unwrap();
        assert!(mean >= figures[0] && mean <= figures[4]);
    }
    assert!(figures("transaction_ms")[0] > figures("latency_ms")[0]);
    assert_eq!((&query["rows_min"], &query["rows_max"]), (&3.into(), &3.into()));
    let calls = query["calls_per_second"].as_f64().unwrap();
    assert!(calls > 1.0 && calls <= 3.0 / 0.006, "{calls}");
}

#[test]
fn clients_are_parallel_sessions() {
    let begin = Instant::now();
    let slow = [("q1", "select pg_sleep(0.3)")];
    let json = measured(&slow, &["--runs", "8", "--clients", "8", "--warm-up", "0"]);
    // One after the other, they would take 2.4 s; the plan is one more.
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert!(json["queries"][0]["calls_per_second"].as_f64().unwrap() > 10.0, "{json}");
}

#[test]
fn time_may_be_the_measure() {
    let json = measured(&[("q1", "select pg_sleep(0.05)")], &["--duration", "400ms", "--clients", "2"]);
    assert_eq!(json["runs"], 12);
    let project = project(&[("q1", "select pg_sleep(0.05)")]);
    let json = project.migrate(&["bench", "--duration", "400ms", "--clients", "2", "--json"]).ok().json();
    assert_eq!((&json["runs"], &json["duration_ms"]), (&serde_json::Value::Null, &400.0.into()));
    let runs = json["queries"][0]["runs"].as_u64().unwrap();
    assert!((4..=18).contains(&runs), "{runs}");
}

#[test]
fn a_query_that_fails_is_reported_by_line_and_the_others_run() {
    let project = project(&[
        ("q1", "-- bench: let x = select 1\nselect :x,\n  no_such_column\nfrom shops"),
        ("q2", "select 1 / (random() * 0)::int"),
        ("q3", "select 1"),
    ]);
    let ran = project.migrate(&["bench", "--runs", "3", "--check", "p95<1ms"]).code(1);
    for line in [
        "failed: Q1: bench/queries/q1.sql:3:3: column \"no_such_column\" does not exist (SQLSTATE 42703)",
        "3 |   no_such_column\n      ^",
        "failed: Q2: bench/queries/q2.sql:1: division by zero (SQLSTATE 22012)",
        "1 query measured by 8 clients, 2 failed",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
    let json = project.migrate(&["bench", "--json"]).code(1).json();
    assert_eq!(json["queries"][0]["failure"]["line"], 3);
    assert_eq!(json["queries"][0]["latency_ms"], serde_json::Value::Null);
    assert_eq!(json["queries"][2]["runs"], 200);
}

#[test]
fn only_a_query_that_says_so_may_write_and_what_it_writes_is_gone() {
    let insert = "insert into visits select -n, 1, md5('x')::uuid, 'new' from generate_series(1, 3) as n";
    let failure = ran(&[("q1", insert)], &[]).code(1).json()["queries"][0]["failure"].clone();
    assert_eq!(failure["message"], "cannot execute INSERT in a read-only transaction");
    let project = project(&[("q1", &format!("-- bench: writes\n{insert}"))]);
    let json = project.migrate(&["bench", "--runs", "2", "--clients", "1", "--json"]).ok().json();
    assert_eq!((&json["queries"][0]["writes"], &json["queries"][0]["rows_max"]), (&true.into(), &3.into()));
    assert_eq!(project.value("select count(*) from visits where id < 0"), "0");
}

#[test]
fn a_run_that_takes_too_long_is_cancelled() {
    let begin = Instant::now();
    let ran = ran(&[("q1", "select pg_sleep(60)")], &["--timeout", "500ms"]).code(1);
    assert!(begin.elapsed() < Duration::from_secs(20));
    let failure = &ran.json()["queries"][0]["failure"];
    assert_eq!(failure["message"], "not done after 0.5 s, and cancelled");
    assert_eq!(failure["hint"], "`--timeout` gives it more time");
}

#[test]
fn a_session_that_ends_costs_one_query_only() {
    let json = ran(&[("q1", "select pg_terminate_backend(pg_backend_pid())"), ("q2", "select 1")], &[]).code(1).json();
    assert_eq!(json["failed"], serde_json::json!(["Q1"]));
    assert_eq!(json["queries"][1]["runs"], 12);
}

#[test]
fn ctrl_c_ends_it_with_what_was_measured() {
    let project = project(&[("q1", "select 1"), ("q2", "select pg_sleep(20.25)"), ("q3", "select 1")]);
    let child = project.start(&["bench", "--runs", "5", "--clients", "2", "--json"]);
    let running = "select count(*) from pg_stat_activity where query like '%sleep(20.25)%' and state = 'active' \
        and pid <> pg_backend_pid()";
    wait_for("the slow query", || project.value(running) == "2");
    let begin = Instant::now();
    let killed = std::process::Command::new("kill").args(["-s", "INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let output = child.wait_with_output().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(10));
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["interrupted"], true);
    assert_eq!(json["queries"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["queries"][0]["runs"], 5);
    wait_for("the end of the slow query", || project.value(running) == "0");
}

#[test]
fn a_protected_environment_asks() {
    let project = project(&[("q1", "select 1")]);
    let text = format!("platform = 'supabase'\n[env.production]\nurl = \"{}\"\nprotected = true\n", project.url);
    project.file("migrate.toml", text);
    let bench = |more: &[&str]| {
        let mut command = project.command(&[&["bench", "--runs", "1", "--env", "production"], more].concat());
        command.env_remove("DATABASE_URL").output().unwrap()
    };
    let refused = bench(&[]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("measuring puts load on it"), "{refused:?}");
    assert_eq!(bench(&["--yes"]).status.code(), Some(0));
}
