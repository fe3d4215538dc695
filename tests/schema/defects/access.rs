//! Who may see and touch what: row level security, grants, and the functions that stand behind the policies.

use crate::shop::{
    ADMIN, ANN, Anon, BARISTA, BEN, Caller, Owner, STAFF, STRANGER, SUBSTITUTE, Service, Shop, TEACHER, bundled,
};

const DENIED: &str = "42501";

#[test]
fn b1_every_table_has_row_level_security() {
    let mut shop = Shop::open();
    let sql = "select count(*) || ' of ' || count(*) filter (where relrowsecurity) from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r'";
    let all = shop.tables().len();
    shop.gives(Owner, sql, &format!("{all} of {all}"));
    for table in ["members", "orders", "order_items", "customers", "bookings", "user_roles", "inventory"] {
        shop.refuses(Anon, &format!("select from {table}"), DENIED, &format!("permission denied for table {table}"));
    }
    for table in shop.tables() {
        let denied = format!("permission denied for table {table}");
        shop.refuses(Anon, &format!("delete from {table}"), DENIED, &denied);
        shop.refuses(Anon, &format!("insert into {table} default values"), DENIED, &denied);
    }
    let pay = "update orders set payment_status = 'paid', total_amount = 0.01";
    shop.refuses(Anon, pay, DENIED, "permission denied for table orders");
}

#[test]
fn b13_nobody_promotes_himself() {
    let mut shop = Shop::open();
    let refused = "row-level security policy for table \"user_roles\"";
    for caller in [ANN, BARISTA, STAFF, ADMIN] {
        let promote = "insert into user_roles (user_id, role) values (auth.uid(), 'admin')";
        shop.refuses(caller, promote, DENIED, refused);
        shop.gives(caller, "update user_roles set role = 'admin' where user_id = auth.uid()", "0");
        shop.gives(caller, "delete from user_roles where user_id = auth.uid()", "0");
        let forged = "update user_roles set user_id = auth.uid()";
        shop.refuses(caller, forged, DENIED, "permission denied for table user_roles");
    }
    for caller in [ANN, BARISTA, STAFF] {
        let promote = "insert into user_roles (user_id, role) values ({user stranger}, 'barista')";
        shop.refuses(caller, promote, DENIED, refused);
        shop.gives(caller, "update user_roles set role = 'admin'", "0");
    }
    shop.gives(ADMIN, "insert into user_roles (user_id, role) values ({user stranger}, 'barista')", "1");
    shop.gives(ANN, "update products set base_price = 0.01", "0");
    shop.gives(BARISTA, "update products set base_price = 0.01", "0");
    shop.gives(Anon, "select base_price from products where id = {product latte}", "4.50");
    shop.gives(STAFF, "update products set base_price = 4.60 where id = {product latte}", "1");
    shop.gives(Service, "insert into user_roles (user_id, role) values ({user ann}, 'barista')", "1");
}

#[test]
fn b13_roles_are_read_without_recursion() {
    let mut shop = Shop::open();
    for (caller, sees) in [(ANN, "0"), (BARISTA, "1"), (STAFF, "1"), (ADMIN, "3")] {
        shop.gives(caller, "select count(*) from user_roles", sees);
    }
    for (caller, sees) in [(BARISTA, "2"), (STAFF, "2"), (ADMIN, "2"), (STRANGER, "0")] {
        shop.gives(caller, "select count(*) from orders", sees);
    }
    shop.gives(Service, "update user_roles set is_active = false where role = 'staff'", "1");
    shop.gives(STAFF, "select count(*) from orders", "0");
    let here = "private.has_location_role(private.default_location_id(), ";
    shop.gives(BARISTA, &format!("select {here}'admin', 'barista'), {here}'admin')"), "t|f");
    shop.refuses(Anon, &format!("select {here}'admin')"), DENIED, "permission denied for schema private");
}

#[test]
fn b14_instructors_see_the_bookings_of_their_classes() {
    let mut shop = Shop::open();
    shop.gives(ANN, "insert into bookings (member_id, class_schedule_id) values ({member ann}, {class single})", "1");
    for (caller, sees) in [(TEACHER, "2"), (SUBSTITUTE, "1"), (ANN, "1"), (BEN, "1"), (STRANGER, "0"), (STAFF, "2")] {
        shop.gives(caller, "select count(*) from bookings", sees);
    }
    // Also of a class that is over, which the public does not see any more.
    shop.gives(Owner, "update class_schedules set status = 'completed' where id = {class open}", "1");
    for (caller, sees) in [(TEACHER, "2"), (SUBSTITUTE, "2"), (BEN, "2"), (ANN, "1"), (Anon, "1"), (STAFF, "2")] {
        shop.gives(caller, "select count(*) from class_schedules", sees);
    }
    shop.gives(TEACHER, "select count(*) from bookings", "2");
    shop.gives(TEACHER, "update bookings set status = 'attended'", "0");
}

#[test]
fn b15_customers_see_their_own_orders() {
    let mut shop = Shop::open();
    let sql = "select count(*), sum(o.subtotal), sum(i.quantity) from orders o join order_items i on i.order_id = o.id";
    shop.gives(ANN, sql, "1|9.00|2");
    shop.gives(BEN, sql, "1|4.50|1");
    shop.gives(STRANGER, sql, "0|NULL|NULL");
    shop.gives(BARISTA, sql, "2|13.50|3");
}

