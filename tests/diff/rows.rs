//! `verify`: the rows that are in the tables when a pair goes up and down.

use crate::project::{Project, Ran};

/// A project with a table of many types, and one more pair.
fn with(up: &str, down: &str) -> Project {
    let project = Project::new();
    project.pair(
        "001_shop",
        "create type size as enum ('small', 'large');
         create domain email as text check (value ~ '@');
         create table shops (id bigint generated always as identity primary key, name text not null unique,
           kind text not null check (kind in ('cafe', 'bar')), opened date not null check (opened > '2019-12-31'), meta jsonb);
         create table items (id uuid primary key default gen_random_uuid(), shop bigint not null references shops,
           price numeric(10,2) not null check (price > 0), was numeric(10,2), size size not null, tags text[] not null,
           mail email, code char(3) not null, open int4range, at timestamptz not null, label varchar(12),
           weight numeric(6,3), double numeric generated always as (price * 2) stored, check (was is null or was > price));
         create table parts (item uuid references items, n smallint check (n between 3 and 5), primary key (item, n));
         create table days (day date not null, n int) partition by range (day);
         create table days_2024 partition of days for values from ('2024-01-01') to ('2025-01-01');\n",
        "drop table days, parts, items, shops; drop domain email; drop type size;\n",
    );
    project.pair("002_next", up, down);
    project
}

fn verify(up: &str, down: &str) -> Ran {
    with(up, down).migrate(&["verify"])
}

const LOSES: &str = "002_next: up and down again it loses what no statement says: ";

#[test]
fn every_table_gets_rows_whatever_its_constraints() {
    // What no row could be planted in would let this through.
    for table in ["shops", "items", "parts", "days"] {
        let up = format!("alter table {table} add column extra int not null;\n");
        let ran = verify(&up, &format!("alter table {table} drop column extra;\n")).ok();
        assert!(ran.stdout.contains("note: 002_next was run with empty tables"), "{table}: {}", ran.stdout);
        assert!(ran.stdout.contains("contains null values"), "{}", ran.stdout);
        assert!(ran.stdout.contains("2 proven, 0 problems"), "{}", ran.stdout);
    }
}

#[test]
fn what_is_changed_and_changed_back_is_proven() {
    let ran = verify(
        "alter table items alter column weight type numeric(12,3), add column extra text default 'x';
         create index on items (weight); alter table shops rename to stores;\n",
        "alter table stores rename to shops; drop index items_weight_idx;
         alter table items drop column extra, alter column weight type numeric(6,3);\n",
    );
    assert_eq!(ran.ok().stdout, "2 pairs verified against the ledger, 2 proven, 0 problems\n");
}

#[test]
fn values_that_a_type_cannot_hold_are_missed() {
    let ran = verify(
        "alter table items alter column weight type int using weight::int;\n",
        "alter table items alter column weight type numeric(6,3);\n",
    );
    let ran = ran.code(3).prints(LOSES);
    assert!(ran.stdout.contains("column public.items.weight does not hold what it held"), "{}", ran.stdout);
}

#[test]
fn a_table_made_anew_has_lost_its_rows() {
    let ran = verify(
        "create table fresh (like days including all); alter table days rename to old;
         alter table fresh rename to days; alter table old rename to fresh;\n",
        "alter table days rename to stale; alter table fresh rename to days; drop table stale;\n",
    );
    ran.ok();
    let ran = verify(
        "create table held (like parts); alter table parts rename to gone; alter table held rename to parts;\n",
        "drop table parts; alter table gone rename to parts; truncate shops cascade;\n",
    );
    ran.ok();
    let ran = verify(
        "do $$ begin perform 1; end $$; create function f() returns void language sql as 'delete from parts'; select f();\n",
        "drop function f();\n",
    );
    ran.ok();
    let ran = verify(
        "create function f() returns void language sql as 'delete from parts'; select f();\n",
        "drop function f();\n",
    );
    ran.code(3).prints(LOSES).prints("2 of 2 rows of table public.parts are gone");
}

#[test]
fn what_the_pair_says_it_destroys_may_go() {
    for (up, down) in [
        (
            "alter table items drop column was;",
            "alter table items add column was numeric(10,2), add check (was is null or was > price);",
        ),
        ("delete from shops;", "select;"),
        ("truncate days;", "select;"),
        ("update items set label = 'other', tags = '{}';", "select;"),
        ("insert into days values ('2024-02-02', 7);", "delete from days where n = 7;"),
    ] {
        let ran = verify(&format!("{up}\n"), &format!("{down}\n"));
        if up.starts_with("delete") {
            // Rows refer to them.
            assert!(ran.stdout.contains("note: 002_next was run with empty tables"), "{ran:?}");
        }
        ran.ok();
    }
}

#[test]
fn a_rollback_that_rows_keep_from_running_is_named() {
    let ran = verify(
        "alter table shops add column city text; update shops set city = name;\n",
        "delete from shops where city is not null; alter table shops drop column city;\n",
    );
    ran.code(3).prints("002_next").prints("violates foreign key constraint");
}

#[test]
fn scripts_get_it_as_json() {
    let project = with("alter table shops add column x int not null;\n", "alter table shops drop column x;\n");
    let json = project.migrate(&["verify", "--json"]).ok().json();
    assert_eq!(json["proven"], 2);
    assert_eq!(json["without_rows"][0]["label"], "002_next");
    assert!(json["without_rows"][0]["failure"].as_str().unwrap().contains("null values"));
}

#[test]
fn what_triggers_write_elsewhere_is_no_loss() {
    let up = "create function touch() returns trigger language plpgsql as
           'begin update shops set meta = jsonb_build_object(''touched'', clock_timestamp()); return new; end';
         create trigger touch after insert on days for each row execute function touch();
         insert into days values ('2024-03-03', 1);\n";
    let down = "delete from days where day = '2024-03-03'; drop trigger touch on days; drop function touch();\n";
    verify(up, down).ok();
    // Without a row that is written, nothing fires.
    let ran = verify(
        "create function touch() returns void language sql as $$ update shops set meta = '1' $$; select touch();\n",
        "drop function touch();\n",
    );
    ran.code(3).prints("column public.shops.meta does not hold what it held");
}
