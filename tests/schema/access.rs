//! Who may do what in the bundled project: the committed matrix holds, and what its cells leave open, which rows and which
//! columns, is held to the rules.

use std::collections::{BTreeMap, BTreeSet};

use postgres::Client;

use crate::project::Project;
use crate::shop::bundled;

/// Columns that nobody gives a value through the API, whoever he is: money, points, stock, seats, credits and the clock.
const KEPT: [(&str, &str); 12] = [
    (
        "orders",
        "subtotal tax_amount discount_amount total_amount payment_status paid_amount refunded_amount completed_at \
         cancelled_at currency prices_include_tax business_date external_source external_id order_number",
    ),
    ("order_items", "product_name base_price unit_price item_total tax_rate tax_amount location_id"),
    ("customers", "loyalty_points total_spent visit_count last_visit"),
    ("members", "classes_remaining total_classes_attended membership_type membership_start_date membership_end_date"),
    (
        "bookings",
        "payment_status amount_due amount_paid payment_method member_package_id credits_used waitlist_seq promoted_at \
         cancelled_at is_late_cancel checked_in_at location_id",
    ),
    ("class_schedules", "current_bookings waitlist_count time_zone cancelled_at class_series_id"),
    ("inventory", "last_restocked stock_seq"),
    ("locations", "is_default"),
    ("organizations", "is_default"),
    ("pos_sessions", "expected_cash cash_difference closed_at closed_by counted_cash"),
    ("cash_movements", "location_id"),
    ("invoices", "total_amount amount_paid"),
];

/// Who writes the truth for every table.
const STAMPS: &str = "created_at updated_at created_by updated_by";

#[test]
fn the_committed_matrix_is_what_trying_finds_in_either_grant_mode() {
    for expose in [false, true] {
        let project = bundled();
        project.file("migrate.toml", format!("platform = \"supabase\"\nexpose_new_tables = {expose}\n"));
        let ran = project.migrate(&["access", "--check"]);
        assert_eq!(ran.code, 0, "is it meant? `migrate access` writes access.lock anew\n{}{}", ran.stdout, ran.stderr);
    }
}

/// The committed file: for each table, identity and command the columns that are listed, `None` where it is all or nothing.
fn lists() -> BTreeMap<(String, String, String), String> {
    let text = include_str!("../../access.lock");
    let (mut table, mut identity, mut lists) = (String::new(), String::new(), BTreeMap::new());
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match (line.len() - line.trim_start().len(), line.trim_start().split_once(": ")) {
            (0, _) => line.trim_start_matches("public.").clone_into(&mut table),
            (4, Some((command, columns))) => {
                lists.insert((table.clone(), identity.clone(), command.to_owned()), columns.to_owned());
            }
            (2, None) => line.split_whitespace().next().unwrap().clone_into(&mut identity),
            _ => {}
        }
    }
    lists
}

