//! Indexes that are no constraint's, and extended statistics.

use super::{Cx, Way, table};
use crate::catalog::Object;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::said;
use crate::diff::script::{Piece, When};
use crate::sql::quote::{shown, shown_qualified};

pub(super) fn create(index: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let on = table::only(&index.id.of, &index.id.schema);
    // PostgreSQL words an index of a partitioned table with ONLY, which would leave the partitions without it.
    let mut sql = index.get("definition").unwrap_or_default().replacen(" ON ONLY ", " ON ", 1);
    if let Some(space) = index.get("tablespace") {
        let at = sql.rfind(" WHERE ").unwrap_or(sql.len());
        sql.insert_str(at, &format!(" TABLESPACE {space}"));
    }
    let concurrently = cx.is_busy(&index.id) && !cx.is_partitioned(&index.id);
    let mut hazards = if concurrently {
        vec![Hazard::Lock { level: "share update exclusive", on: format!("table {on}") }]
    } else {
        let lock = Hazard::Lock { level: "share", on: format!("table {on}") };
        vec![lock, Hazard::Blocks { what: "writes", on: format!("table {on}") }]
    };
    if sql.starts_with("CREATE UNIQUE") {
        hazards.push(Hazard::MayFail { why: format!("rows of {on} with the same key") });
    }
    if !concurrently {
        return std::iter::once(Piece::with(sql, hazards)).chain(after(index)).collect();
    }
    sql = sql.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1);
    let mut pieces = vec![Piece::with(sql, hazards).when(When::Alone)];
    pieces.extend(after(index).into_iter().map(|piece| piece.when(When::Alone)));
    // The one whose place it takes served until now.
    if cx.from.get(&index.id).is_some() {
        let sql = format!("DROP INDEX CONCURRENTLY {}", shown_qualified(&index.id.schema, &aside_name(index)));
        pieces.push(Piece::new(sql).when(When::Alone));
    }
    pieces
}

/// The name of an index while another is built in its place.
fn aside_name(index: &Object) -> String {
    format!("{}_before", index.id.name)
}

/// What an index's definition cannot say.
pub(super) fn after(index: &Object) -> Vec<Piece> {
    let (on, own) = (table::only(&index.id.of, &index.id.schema), shown(&index.id.name));
    let mut pieces = statistics(index, &[]);
    if index.is("clustered") {
        let words = if index.get("on").is_some() { "MATERIALIZED VIEW" } else { "TABLE" };
        pieces.push(Piece::new(format!("ALTER {words} {on} CLUSTER ON {own}")));
    }
    if index.is("replica_identity") {
        pieces.push(Piece::new(format!("ALTER TABLE {on} REPLICA IDENTITY USING INDEX {own}")));
    }
    pieces
}

/// `["1=100"]`: the target of each expression's statistics; those in `before` that are gone are reset.
fn statistics(index: &Object, before: &[String]) -> Vec<Piece> {
    let on = shown_qualified(&index.id.schema, &index.id.name);
    let wanted = index.list("statistics");
    let number = |entry: &String| entry.split('=').next().unwrap_or_default().to_owned();
    let gone = before.iter().filter(|old| wanted.iter().all(|new| number(new) != number(old)));
    let reset = gone.map(|old| format!("{}=-1", number(old)));
    let set = wanted.iter().filter(|new| !before.contains(new)).cloned();
    reset
        .chain(set)
        .map(|entry| entry.replacen('=', " SET STATISTICS ", 1))
        .map(|action| Piece::new(format!("ALTER INDEX {on} ALTER COLUMN {action}")))
        .collect()
}

pub(super) fn drop(index: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let on = table::only(&index.id.of, &index.id.schema);
    let own = shown_qualified(&index.id.schema, &index.id.name);
    if cx.is_busy(&index.id) && !cx.is_partitioned(&index.id) {
        if cx.to.get(&index.id).is_some() {
            let lock = Hazard::Lock { level: "share update exclusive", on: said(&index.id) };
            return vec![Piece::with(format!("ALTER INDEX {own} RENAME TO {}", shown(&aside_name(index))), [lock])];
        }
        return vec![Piece::new(format!("DROP INDEX CONCURRENTLY {own}")).when(When::Alone)];
    }
    let hazard = Hazard::Lock { level: "access exclusive", on: format!("table {on}") };
    vec![Piece::with(format!("DROP INDEX {own}"), [hazard])]
}

pub(super) fn alter(from: &Object, to: &Object, changed: &[&str]) -> Way {
    let own = shown_qualified(&to.id.schema, &to.id.name);
    let on = table::only(&to.id.of, &to.id.schema);
    let words = if to.get("on").is_some() { "MATERIALIZED VIEW" } else { "TABLE" };
    let mut pieces = Vec::new();
    for attribute in changed {
        match *attribute {
            "tablespace" => {
                let space = to.get("tablespace").unwrap_or("pg_default");
                let hazard = Hazard::Lock { level: "access exclusive", on: said(&to.id) };
                pieces.push(Piece::with(format!("ALTER INDEX {own} SET TABLESPACE {space}"), [hazard]));
            }
            "clustered" if to.is("clustered") => {
                pieces.push(Piece::new(format!("ALTER {words} {on} CLUSTER ON {}", shown(&to.id.name))));
            }
            "clustered" => pieces.push(Piece::new(format!("ALTER {words} {on} SET WITHOUT CLUSTER"))),
            "replica_identity" if to.is("replica_identity") => {
                let sql = format!("ALTER TABLE {on} REPLICA IDENTITY USING INDEX {}", shown(&to.id.name));
                pieces.push(Piece::new(sql));
            }
            "replica_identity" => pieces.push(Piece::new(format!("ALTER TABLE {on} REPLICA IDENTITY DEFAULT"))),
            "statistics" => pieces.extend(statistics(to, &from.list("statistics"))),
            // An index that a broken build left behind is built again; nobody wants one to become invalid.
            "invalid" if to.is("invalid") => {}
            "on" | "parent" => {}
            _ => return Way::Replace,
        }
    }
    Way::Alter { pieces, disturbs: false }
}

/// Extended statistics.
pub(super) mod extended {
    use super::{Object, Piece, Way, shown_qualified};

    fn own(statistics: &Object) -> String {
        shown_qualified(&statistics.id.schema, &statistics.id.name)
    }

    pub(in super::super) fn create(statistics: &Object) -> Vec<Piece> {
        let mut pieces = vec![Piece::new(statistics.get("definition").unwrap_or_default().to_owned())];
        if let Some(target) = statistics.get("target") {
            pieces.push(Piece::new(format!("ALTER STATISTICS {} SET STATISTICS {target}", own(statistics))));
        }
        pieces
    }

    pub(in super::super) fn drop(statistics: &Object) -> Vec<Piece> {
        vec![Piece::new(format!("DROP STATISTICS {}", own(statistics)))]
    }

    pub(in super::super) fn alter(to: &Object, changed: &[&str]) -> Way {
        if changed != ["target"] {
            return Way::Replace;
        }
        let target = to.get("target").unwrap_or("-1");
        let sql = format!("ALTER STATISTICS {} SET STATISTICS {target}", own(to));
        Way::Alter { pieces: vec![Piece::new(sql)], disturbs: false }
    }
}
