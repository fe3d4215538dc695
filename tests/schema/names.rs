//! Every name of the source specification is in the migrated database: what was asked for has not been renamed.

use std::collections::BTreeSet;

use crate::shop::{Owner, Shop};

/// Tables and columns as the source has them, with their types. Two tables are used there but not made: `user_roles` by
/// four policies, `inventory_alerts` by a function; of these, what the source reads or writes. The pattern's own
/// `table_name` is a placeholder.
const COLUMNS: [(&str, &str); 15] = [
    (
        "user_roles",
        "user_id uuid, role text, is_active boolean, created_at tz, updated_at tz, created_by uuid, updated_by uuid",
    ),
    ("inventory_alerts", "product_id uuid, alert_type text, message text"),
    (
        "categories",
        "id uuid, name text, description text, parent_id uuid, sort_order integer, is_active boolean, \
         created_at tz, updated_at tz",
    ),
    (
        "products",
        "id uuid, name text, description text, base_price money, category_id uuid, sku text, image_url text, \
         is_available boolean, requires_preparation boolean, preparation_time integer, allergens text[], \
         nutritional_info jsonb, is_active boolean, created_at tz, updated_at tz",
    ),
    (
        "product_variants",
        "id uuid, product_id uuid, variant_type text, variant_value text, price_modifier money, is_default boolean, \
         is_active boolean, created_at tz",
    ),
    (
        "inventory",
        "id uuid, product_id uuid, current_stock integer, min_threshold integer, max_capacity integer, \
         unit_of_measure text, cost_per_unit money, last_restocked tz, updated_at tz",
    ),
    (
        "orders",
        "id uuid, customer_id uuid, order_number text, status text, order_type text, subtotal money, tax_amount money, \
         tip_amount money, total_amount money, payment_method text, payment_status text, special_instructions text, \
         estimated_ready_time tz, completed_at tz, created_at tz, updated_at tz",
    ),
    (
        "order_items",
        "id uuid, order_id uuid, product_id uuid, quantity integer, base_price money, customizations jsonb, \
         item_total money, special_instructions text, created_at tz",
    ),
    (
        "customers",
        "id uuid, user_id uuid, first_name text, last_name text, email text, phone text, date_of_birth date, \
         loyalty_points integer, total_spent money, visit_count integer, last_visit tz, preferences jsonb, \
         is_active boolean, created_at tz, updated_at tz",
    ),
    (
        "instructors",
        "id uuid, user_id uuid, first_name text, last_name text, email text, phone text, bio text, \
         certifications text[], specialties text[], experience_years integer, hourly_rate money, \
         profile_image_url text, is_available boolean, is_active boolean, created_at tz, updated_at tz",
    ),
    (
        "class_types",
        "id uuid, name text, description text, duration integer, difficulty_level text, max_participants integer, \
         price money, equipment_needed text[], prerequisites text[], is_active boolean, created_at tz, updated_at tz",
    ),
    (
        "class_schedules",
        "id uuid, class_type_id uuid, instructor_id uuid, room_name text, scheduled_date date, start_time time, \
         end_time time, max_participants integer, current_bookings integer, waitlist_count integer, status text, \
         substitute_instructor_id uuid, special_notes text, created_at tz, updated_at tz",
    ),
    (
        "members",
        "id uuid, user_id uuid, first_name text, last_name text, email text, phone text, date_of_birth date, \
         emergency_contact_name text, emergency_contact_phone text, medical_conditions text, experience_level text, \
         membership_type text, membership_status text, membership_start_date date, membership_end_date date, \
         classes_remaining integer, total_classes_attended integer, preferences jsonb, is_active boolean, \
         created_at tz, updated_at tz",
    ),
    (
        "bookings",
        "id uuid, member_id uuid, class_schedule_id uuid, booking_type text, status text, payment_status text, \
         amount_paid money, payment_method text, booking_notes text, cancelled_at tz, cancellation_reason text, \
         checked_in_at tz, created_at tz, updated_at tz",
    ),
    (
        "membership_packages",
        "id uuid, name text, description text, price money, billing_cycle text, classes_included integer, \
         validity_days integer, can_freeze boolean, max_freeze_days integer, auto_renew boolean, is_active boolean, \
         created_at tz, updated_at tz",
    ),
];

