//! What is said of plans.

use crate::{measured, project};

/// The warnings of a query: kind, object, policy, message.
fn warnings(text: &str) -> Vec<[String; 4]> {
    let json = measured(&[("w1", text)], &[]);
    let warnings = json["queries"][0]["warnings"].as_array().unwrap().clone();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    warnings.iter().map(|w| ["kind", "object", "policy", "message"].map(|key| text(&w[key]))).collect()
}

fn same(found: &[[String; 4]], expected: &[[&str; 4]]) {
    assert_eq!(found, expected.iter().map(|line| line.map(str::to_owned)).collect::<Vec<_>>());
}

#[test]
fn a_scan_of_a_large_table_is_named() {
    same(
        &warnings("select * from visits where visitor = md5('7')::uuid"),
        &[["sequential_scan", "public.visits", "-", "sequential scan on public.visits: 200,000 rows read, 40 kept"]],
    );
    same(
        &warnings("select * from visits where note = 'visit 7' or visitor = md5('8')::uuid"),
        &[[
            "index_unused",
            "public.visits",
            "-",
            "sequential scan on public.visits, although index visits_note_idx begins with a column of its filter: \
             200,000 rows read, 41 kept",
        ]],
    );
}

#[test]
fn what_an_index_finds_or_a_limit_stops_is_no_scan() {
    same(&warnings("select * from visits where note = 'visit 7'"), &[]);
    same(&warnings("select * from visits limit 20"), &[]);
    same(&warnings("select * from shops"), &[]);
}

#[test]
fn a_policy_that_is_asked_for_each_row_is_named() {
    let ann = "-- bench: as ann@shop.example\n";
    let found = warnings(&format!("{ann}select * from visits where shop_id = 4"));
    let policy: Vec<_> = found.iter().filter(|[kind, ..]| kind == "policy_per_row").cloned().collect();
    same(
        &policy,
        &[[
            "policy_per_row",
            "public.visits",
            "asked each time",
            "policy \"asked each time\" on public.visits calls public.may_see() for each of 20,000 \
             rows: `(select public.may_see(…))` is asked once",
        ]],
    );
    same(
        &warnings(&format!("{ann}select * from carts")),
        &[[
            "policy_per_row",
            "public.carts",
            "bare",
            "policy \"bare\" on public.carts calls auth.uid() for each of 500 rows: `(select auth.uid(…))` is asked once",
        ]],
    );
    let found = warnings(&format!("{ann}select * from replies"));
    let policy: Vec<_> = found.iter().filter(|[_, object, ..]| object == "public.replies").cloned().collect();
    same(
        &policy,
        &[[
            "policy_per_row",
            "public.replies",
            "of a visit",
            "policy \"of a visit\" on public.replies runs a sub-select on visits for each of 2,000 rows",
        ]],
    );
    // A sub-select of the query's own is not the policy's. Few rows, or nobody whom the policy is for, or a policy that is asked once.
    let none = |text: &str| assert!(warnings(text).iter().all(|[kind, ..]| kind != "policy_per_row"), "{text}");
    none(&format!("{ann}select * from visits where id = 4"));
    none("select * from visits where shop_id = 4");
    none(&format!("{ann}select * from shops"));
    none(&format!(
        "{ann}select * from replies as r where (select n + r.id from generate_series(1, 1) as n) > 0 limit 50"
    ));
}

#[test]
fn rows_that_are_read_in_vain_wrong_estimates_and_small_memory_are_named() {
    let found = warnings("select * from visits where id between 1 and 50000 and note like '%0000'");
    assert!(
        found.iter().any(|[kind, object, ..]| kind == "rows_removed" && object.contains("visits_pkey")),
        "{found:?}"
    );
    // Nobody can know how many rows a function returns.
    let found = warnings("select * from unnest(array(select n from generate_series(1, 200000) as n)) as u (n)");
    assert!(found.iter().any(|[kind, ..]| kind == "estimate"), "{found:?}");
    let found = warnings("select note from visits order by md5(note) limit 200 offset 150000");
    assert!(found.iter().any(|[kind, object, ..]| kind == "spilled" && object == "Sort"), "{found:?}");
}

#[test]
fn compiling_is_named() {
    let project = project(&[("w1", "select sum(sqrt(id)) from visits where id % 2 = 1")]);
    // The server's own default turns it on from a cost on that a small table has not.
    let url = format!("{}&options=-c%20jit%3Don%20-c%20jit_above_cost%3D0", project.url);
    let json = project.migrate(&["bench", "--runs", "1", "--clients", "1", "--json", "--url", &url]).ok().json();
    let query = &json["queries"][0];
    assert!(query["plan"]["jit_ms"].as_f64().unwrap() >= 1.0, "{json}");
    assert!(query["warnings"].as_array().unwrap().iter().any(|w| w["kind"] == "jit"), "{json}");
}

#[test]
fn plans_are_told_apart_by_their_nodes_and_not_by_their_figures() {
    let by = |condition: &str| {
        measured(&[("p1", &format!("select * from visits where {condition}"))], &[])["queries"][0].clone()
    };
    let (one, other, scan) = (by("id = 1"), by("id = 2"), by("visitor = md5('7')::uuid"));
    assert_eq!(one["plan"]["fingerprint"], other["plan"]["fingerprint"]);
    assert_ne!(one["plan"]["fingerprint"], scan["plan"]["fingerprint"]);
    assert_eq!(one["plan"]["nodes"], serde_json::json!(["Index Scan using visits_pkey on public.visits"]));
    assert_eq!((&one["plan"]["rows_read"], &one["plan"]["rows_returned"]), (&1.into(), &1.into()));
    assert_eq!((&scan["plan"]["rows_read"], &scan["plan"]["rows_returned"]), (&200_000.into(), &40.into()));
    assert!(scan["plan"]["buffers_hit"].as_u64().unwrap() + scan["plan"]["buffers_read"].as_u64().unwrap() > 1000);
}

#[test]
fn bitmaps_of_one_scan_have_no_order() {
    let by = |condition: &str| {
        measured(&[("p1", &format!("select * from visits where {condition}"))], &[])["queries"][0].clone()
    };
    let (one, other) = (by("id < 3 or note = 'visit 7'"), by("id < 300 or note = 'visit 7'"));
    assert_eq!(one["plan"]["fingerprint"], other["plan"]["fingerprint"]);
    let nodes = [
        "Bitmap Heap Scan on public.visits",
        "  BitmapOr",
        "    Bitmap Index Scan using visits_note_idx",
        "    Bitmap Index Scan using visits_pkey",
    ];
    assert_eq!(one["plan"]["nodes"], serde_json::json!(nodes));
}

#[test]
fn plans_are_printed_and_saved() {
    let project = project(&[("p01_one", "-- bench: title one visit\nselect * from visits where id = (select 7)")]);
    let ran = project.migrate(&["bench", "--runs", "2", "--clients", "1", "--plans", "--save-plans", "plans"]).ok();
    assert!(ran.stdout.contains("\nP1 one visit\nIndex Scan using visits_pkey on visits  (cost="), "{}", ran.stdout);
    let saved = std::fs::read_to_string(project.path().join("plans/p01_one.plan")).unwrap();
    assert_eq!(saved, "Index Scan using visits_pkey on public.visits\n  InitPlan:\n  Result\n");
}
