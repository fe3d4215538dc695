//! Reports: sums of what the reader may see, the same live and rolled up.

use super::{item, open, order};
use crate::shop::{ADMIN, ANN, BARISTA, BEN, Owner, STAFF, Service, Shop};

/// Two orders, of which one is completed and one cancelled, beside the fixture's.
fn trade() -> Shop {
    let mut shop = open();
    for (key, status) in [("a", "completed"), ("b", "cancelled")] {
        let items = [item("latte", 1, "'{\"size\": \"large\"}'"), item("muffin", 2, "'{}'")];
        let more = format!(", customer_id => {{customer ann}}, promotion_code => 'TEN', idempotency_key => '{key}'");
        shop.gives(BARISTA, &format!("select total_amount from {}", order(&items, &more)), "11.39");
        shop.gives(BARISTA, &format!("update orders set status = '{status}' where idempotency_key = '{key}'"), "1");
        if key == "a" {
            shop.gives(Owner, "update promotions set max_per_customer = null", "1");
        }
    }
    shop
}

#[test]
fn sales_by_day_hour_product_and_category() {
    let mut shop = trade();
    let day = "select order_count, known_customers, gross_sales, discounts, net_sales, tax from sales_by_day";
    for reader in [BARISTA, STAFF, ADMIN, ANN] {
        shop.gives(reader, day, "1|1|11.50|1.15|10.35|1.04");
    }
    shop.gives(BEN, day, "0");
    shop.gives(STAFF, "select order_count, net_sales from sales_by_hour", "1|10.35");
    let product = "select product_name, item_count, gross_sales from sales_by_product order by 1";
    shop.gives(STAFF, product, "Latte|1|5.50\nMuffin|2|6.00");
    let category = "select category_name, item_count, gross_sales from sales_by_category order by 1";
    shop.gives(STAFF, category, "Drinks|1|5.50\nFood|2|6.00");
    shop.gives(STAFF, "select name, value, chosen, extra_sales from popular_options", "size|large|1|1.00");
    shop.gives(STAFF, "select order_count, half_within is not null from preparation_times", "1|t");
}

#[test]
fn trends_are_the_same_live_and_added_up() {
    let mut shop = trade();
    // The week before, half as much.
    let past = "insert into orders (order_type, status, subtotal, external_source, external_id, created_at)
        values ('dine_in', 'completed', 5.175, 'till', 'past', now() - interval '7 days')";
    shop.gives(Service, &past.replace("5.175", "5.00"), "1");
    let trend =
        "select order_count, net_sales, change_percent, four_week_average from sales_trend_weekly order by week";
    let weeks = "1|5.00|NULL|5.00\n1|10.35|107.0|7.68";
    shop.gives(STAFF, trend, weeks);
    shop.refuses(STAFF, "select refresh_sales_daily(current_date, current_date)", "42501", "permission denied");
    shop.gives(Service, "select refresh_sales_daily(current_date - 30, current_date - 1)", "1");
    shop.gives(STAFF, trend, weeks);
    shop.gives(Service, "select refresh_sales_daily(current_date - 30, current_date + 1)", "4");
    shop.gives(STAFF, trend, weeks);
    shop.gives(BARISTA, "select count(*) from sales_daily", "0");
    let products = "select sum(gross_sales), sum(item_count) from sales_daily where product_id is not null";
    shop.gives(STAFF, products, "11.50|3");
}

#[test]
fn customers_and_stock_at_a_glance() {
    let mut shop = trade();
    let pay = "select (record_payment(total_amount, 'card', id)).status from orders where idempotency_key = 'a'";
    shop.gives(BARISTA, pay, "captured");
    let best = "select first_name, total_orders, total_spent, loyalty_points from customer_loyalty_summary";
    shop.gives(STAFF, best, "Ann|1|11.39|103");
    shop.gives(BEN, best, "0");
    let muffins = "select current_stock, state, a_day from inventory_status where product_name = 'Muffin'";
    shop.gives(BARISTA, muffins, "18|ok|0.14");
    shop.gives(ANN, "select count(*) from inventory_status", "0");
    shop.gives(ANN, "select count(*), count(*) filter (where customer_id = {customer ann}) from my_orders", "3|3");
    shop.gives(STAFF, "select count(*) from my_orders", "0");
}

/// Where a policy says "own, or of my location", the planner does not know which half is small: it is told to expect few.
#[test]
fn own_orders_are_read_by_the_customers_index() {
    let mut shop = open();
    let many = "set local session_replication_role = replica;
        insert into orders (customer_id, order_number, order_type, status, total_amount, business_date)
        select md5('customer ' || n % 2000)::uuid, 'N' || n, 'takeaway', 'completed', 0, current_date
        from generate_series(1, 20000) n";
    shop.gives(Owner, many, "20000");
    shop.attempt(Owner, "analyze orders").unwrap();
    for query in ["orders", "my_orders", "orders where customer_id = {customer ann}"] {
        let plan = format!("explain select * from {query} order by created_at desc limit 20");
        let plan = shop.attempt(ANN, &plan).unwrap();
        assert!(plan.contains("idx_orders_customer_") && !plan.contains("Seq Scan"), "{plan}");
    }
    let queue = "explain select * from orders where status = 'pending' order by created_at";
    let plan = shop.attempt(BARISTA, queue).unwrap();
    assert!(plan.contains("idx_orders_status_created"), "{plan}");
}