/// The ten policies. What some of them say differs from the source (docs/schema/README.md), their names do not.
const POLICIES: &str = "
products: Public can read active products
orders: Users can manage own orders
products: Admins have full access
orders: Staff can manage orders
orders: Staff can update order status
class_schedules: Public can read class schedules
bookings: Members can manage own bookings
bookings: Instructors can see own class bookings
members: Members can manage own profile
bookings: Admin full access to bookings";

/// The ten indexes that the source names, and those that PostgreSQL names after its UNIQUE columns. A UNIQUE constraint
/// has become a unique index of the same name where equality alone was wrong: e-mail addresses differ in case only
/// (B29), and a cancelled booking does not bar the next one (B22).
const INDEXES: &str = "
products: idx_products_category_active
orders: idx_orders_customer_date
orders: idx_orders_status_created
inventory: idx_inventory_product_stock
order_items: idx_order_items_product
class_schedules: idx_class_schedules_date_instructor
bookings: idx_bookings_member_status
bookings: idx_bookings_class_status
members: idx_members_membership_status
class_schedules: idx_class_schedules_search
customers: customers_email_key
instructors: instructors_email_key
members: members_email_key
bookings: bookings_member_id_class_schedule_id_key";

/// The trigger of the core pattern has its table's name in it, as the pattern asks; the source itself has it on no
/// table (B2). `inventory_update_trigger` fires for each statement instead of each row.
const TRIGGERS: &str = "
bookings: booking_count_trigger
order_items: inventory_update_trigger
user_roles: update_user_roles_updated_at
categories: update_categories_updated_at
products: update_products_updated_at
inventory: update_inventory_updated_at
orders: update_orders_updated_at
customers: update_customers_updated_at
instructors: update_instructors_updated_at
class_types: update_class_types_updated_at
class_schedules: update_class_schedules_updated_at
members: update_members_updated_at
bookings: update_bookings_updated_at
membership_packages: update_membership_packages_updated_at";

/// The four that the source names, and what PostgreSQL calls those that it leaves unnamed.
const CONSTRAINTS: &str = "
class_schedules: check_schedule_future_date
class_schedules: check_booking_capacity
orders: check_order_total
inventory: check_positive_stock
categories: categories_pkey categories_parent_id_fkey
products: products_pkey products_sku_key products_category_id_fkey
product_variants: product_variants_pkey product_variants_product_id_fkey
inventory: inventory_pkey inventory_product_id_fkey
orders: orders_pkey orders_order_number_key orders_customer_id_fkey orders_status_check orders_order_type_check
orders: orders_payment_status_check
order_items: order_items_pkey order_items_order_id_fkey order_items_product_id_fkey
customers: customers_pkey customers_user_id_key customers_user_id_fkey
instructors: instructors_pkey instructors_user_id_key instructors_user_id_fkey
class_types: class_types_pkey class_types_difficulty_level_check
class_schedules: class_schedules_pkey class_schedules_class_type_id_fkey class_schedules_instructor_id_fkey
class_schedules: class_schedules_substitute_instructor_id_fkey class_schedules_status_check
members: members_pkey members_user_id_key members_user_id_fkey members_experience_level_check
members: members_membership_status_check
bookings: bookings_pkey bookings_member_id_fkey bookings_class_schedule_id_fkey bookings_booking_type_check
bookings: bookings_status_check bookings_payment_status_check
membership_packages: membership_packages_pkey membership_packages_billing_cycle_check";

/// Names of a query's result that are not there.
fn missing(expected: impl IntoIterator<Item = String>, sql: &str) -> Vec<String> {
    let found = Shop::open().attempt(Owner, sql).unwrap();
    let found: BTreeSet<&str> = found.lines().collect();
    expected.into_iter().filter(|name| !found.contains(name.as_str())).collect()
}

/// `table: name` lines as they are, and `table: name name …` lines split.
fn lines(list: &str, split: bool) -> Vec<String> {
    let each = |line: &str| -> Vec<String> {
        let (table, names) = line.split_once(": ").unwrap();
        let names: Vec<&str> = if split { names.split(' ').collect() } else { vec![names] };
        names.iter().map(|name| format!("{table}: {name}")).collect()
    };
    list.trim().lines().flat_map(each).collect()
}