#[test]
fn no_one_writes_what_the_database_keeps() {
    let mut wrong = Vec::new();
    for ((table, identity, command), columns) in lists() {
        if identity == "service_role" || command == "select" {
            continue;
        }
        let kept = KEPT.iter().find(|(name, _)| *name == table).map_or("", |(_, kept)| kept);
        for column in kept.split_whitespace().chain(STAMPS.split_whitespace()) {
            if columns.split(", ").any(|open| open == column) {
                wrong.push(format!("{identity}: {command} {table}.{column}"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn nobody_truncates() {
    let rows = include_str!("../../access.lock").lines().filter(|line| line.starts_with("  ") && !line.contains(": "));
    let cells: Vec<Vec<&str>> = rows.map(|row| row.split_whitespace().collect()).collect();
    let last: BTreeSet<&str> = cells.iter().filter_map(|cells| cells.last().copied()).collect();
    assert_eq!(last, BTreeSet::from(["-", "truncate"]));
}

/// A database with the rows on which the matrix was tried.
fn filled() -> Project {
    let project = bundled();
    project.migrate(&["up", "--stand-in"]).ok().prints("migrations applied");
    project.client().batch_execute(include_str!("../../access/fixture.sql")).unwrap();
    project
}

/// What a person sees of a table, as ids; nothing where it is closed to him.
fn seen(client: &mut Client, role: &str, sub: Option<&str>, table: &str) -> Vec<String> {
    let mut session = client.transaction().unwrap();
    let claims = serde_json::json!({ "role": role, "sub": sub }).to_string();
    session.execute("select set_config('request.jwt.claims', $1, true)", &[&claims]).unwrap();
    session.batch_execute(&format!("set local role {role}")).unwrap();
    let rows = session.query(&format!("select id::text from public.{table}"), &[]).unwrap_or_default();
    rows.iter().map(|row| row.get(0)).collect()
}

/// Where a row belongs: its own location and organization, or those of what it hangs on.
const PLACE: &str = "
create function pg_temp.place(thing jsonb) returns jsonb language plpgsql as $$
declare
  above record;
  found jsonb;
begin
  if thing ? 'code' and thing ? 'kind' then -- a location
    return jsonb_build_object('location_id', thing -> 'id', 'organization_id', thing -> 'organization_id');
  elsif thing ->> 'location_id' is not null then
    select pg_temp.place(to_jsonb(l)) into found from public.locations l where l.id = (thing ->> 'location_id')::uuid;
    return found;
  elsif thing ->> 'organization_id' is not null then
    return jsonb_build_object('organization_id', thing -> 'organization_id');
  elsif thing ? 'slug' then
    return jsonb_build_object('organization_id', thing -> 'id');
  end if;
  for above in
    select * from (values
      ('order_item_id', 'order_items'), ('order_id', 'orders'), ('member_id', 'members'), ('booking_id', 'bookings'),
      ('member_package_id', 'member_packages'), ('member_goal_id', 'member_goals'), ('class_series_id', 'class_series'),
      ('instructor_id', 'instructors'),
      ('product_id', 'products'), ('modifier_group_id', 'modifier_groups'), ('payment_id', 'payments')
    ) as a (reference, name) where thing ->> a.reference is not null
  loop
    execute format('select pg_temp.place(to_jsonb(t)) from public.%I t where id = $1', above.name)
      into found using (thing ->> above.reference)::uuid;
    return found;
  end loop;
  return null;
end $$";

#[test]
fn staff_see_their_location_and_admins_their_organization() {
    const MAIN: &str = "00000000-0000-4000-8000-000000000002";
    const OURS: &str = "00000000-0000-4000-8000-000000000001";
    let project = filled();
    let (mut client, mut owner) = (project.client(), project.client());
    owner.batch_execute(PLACE).unwrap();
    let tables =
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1";
    let tables: Vec<String> = owner.query(tables, &[]).unwrap().iter().map(|row| row.get(0)).collect();
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for table in &tables {
        // What everybody sees is no secret of a tenant.
        let public = seen(&mut client, "anon", None, table);
        for (person, sub, key, place, same) in [
            ("staff at Main", "00000000-0000-4000-8000-0000000000d2", "location_id", MAIN, true),
            ("barista at Main", "00000000-0000-4000-8000-0000000000d1", "location_id", MAIN, true),
            ("staff at Main", "00000000-0000-4000-8000-0000000000d2", "organization_id", OURS, true),
            ("admin", "00000000-0000-4000-8000-0000000000d3", "organization_id", OURS, true),
            ("admin of another one", "00000000-0000-4000-8000-0000000000d4", "organization_id", OURS, false),
        ] {
            let ids: Vec<String> = seen(&mut client, "authenticated", Some(sub), table)
                .into_iter()
                .filter(|id| !public.contains(id))
                .collect();
            let sql = format!(
                "select coalesce(pg_temp.place(to_jsonb(t)) ->> $2, '') from public.{table} t where id::text = any ($1)"
            );
            for row in owner.query(&sql, &[&ids, &key]).unwrap() {
                let found: String = row.get(0);
                looked_at += 1;
                // What has no location is the organization's, and held to that.
                if !(found.is_empty() && key == "location_id") && (found == place) != same {
                    wrong.push(format!("{person} sees a row of {table} whose {key} is {found:?}"));
                }
            }
        }
    }
    wrong.dedup();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(looked_at > 200, "{looked_at} rows are too few to tell");
}
