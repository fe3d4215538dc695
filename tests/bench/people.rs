//! As whom a query runs: what it may see is what that person may see.

use crate::{measured, ran};

/// The rows that queries on the shops return.
fn rows(header: &str) -> (serde_json::Value, serde_json::Value) {
    let json = measured(&[("a1_shops", &format!("{header}\nselect * from shops"))], &[]);
    let query = &json["queries"][0];
    (query["as"].clone(), query["rows_max"].clone())
}

#[test]
fn a_query_sees_what_its_person_sees() {
    assert_eq!(rows(""), ("the connecting role".into(), 10.into()));
    assert_eq!(rows("-- bench: role anon"), ("anon".into(), 2.into()));
    assert_eq!(rows("-- bench: role authenticated"), ("authenticated".into(), 0.into()));
    assert_eq!(rows("-- bench: as Ann@shop.example"), ("Ann@shop.example".into(), 3.into()));
    let claims = r#"{"role": "authenticated", "sub": "00000000-0000-4000-8000-00000000000b"}"#;
    assert_eq!(rows(&format!("-- bench: claims {claims}")), ("authenticated".into(), 7.into()));
}

#[test]
fn the_claims_are_those_of_a_token() {
    let query = "-- bench: as ann@shop.example\n-- bench: claims {\"more\": true}\n\
        select from (select current_setting('request.jwt.claims')::jsonb) as c (c)\n\
        where c @> '{\"role\": \"authenticated\", \"email\": \"ann@shop.example\", \"app_metadata\": {\"level\": 7}}'\n\
        and c @> '{\"more\": true, \"sub\": \"00000000-0000-4000-8000-00000000000a\", \"aud\": \"authenticated\"}'\n\
        and current_user = 'authenticated' and auth.uid() = '00000000-0000-4000-8000-00000000000a'";
    assert_eq!(measured(&[("a1", query)], &[])["queries"][0]["rows_min"], 1);
    // The next query is nobody again, in the same sessions.
    let nobody =
        "select where coalesce(current_setting('request.jwt.claims', true), '') = '' and current_user <> 'anon'";
    let json = measured(&[("a1", query), ("a2", nobody)], &[]);
    assert_eq!(json["queries"][1]["rows_min"], 1, "{json}");
}

#[test]
fn somebody_who_is_not_there_fails_that_query_alone() {
    let json = ran(
        &[
            ("a1", "-- who\n-- bench: as nobody@shop.example\nselect 1"),
            ("a2", "-- bench: role no_such_role\nselect 1"),
            ("a3", "select 1"),
        ],
        &[],
    )
    .code(1)
    .json();
    assert_eq!(json["failed"], serde_json::json!(["A1", "A2"]));
    let failure = &json["queries"][0]["failure"];
    assert_eq!(failure["line"], 2);
    assert_eq!(failure["message"], "nobody in auth.users has the e-mail nobody@shop.example");
    assert_eq!(json["queries"][1]["failure"]["message"], "role \"no_such_role\" does not exist");
    assert_eq!(json["queries"][2]["runs"], 12);
}
