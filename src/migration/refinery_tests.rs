//! Names, checksums and order against refinery itself and against values from outside.

use super::*;
use crate::migration::script;

fn pair(version: i64, name: &str, text: &str) -> Pair {
    let up = script(format!("migrations/{version}_{name}.sql"), text.into()).unwrap();
    Pair { version, digits: version.to_string(), name: name.into(), up, down: None }
}

/// The first pair of values was recorded by real runs of refinery in both builds; the second comes from an implementation of
/// SipHash-1-3 that shares no code with either.
#[test]
fn checksums_of_both_widths_are_the_recorded_ones() {
    let recorded = pair(1, "t", "create table t(id int)");
    assert_eq!(checksum(&recorded, Width::Int4), 4_977_175_386_580_228_920);
    assert_eq!(checksum(&recorded, Width::Int8), 4_652_224_289_399_844_318);
    let computed = pair(1, "create_base_tables", "SELECT 1;\n");
    assert_eq!(checksum(&computed, Width::Int4), 9_818_239_009_955_794_981);
    assert_eq!(checksum(&computed, Width::Int8), 314_885_077_544_167_071);
    let timestamp = pair(20_261_122_093_000, "x", "SELECT 1;\n");
    assert_eq!(checksum(&timestamp, Width::Int8), 11_438_692_296_746_261_373);
    assert_eq!(Width::for_version(timestamp.version), Width::Int8);
    assert_eq!(Width::for_version(1), Width::Int4);
}

/// The hasher that the `int4` sum rests on is the one that refinery uses.
#[test]
fn the_standard_hasher_is_refinerys() {
    for text in ["", "SELECT 1;", "é\n\0"] {
        let pair = pair(42, "some_name", text);
        assert_eq!(hash("some_name", 42_i64, text), checksum(&pair, Width::Int8));
    }
}

#[test]
fn names_hold_what_refinerys_grammar_holds() {
    for (file, expected) in [
        ("create_base_tables", "create_base_tables"),
        ("add-users.v2", "add_users_v2"),
        ("with blank", "with_blank"),
        ("größe", "größe"),
        ("e\u{301}t\u{e9}", "e\u{301}t\u{e9}"),
        ("a²", "a_"),
        ("naïve→", "naïve_"),
    ] {
        let pair = pair(1, file, "");
        assert_eq!(name(&pair), expected);
        let theirs = Migration::unapplied(&format!("V1__{}", name(&pair)), "").unwrap();
        assert_eq!(theirs.name(), name(&pair), "refinery keeps the whole of it");
    }
}

#[test]
fn files_embedded_with_other_line_ends_are_recognised() {
    let pair = pair(3, "x", "SELECT 1;\nSELECT 2;\n");
    let embedded = Migration::unapplied("V3__x", "\u{feff}SELECT 1;\r\nSELECT 2;\r\n").unwrap();
    assert_ne!(checksum(&pair, Width::Int8), embedded.checksum());
    assert!(checksums(&pair, Width::Int8).contains(&embedded.checksum()));
    assert_eq!(checksums(&pair, Width::Int4).len(), 4);
}

#[test]
fn refinerys_own_order_rules_are_asked() {
    let pairs = [pair(1, "a", "1"), pair(2, "b", "2"), pair(3, "c", "3")];
    let row = |pair: &Pair| (pair.version, name(pair), checksum(pair, Width::Int8));
    assert_eq!(order_rules(&pairs, &[]), Ok(vec![1, 2, 3]));
    assert_eq!(order_rules(&pairs, &[row(&pairs[0])]), Ok(vec![2, 3]));
    let late = order_rules(&pairs, &[row(&pairs[0]), row(&pairs[2])]).unwrap_err();
    assert!(late.contains("V2__b is missing"), "{late}");
    let gone = order_rules(&pairs[..1], &[row(&pairs[0]), row(&pairs[1])]).unwrap_err();
    assert!(gone.contains("V2__b is missing"), "{gone}");
    let changed = order_rules(&pairs, &[(1, "a".into(), 7)]).unwrap_err();
    assert!(changed.contains("different"), "{changed}");
}