/// The source's loyalty query starts from the guests that its reader sees.
#[test]
fn the_loyalty_query_reads_what_its_reader_sees() {
    let mut shop = open();
    let many = "set local session_replication_role = replica;
        insert into customers (id, first_name, last_name, email, visit_count, visible_to)
        select md5('guest ' || n)::uuid, 'F', 'L', n || '@x.y', 4, array[o.id, md5('place ' || n % 100)::uuid]
        from generate_series(1, 10000) n, organizations o;
        insert into orders (location_id, customer_id, order_number, order_type, status, total_amount, business_date)
        select md5('place ' || n % 100)::uuid, md5('guest ' || n % 10000)::uuid, 'N' || n, 'takeaway', 'completed', 0,
          current_date
        from generate_series(1, 40000) n";
    shop.gives(Owner, many, "40000");
    shop.attempt(Owner, "analyze orders; analyze customers").unwrap();
    let query = "select c.id, c.first_name, c.last_name, c.loyalty_points, c.total_spent,
          count(o.id) as total_orders, max(o.created_at) as last_order_date
        from customers c
        left join orders o on c.id = o.customer_id and o.status = 'completed'
        where c.is_active = true
        group by c.id, c.first_name, c.last_name, c.loyalty_points, c.total_spent
        having count(o.id) > 0
        order by c.total_spent desc";
    for reader in [BARISTA, ANN] {
        let plan = shop.attempt(reader, &format!("set local random_page_cost = 1.1; explain {query}")).unwrap();
        assert!(plan.contains("idx_customers_visible_to") && plan.contains("idx_orders_customer_"), "{plan}");
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
    let best = "select * from customer_loyalty_summary order by total_spent desc limit 100";
    let plan = shop.attempt(BARISTA, &format!("set local random_page_cost = 1.1; explain {best}")).unwrap();
    assert!(plan.contains("idx_customers_visible_to") && !plan.contains("Seq Scan"), "{plan}");
}

/// A function in SQL that runs as its owner is planned at every call, and policies call many.
#[test]
fn what_policies_ask_keeps_its_plan() {
    let mut shop = open();
    let planned_anew = "select string_agg(distinct p.proname, ' ')
        from pg_policy y
        join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = y.oid and d.refclassid = 'pg_proc'::regclass
        join pg_proc p on p.oid = d.refobjid
        join pg_language l on l.oid = p.prolang
        where p.pronamespace = 'private'::regnamespace and l.lanname = 'sql'";
    shop.gives(Owner, planned_anew, "NULL");
}

#[test]
fn operators_watch_and_nobody_else_does() {
    let mut shop = trade();
    for view in ["table_sizes", "index_usage", "cache_hits", "slow_queries", "long_transactions", "tables_without_rls"]
    {
        shop.attempt(Owner, &format!("select * from monitoring.{view}")).unwrap();
        for caller in [ANN, ADMIN, Service] {
            let sql = format!("select * from monitoring.{view}");
            shop.refuses(caller, &sql, "42501", "permission denied for schema monitoring");
        }
    }
    shop.gives(Owner, "select count(*) > 20 from monitoring.table_sizes", "t");
    shop.gives(Owner, "select count(*) from monitoring.tables_without_rls", "0");
    let named = "create table \"Mixed Case\" (id int); select tablename from monitoring.table_sizes
        where tablename = 'Mixed Case'; drop table \"Mixed Case\"";
    shop.attempt(Owner, named).unwrap();
    let watch = "set local role pg_monitor; select count(*) > 20 from monitoring.index_usage";
    shop.gives(Owner, watch, "t");
}

#[test]
fn every_rule_can_be_broken_and_is_found() {
    let mut shop = trade();
    shop.gives(Owner, "select count(*) from private.check_invariants()", "0");
    let broken = [
        ("update inventory set current_stock = 7 where id = {inventory muffin}", "stock is the sum of its ledger"),
        ("update customers set loyalty_points = 7 where id = {customer ann}", "points are the sum of their ledger"),
        ("update customers set visit_count = 7 where id = {customer ann}", "visits are the orders"),
        ("update order_items set item_total = 7 where id = {item ann}", "the subtotal is that of the items"),
        ("update promotions set redemption_count = 2", "a code is used as often"),
        ("update order_discounts set amount = 1", "the discount is that of its reasons"),
    ];
    for (change, rule) in broken {
        let sql = format!(
            "set local session_replication_role = replica; {change};
             select count(*) > 0 from private.check_invariants() where rule like '{rule}%'"
        );
        shop.gives(Owner, &sql, "t");
    }
}
