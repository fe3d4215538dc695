//! Tables, roles and data that are not as simple as the others.

use crate::project::Project;
use crate::shop;
use crate::support::Cluster;

#[test]
fn partitions_count_for_their_table() {
    let shop = shop();
    shop.value(
        "create table visits (day date, at timestamptz, n int default 0, primary key (day, at)) partition by range (day); \
         create table visits_old partition of visits for values from (minvalue) to ('2026-01-01'); \
         create table visits_new partition of visits for values from ('2026-01-01') to (maxvalue)",
    );
    shop.value("insert into visits values ('2025-05-05', '2025-05-05 10:00') returning 1");
    shop.file("seeds/x/01_visits.csv", "day,at,n\n2025-01-01,2025-01-01 08:00+01,1\n2026-03-03,2026-03-03 09:30,2\n");
    shop.file(
        "seeds/x/02_more.sql",
        "insert into visits values ('2026-07-07', '2026-07-07 07:00'); update visits set n = n + 1;\n",
    );
    shop.migrate(&["seed", "x"]).ok().prints("3 rows inserted");
    // Keys are the same whatever the session's time zone is.
    shop.value(
        "do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$",
    );
    shop.file(
        "seeds/x/01_visits.csv",
        "day,at,n\n2025-01-01,2025-01-01 08:00+01,2\n2026-03-03,2026-03-03 09:30+00,3\n",
    );
    shop.migrate(&["seed", "x"]).ok().prints("nothing changed");
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok().prints("3 rows deleted");
    assert_eq!(shop.value("select string_agg(day || ' ' || n, ',') from visits"), "2025-05-05 1");
}

#[test]
fn a_sequence_behind_a_text_is_left_alone() {
    let shop = shop();
    shop.value(
        "create sequence numbers; create table tickets (number text primary key default nextval('numbers')::text, note text); \
         alter sequence numbers owned by tickets.number",
    );
    shop.file("seeds/x/01_tickets.csv", "number,note\nA-1,old\n7,older\n");
    shop.migrate(&["seed", "x"]).ok().prints("2 rows inserted");
    assert_eq!(shop.value("insert into tickets (note) values ('new') returning number"), "1");
}

#[test]
fn names_and_values_that_need_quotes() {
    let shop = shop();
    shop.value(
        "create schema \"Odd.one\"; create type mood as enum ('so so', 'fine'); create domain short as text check (length(value) < 5); \
         create table \"Odd.one\".\"T \"\"x\"\"\" (key int primary key, \"select\" text, m mood, s short, j json, b bytea, \
             g int generated always as (key * 2) stored, c char(3), i interval, r int4range)",
    );
    let file = "seeds/x/01_\"Odd.one\".\"T \"\"x\"\"\".csv";
    let header = "key,select,m,s,j,b,c,i,r";
    let row = r#"1,"it's ""\t\\N"" ☕",so so,abcd,"{""a"": [1]}",\x00ff,ab,1 day 02:00,"[1,5)""#;
    shop.file(file, format!("{header}\n{row}\n2,,,,,,,,\n"));
    shop.migrate(&["seed", "x"]).ok().prints("2 rows inserted");
    let value =
        "select concat_ws('|', \"select\", m, s, j, b, g, c, i, r) from \"Odd.one\".\"T \"\"x\"\"\" where key = 1";
    assert_eq!(shop.value(value), "it's \"\\t\\\\N\" ☕|so so|abcd|{\"a\": [1]}|\\x00ff|2|ab |1 day 02:00:00|[1,5)");
    shop.migrate(&["seed", "x"]).ok().prints("nothing changed");
    shop.file(file, format!("{header}\n{row}\n2,,sad,abcde,,,,,\n"));
    shop.migrate(&["seed", "x"])
        .code(1)
        .says(":3: column m: \"sad\" is no mood")
        .says(":3: column s: \"abcde\" is no short: value for domain short violates check constraint \"short_check\"");
    shop.file(file, "key,g\n1,2\n");
    shop.migrate(&["seed", "x"]).code(2).says("is computed, and cannot be written");
}