#[test]
fn b16_the_public_reads_what_is_on_offer() {
    let mut shop = Shop::open();
    let available = "select ct.name, cs.start_time, cs.max_participants - cs.current_bookings,
            i.first_name || ' ' || i.last_name
        from class_schedules cs
        join class_types ct on cs.class_type_id = ct.id
        join instructors i on cs.instructor_id = i.id
        where cs.scheduled_date >= current_date and cs.status = 'scheduled'
            and cs.current_bookings < cs.max_participants
        order by cs.scheduled_date, cs.start_time";
    for caller in [Anon, STRANGER] {
        shop.gives(caller, available, "Vinyasa|09:00:00|1|Tea Cher\nVinyasa|09:00:00|9|Tea Cher");
        let counts = "select (select count(*) from categories), (select count(*) from products),
            (select count(*) from product_variants), (select count(*) from class_types),
            (select count(*) from membership_packages)";
        shop.gives(caller, counts, "2|2|2|1|1");
        for column in ["email", "phone", "hourly_rate", "user_id"] {
            let sql = format!("select {column} from instructors");
            shop.refuses(caller, &sql, DENIED, "permission denied for table instructors");
        }
    }
    shop.gives(STAFF, "select (select count(*) from products), (select count(*) from membership_packages)", "3|2");
}

#[test]
fn b42_nobody_truncates() {
    let mut shop = Shop::open();
    for caller in [Anon, ANN, ADMIN, Service] {
        for table in shop.tables() {
            let denied = format!("permission denied for table {table}");
            shop.refuses(caller, &format!("truncate {table} cascade"), DENIED, &denied);
        }
    }
}

#[test]
fn b49_no_temporary_table_stands_in_for_ours() {
    let mut shop = Shop::open();
    let sql = "create temp table class_schedules (id uuid, current_bookings int, waitlist_count int, status text);
        insert into pg_temp.class_schedules values ({class single}, 0, 0, 'scheduled');
        insert into bookings (member_id, class_schedule_id) values ({member ann}, {class single});
        select (select current_bookings from pg_temp.class_schedules), s.current_bookings
        from public.class_schedules s where s.id = {class single}";
    shop.gives(ANN, sql, "0|1");
    let open = "select count(*), count(*) filter (where proconfig @> array['search_path=\"\"']) from pg_proc
        where pronamespace in ('public'::regnamespace, 'private'::regnamespace)";
    let counts = shop.attempt(Owner, open).unwrap();
    let (all, closed) = counts.split_once('|').unwrap();
    assert_eq!(all, closed);
}

#[test]
fn b49_no_function_is_called_from_outside() {
    let mut shop = Shop::open();
    // What the API exposes is public; of private, callers reach only what policies ask on their behalf.
    let sql = "select string_agg(p.oid::regproc::text, ' ' order by p.proname) from pg_proc p
        where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
            and has_function_privilege($$ROLE$$, p.oid, 'execute')";
    shop.gives(Owner, &sql.replace("ROLE", "anon"), "NULL");
    // Those that the API exposes run as their caller; what they ask in private checks him.
    let authenticated = sql.replace("ROLE", "authenticated");
    shop.gives(Owner, &format!("{authenticated} and p.pronamespace = 'public'::regnamespace and p.prosecdef"), "NULL");
    let triggers = format!("{authenticated} and p.prorettype = 'trigger'::regtype");
    shop.gives(Owner, &triggers, "NULL");
}

#[test]
fn b50_one_policy_for_each_role_and_command() {
    let mut shop = Shop::open();
    let policies = "from pg_policies where schemaname = 'public'";
    shop.gives(Owner, &format!("select count(*) > 50 {policies}"), "t");
    let broad =
        format!("select count(*) {policies} and (roles = '{{public}}' or cmd = 'ALL' or permissive <> 'PERMISSIVE')");
    shop.gives(Owner, &broad, "0");
    let doubled = format!(
        "select count(*) from (select from {} group by tablename, unnest(roles), cmd having count(*) > 1) doubled",
        policies.trim_start_matches("from ")
    );
    shop.gives(Owner, &doubled, "0");
    // Asked once for a statement, not once for a row: inside a subquery of its own.
    let called = "'(auth|private)\\.\\w+\\('";
    let text = "coalesce(qual, '') || coalesce(with_check, '')";
    let wrapped = format!("regexp_replace({text}, '\\( SELECT (auth|private)\\.', '', 'g')");
    shop.gives(Owner, &format!("select count(*) > 20 {policies} and {text} ~ {called}"), "t");
    shop.gives(Owner, &format!("select count(*) {policies} and {wrapped} ~ {called}"), "0");
}

/// Whatever a project's age has put into its default privileges, who may do what is what the migrations say.
#[test]
fn b51_every_grant_is_explicit() {
    let grants = |expose_new_tables: bool| {
        let project = bundled();
        project.file("migrate.toml", format!("platform = \"supabase\"\nexpose_new_tables = {expose_new_tables}\n"));
        project.migrate(&["up", "--stand-in"]).ok();
        let mut shop = Shop::on(&project.url);
        let counts = "select (select count(*) from products), (select count(*) from class_schedules)";
        shop.gives(Anon, counts, "0|0");
        shop.gives(Caller::User("ann"), "select count(*) from orders", "0");
        shop.gives(Service, "select count(*) from user_roles", "0");
        project.value(include_str!("grants.sql"))
    };
    let (open, hidden) = (grants(true), grants(false));
    assert!(open.contains("products anon SELECT\n") && !open.contains("TRUNCATE"), "{open}");
    assert_eq!(open, hidden);
}
