//! Tables: ordinary, partitioned, foreign; and how they come into a family of partitions or heirs, and leave it.

use super::{Cx, Way, column, constraint, options};
use crate::catalog::{Kind, Object};
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::{name, said, words};
use crate::sql::quote::shown;

/// `CREATE TABLE` with its columns, and those of its constraints that are folded into it.
pub(super) fn create(table: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    if let Some(piece) = as_partition(table, cx) {
        return std::iter::once(piece).chain(after(table, cx)).collect();
    }
    let mut lines: Vec<String> = cx
        .to
        .parts_of(&table.id, Kind::Column)
        .filter(|part| !part.is("inherited") || table.get("partition_of").is_some())
        .filter(|part| cx.is_folded(&part.id))
        .map(|part| column::definition(part, cx))
        .collect();
    lines.extend(checks_of_parents(table, cx));
    lines.extend(cx.to.parts_of(&table.id, Kind::Constraint).filter(|k| cx.is_folded(&k.id)).map(constraint::clause));
    let body = if lines.is_empty() { "()".to_owned() } else { format!("(\n    {}\n)", lines.join(",\n    ")) };
    let mut sql = format!("CREATE {} {} {body}", kind_words(table), name(table));
    let parents = table.list("inherits");
    if !parents.is_empty() {
        sql.push_str(&format!(" INHERITS ({})", parents.join(", ")));
    }
    sql.push_str(&tail(table));
    std::iter::once(Piece::new(sql)).chain(after(table, cx)).collect()
}

fn kind_words(table: &Object) -> String {
    let unlogged = if table.is("unlogged") { "UNLOGGED " } else { "" };
    format!("{unlogged}{}", words(table))
}

/// What follows the columns: key of the partitions, access method, parameters, tablespace.
fn tail(table: &Object) -> String {
    let mut sql = String::new();
    if let Some(key) = table.get("partition_key") {
        sql.push_str(&format!(" PARTITION BY {key}"));
    }
    if let Some(server) = table.get("server") {
        sql.push_str(&format!(" SERVER {server}{}", options::foreign(table)));
    }
    if let Some(method) = table.get("access_method") {
        sql.push_str(&format!(" USING {method}"));
    }
    let mut all = options::list(table, "options", "");
    all.extend(options::list(table, "toast_options", "toast."));
    if !all.is_empty() {
        sql.push_str(&format!(" WITH ({})", all.join(", ")));
    }
    if let Some(tablespace) = table.get("tablespace") {
        sql.push_str(&format!(" TABLESPACE {tablespace}"));
    }
    sql
}

/// `CREATE TABLE … PARTITION OF …`, if the partition is in nothing different from its parent.
fn as_partition(table: &Object, cx: &Cx<'_>) -> Option<Piece> {
    let bound = table.get("partition_bound")?;
    let parent = *cx.to.parents(table).first()?;
    if !cx.is_folded_partition(table) {
        return None;
    }
    let sql =
        format!("CREATE {} {} PARTITION OF {} {bound}{}", kind_words(table), name(table), name(parent), tail(table));
    Some(Piece::new(sql))
}

/// A partition must have its parents' checks when it is attached.
fn checks_of_parents(table: &Object, cx: &Cx<'_>) -> Vec<String> {
    let Some(_) = table.get("partition_of") else { return Vec::new() };
    let mut lines = Vec::new();
    let mut at = Some(table);
    for _ in 0..super::DEPTH_MOST {
        at = at.and_then(|table| cx.to.parents(table).first().copied());
        let Some(parent) = at else { break };
        let checks = cx.to.parts_of(&parent.id, Kind::Constraint).filter(|k| k.get("type") == Some("check"));
        lines.extend(checks.map(constraint::clause));
    }
    lines
}

/// What `CREATE TABLE` cannot say.
fn after(table: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let on = name(table);
    let mut pieces = Vec::new();
    for part in cx.to.parts_of(&table.id, Kind::Column).filter(|part| cx.is_folded(&part.id)) {
        pieces.extend(column::after(part));
    }
    if let Some(kind) = table.get("of_type") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} OF {kind}")));
    }
    if table.is("row_security") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} ENABLE ROW LEVEL SECURITY")));
    }
    if table.is("force_row_security") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} FORCE ROW LEVEL SECURITY")));
    }
    if let Some(identity) = table.get("replica_identity") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} REPLICA IDENTITY {}", identity.to_uppercase())));
    }
    for k in cx.to.parts_of(&table.id, Kind::Constraint).filter(|k| cx.is_folded(&k.id)) {
        pieces.extend(constraint::after(k));
        pieces.extend(super::leaves(k, cx));
    }
    pieces
}