const NONE: [String; 0] = [];

#[test]
fn tables_and_columns() {
    let columns = COLUMNS.iter().flat_map(|(table, columns)| {
        columns.split(", ").map(move |column| {
            let (name, kind) = column.split_once(' ').unwrap();
            let kind = match kind {
                "tz" => "timestamp with time zone",
                "time" => "time without time zone",
                "money" => "numeric(10,2)",
                other => other,
            };
            format!("{table}: {name} {kind}")
        })
    });
    let sql = "select format('%s: %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod))
        from pg_attribute a join pg_class c on c.oid = a.attrelid
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped";
    assert_eq!(missing(columns, sql), NONE);
}

#[test]
fn policies() {
    let sql = "select format('%s: %s', tablename, policyname) from pg_policies where schemaname = 'public'";
    assert_eq!(missing(lines(POLICIES, false), sql), NONE);
}

#[test]
fn indexes() {
    let sql = "select format('%s: %s', tablename, indexname) from pg_indexes where schemaname = 'public'";
    assert_eq!(missing(lines(INDEXES, false), sql), NONE);
}

#[test]
fn triggers() {
    let sql = "select format('%s: %s', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal";
    assert_eq!(missing(lines(TRIGGERS, false), sql), NONE);
}

#[test]
fn constraints() {
    let sql = "select format('%s: %s', conrelid::regclass, conname) from pg_constraint where conrelid <> 0";
    assert_eq!(missing(lines(CONSTRAINTS, true), sql), NONE);
}

#[test]
fn functions() {
    let names = ["update_updated_at_column", "update_class_booking_count", "update_inventory_after_order"];
    let sql = "select proname from pg_proc
        where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype and pronargs = 0";
    assert_eq!(missing(names.map(String::from), sql), NONE);
}

#[test]
fn tables_of_the_publication() {
    let names = ["orders", "order_items", "bookings", "class_schedules", "inventory"];
    let sql = "select tablename from pg_publication_tables where pubname = 'supabase_realtime'";
    assert_eq!(missing(names.map(String::from), sql), NONE);
}

#[test]
fn files() {
    let shop = Shop::open();
    let mut client = postgres::Client::connect(&shop.url, postgres::NoTls).unwrap();
    let names = "001_create_base_tables 002_add_coffee_shop_tables 003_add_yoga_studio_tables \
                 004_create_rls_policies 005_add_performance_indexes 006_create_functions_triggers";
    let sql = "select string_agg(lpad(version::text, 3, '0') || '_' || name, ' ' order by version)
        from migrate.refinery_schema_history where version <= 6";
    assert_eq!(client.query_one(sql, &[]).unwrap().get::<_, String>(0), names);
    assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rollbacks/001_drop_base_tables.sql").exists());
}

/// Every table and view, every column of a table, and every function says what it is for.
#[test]
fn everything_is_described() {
    let sql = "select c.relname from pg_class c
          where c.relnamespace in ('public'::regnamespace, 'monitoring'::regnamespace) and c.relkind in ('r', 'v')
            and obj_description(c.oid, 'pg_class') is null
        union all
        select format('%s.%s', c.relname, a.attname) from pg_attribute a join pg_class c on c.oid = a.attrelid
          where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
            and col_description(c.oid, a.attnum) is null
        union all
        select p.oid::regprocedure::text from pg_proc p
          where p.pronamespace::regnamespace::text in ('public', 'private', 'monitoring')
            and obj_description(p.oid, 'pg_proc') is null";
    Shop::open().gives(Owner, sql, "0");
}

/// The comparison itself.
#[test]
fn a_name_that_is_not_there_is_missed() {
    let names = ["orders: no_such_trigger", "bookings: booking_count_trigger"].map(String::from);
    let sql = "select format('%s: %s', tgrelid::regclass, tgname) from pg_trigger where not tgisinternal";
    assert_eq!(missing(names, sql), ["orders: no_such_trigger"]);
}
