//! Realtime: what a replication stream of the publication carries, and what of it a subscriber may read.

use crate::project::Project;
use crate::shop::{ANN, BARISTA, BEN, Caller, Owner, STAFF, STRANGER, Service, Shop, expand};
use crate::support::{Cluster, Setup};

/// A shop on a server whose log can be decoded, with a slot that stands at now.
fn open(cluster: &Cluster) -> Shop {
    let project = Project::on(cluster.database());
    for folder in ["migrations", "rollbacks"] {
        std::fs::remove_dir(project.path().join(folder)).unwrap();
    }
    project.migrate(&["up", "--stand-in"]).ok();
    project.client().batch_execute(&expand(include_str!("fixture.sql"))).unwrap();
    let mut shop = Shop::on(&project.url);
    shop.attempt(Owner, "select pg_create_logical_replication_slot('stream', 'pgoutput')").unwrap();
    shop
}

/// What came since the last time: a kind and a table for each message that has one. `INSERT`, `UPDATE` and `DELETE`
/// name their table by its id, which the first byte of `kind` is followed by.
const STREAM: &str = "select coalesce(string_agg(distinct format('%s %s',
      case get_byte(m.data, 0) when 73 then 'insert' when 85 then 'update' when 68 then 'delete' end,
      ('x' || encode(substr(m.data, 2, 4), 'hex'))::bit(32)::bigint::oid::regclass), ', '), 'nothing')
    from pg_logical_slot_get_binary_changes('stream', null, null, 'proto_version', '1',
      'publication_names', 'supabase_realtime') m
    where get_byte(m.data, 0) in (73, 85, 68)";

/// Whom a change reaches: what Realtime does is to read the row by its key as the subscriber.
fn reaches(shop: &mut Shop, table: &str, id: &str) -> Vec<Caller> {
    let sql = format!("select count(*) from {table} where id = {id}");
    let sees = |caller: &Caller| shop.attempt(*caller, &sql).is_ok_and(|count| count == "1");
    [ANN, BEN, STRANGER, BARISTA, STAFF, Caller::Anon].into_iter().filter(sees).collect()
}

#[test]
fn the_stream_carries_seven_tables_and_reaches_whom_policies_say() {
    let cluster = Cluster::start(&Setup { conf: "wal_level = logical", ..Setup::default() });
    let mut shop = open(&cluster);
    shop.gives(Owner, STREAM, "nothing");
    // Customers, the ledger and the history change too, and are nobody's to hear of.
    let order = "insert into order_items (order_id, product_id, quantity) values ({order ann}, {product muffin}, 12)";
    shop.gives(ANN, order, "1");
    shop.gives(ANN, "update customers set phone = '1'", "1");
    let carried = "insert inventory_alerts, insert notifications, insert order_items, update inventory, update orders";
    shop.gives(Owner, STREAM, carried);
    shop.gives(BEN, "update bookings set status = 'cancelled' where id = {booking ben}", "1");
    shop.gives(Owner, STREAM, "update bookings, update class_schedules");

    let names = |found: Vec<Caller>| format!("{found:?}");
    let reached = names(reaches(&mut shop, "orders", "{order ann}"));
    assert_eq!(reached, names(vec![ANN, BARISTA, STAFF]));
    assert_eq!(names(reaches(&mut shop, "inventory", "{inventory muffin}")), names(vec![BARISTA, STAFF]));
    assert_eq!(names(reaches(&mut shop, "bookings", "{booking ben}")), names(vec![BEN, STAFF]));
    let open = names(reaches(&mut shop, "class_schedules", "{class open}"));
    assert_eq!(open, names(vec![ANN, BEN, STRANGER, BARISTA, STAFF, Caller::Anon]));
}

/// Nobody can read a row that is gone, so everybody is told: of its key, and of nothing else.
#[test]
fn a_deleted_row_tells_its_key_and_no_more() {
    let cluster = Cluster::start(&Setup { conf: "wal_level = logical", ..Setup::default() });
    let mut shop = open(&cluster);
    let identities = "select string_agg(distinct c.relreplident::text, '') from pg_publication_tables t
        join pg_class c on c.oid = format('%I.%I', t.schemaname, t.tablename)::regclass
        where t.pubname = 'supabase_realtime'";
    shop.gives(Owner, identities, "d");
    shop.gives(Service, "delete from order_items where id = {item ann}", "1");
    // 'K' follows the table: a key, whose columns but the first are null ('n'), and the first is the id.
    let message = "select string_agg(format('%s %s %s', chr(get_byte(m.data, 5)), position(
          decode(replace(encode(convert_to({item ann}::text, 'utf8'), 'hex'), ' ', ''), 'hex') in m.data) > 0,
          position(decode(encode(convert_to('Latte', 'utf8'), 'hex'), 'hex') in m.data) > 0), '')
        from pg_logical_slot_get_binary_changes('stream', null, null, 'proto_version', '1',
          'publication_names', 'supabase_realtime') m
        where get_byte(m.data, 0) = 68";
    shop.gives(Owner, message, "K t f");
    // Through the API hardly anything is: no right to delete on the shop's tables.
    let deletable = "select string_agg(t.tablename, ' ') from pg_publication_tables t
        where t.pubname = 'supabase_realtime' and has_table_privilege(
            'authenticated', format('%I.%I', t.schemaname, t.tablename), 'delete')
          and t.tablename not in ('bookings', 'class_schedules')";
    shop.gives(Owner, deletable, "NULL");
}