#[test]
fn rows_may_refer_to_others_of_their_own_file() {
    let shop = shop();
    shop.value("create table tree (id int primary key, parent int references tree)");
    shop.file("seeds/x/01_tree.csv", "id,parent\n1,3\n2,1\n3,\n");
    shop.migrate(&["seed", "x"]).ok().prints("3 rows inserted");
    shop.file("seeds/x/01_tree.csv", "id,parent\n1,3\n2,1\n3,\n4,9\n5,4\n");
    shop.migrate(&["seed", "x"])
        .code(1)
        .says("seeds/x/01_tree.csv:5: insert or update on table \"tree\" violates foreign key");
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok().prints("3 rows deleted");
}

#[test]
fn a_trigger_that_refuses_a_row_is_told_with_its_line() {
    let shop = shop();
    shop.value(
        "create function no_tea() returns trigger language plpgsql as $$ begin \
         if new.note = 'tea' then raise exception 'no tea here'; end if; return new; end $$; \
         create trigger no_tea before insert on orders for each row execute function no_tea()",
    );
    shop.file("seeds/x/01_orders.csv", "id,note\n1,coffee\n2,\"two\nlines\"\n3,tea\n4,coffee\n");
    shop.migrate(&["seed", "x"]).code(1).says("seeds/x/01_orders.csv:5: no tea here (SQLSTATE P0001)");
    assert_eq!(shop.value("select count(*) from orders"), "0");
}

#[test]
fn a_script_may_bring_its_data_with_copy() {
    let shop = shop();
    shop.file(
        "seeds/x/01_a.sql",
        "copy orders (id, note) from stdin;\n5\ta\n6\tb\n\\.\ninsert into orders (id) values (7);\n",
    );
    shop.migrate(&["seed", "x"]).ok().prints("6 rows inserted");
    shop.file("seeds/x/01_a.sql", "copy orders (id, note) from stdin;\n8\ta\nsix\tb\n\\.\n");
    shop.migrate(&["seed", "x"]).code(1).says("invalid input syntax for type integer: \"six\"");
}

/// What a hosted database gives: the owner of the tables, and no superuser.
#[test]
fn an_owner_who_is_no_superuser_can_seed() {
    let cluster = Cluster::shared();
    let name = cluster.create_database();
    cluster.sql(&format!("create role {name}_owner login; alter database {name} owner to {name}_owner"));
    let project = Project::on(format!("postgres://{name}_owner@127.0.0.1:{}/{name}", cluster.port));
    project.pair(
        "001_shop",
        &format!(
            "create schema own; set search_path = own;\n{}",
            crate::SCHEMA
                .replace("references products", "references own.products")
                .replace("insert into log", "insert into own.log")
        ),
        "drop schema own cascade;",
    );
    project.migrate(&["up"]).ok();
    project.file("seeds/x/01_own.products.csv", crate::PRODUCTS);
    project.file(
        "seeds/x/02_orders.sql",
        "-- migrate: without-triggers own.log\ninsert into own.orders (product_id) select id from own.products;\nupdate own.orders set note = 'x';\n",
    );
    project.migrate(&["seed", "x"]).ok().prints("12 rows inserted");
    project.migrate(&["seed", "x"]).ok().prints("nothing changed");
    project.migrate(&["seed", "x", "--reset", "--yes"]).ok().prints("12 rows deleted");
}

#[test]
fn what_the_server_does_not_count_is_found_by_its_locks() {
    let shop = shop();
    shop.value("do $$ begin execute format('alter database %I set track_counts = off', current_database()); end $$");
    shop.value("insert into orders (note) values ('by hand') returning 1");
    shop.file(
        "seeds/x/01_orders.sql",
        "update orders set note = 'touched';\ninsert into orders (note) values ('a');\n",
    );
    shop.migrate(&["seed", "x"]).ok();
    shop.migrate(&["seed", "x", "--reset", "--yes"]).ok().prints("3 rows deleted");
    assert_eq!(shop.value("select string_agg(note, ',') from orders"), "touched");
}