/// `ALTER TABLE`, for everything but belonging to other tables.
pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    let on = name(to);
    let mut pieces = Vec::new();
    let exclusive = || Hazard::Lock { level: "access exclusive", on: said(&to.id) };
    for attribute in changed {
        let actions: Vec<(String, Vec<Hazard>)> = match *attribute {
            "type" | "partition_key" | "server" => return Way::Replace,
            "unlogged" => {
                let word = if to.is("unlogged") { "SET UNLOGGED" } else { "SET LOGGED" };
                vec![(word.to_owned(), vec![Hazard::Rewrite { table: said(&to.id) }, exclusive()])]
            }
            "access_method" => {
                let method = to.get("access_method").unwrap_or("heap");
                let hazards = vec![Hazard::Rewrite { table: said(&to.id) }, exclusive()];
                vec![(format!("SET ACCESS METHOD {method}"), hazards)]
            }
            "tablespace" => {
                let space = to.get("tablespace").unwrap_or("pg_default");
                let hazards = vec![Hazard::Rewrite { table: said(&to.id) }, exclusive()];
                vec![(format!("SET TABLESPACE {space}"), hazards)]
            }
            "options" => plain(options::set_and_reset(from, to, "options", "")),
            "toast_options" => plain(options::set_and_reset(from, to, "toast_options", "toast.")),
            "row_security" => {
                let (word, what) =
                    if to.is("row_security") { ("ENABLE", "switches on") } else { ("DISABLE", "switches off") };
                let hazard = Hazard::Access { what: format!("{what} row level security of {}", said(&to.id)) };
                vec![(format!("{word} ROW LEVEL SECURITY"), vec![hazard, exclusive()])]
            }
            "force_row_security" => {
                let word = if to.is("force_row_security") { "FORCE" } else { "NO FORCE" };
                let hazard = Hazard::Access { what: format!("row level security of {} for its owner", said(&to.id)) };
                vec![(format!("{word} ROW LEVEL SECURITY"), vec![hazard, exclusive()])]
            }
            "replica_identity" => {
                // An index that is the identity says so itself, and its statement comes later.
                let word = to.get("replica_identity").unwrap_or("default").to_uppercase();
                vec![(format!("REPLICA IDENTITY {word}"), vec![exclusive()])]
            }
            "of_type" => match to.get("of_type") {
                Some(kind) => plain(vec![format!("OF {kind}")]),
                None => plain(vec!["NOT OF".to_owned()]),
            },
            "server_options" => plain(vec![options::change_foreign(from, to)]),
            _ => Vec::new(),
        };
        let words = words(to);
        pieces.extend(actions.into_iter().map(|(action, h)| Piece::with(format!("ALTER {words} {on} {action}"), h)));
    }
    Way::Alter { pieces, disturbs: false }
}

fn plain(actions: Vec<String>) -> Vec<(String, Vec<Hazard>)> {
    actions.into_iter().map(|action| (action, Vec::new())).collect()
}

pub(super) fn drop(table: &Object) -> Vec<Piece> {
    let what = format!("{} with its rows", said(&table.id));
    let lost = if table.get("type") == Some("foreign") || table.get("type") == Some("partitioned") {
        None
    } else {
        Some(Hazard::DataLoss { what })
    };
    vec![Piece::with(format!("DROP {} {}", words(table), name(table)), lost)]
}

/// Takes a table out of the tables that it belongs to.
pub(crate) fn leave(table: &Object, from: &[&Object]) -> Vec<Piece> {
    let on = name(table);
    let lock = |parent: &Object| Hazard::Lock { level: "access exclusive", on: said(&parent.id) };
    let one = |parent: &&Object| {
        let sql = if table.get("partition_of").is_some() {
            format!("ALTER TABLE {} DETACH PARTITION {on}", name(parent))
        } else {
            format!("ALTER TABLE {on} NO INHERIT {}", name(parent))
        };
        Piece::with(sql, [lock(parent)])
    };
    from.iter().map(one).collect()
}

/// Puts a table into the tables that it is to belong to.
pub(crate) fn join(table: &Object, to: &[&Object]) -> Vec<Piece> {
    let on = name(table);
    let one = |parent: &&Object| match table.get("partition_bound") {
        Some(bound) => {
            let hazards = [
                Hazard::MayFail { why: format!("rows of {} outside {bound}", said(&table.id)) },
                Hazard::Lock { level: "share update exclusive", on: said(&parent.id) },
            ];
            Piece::with(format!("ALTER TABLE {} ATTACH PARTITION {on} {bound}", name(parent)), hazards)
        }
        None => Piece::new(format!("ALTER TABLE {on} INHERIT {}", name(parent))),
    };
    to.iter().map(one).collect()
}

/// The bare name for `ALTER TABLE ONLY`.
pub(super) fn only(table: &str, schema: &str) -> String {
    if schema.is_empty() { shown(table) } else { format!("{}.{}", shown(schema), shown(table)) }
}
