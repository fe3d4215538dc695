//! Indexes that are no constraint's, and extended statistics.

use super::{Cx, Way, table};
use crate::catalog::Object;
use crate::diff::script::Piece;
use crate::diff::script::hazard::Hazard;
use crate::diff::script::name::said;
use crate::sql::quote::{shown, shown_qualified};

pub(super) fn create(index: &Object, cx: &Cx<'_>) -> Vec<Piece> {
    let on = table::only(&index.id.of, &index.id.schema);
    // PostgreSQL words an index of a partitioned table with ONLY, which would leave the partitions without it.
    let mut sql = index.get("definition").unwrap_or_default().replacen(" ON ONLY ", " ON ", 1);
    if let Some(space) = index.get("tablespace") {
        let at = sql.rfind(" WHERE ").unwrap_or(sql.len());
        sql.insert_str(at, &format!(" TABLESPACE {space}"));
    }
    _ = cx;
    let mut hazards = vec![
        Hazard::Lock { level: "share", on: format!("table {on}") },
        Hazard::Blocks { what: "writes", on: format!("table {on}") },
    ];
    if sql.starts_with("CREATE UNIQUE") {
        hazards.push(Hazard::MayFail { why: format!("rows of {on} with the same key") });
    }
    std::iter::once(Piece::with(sql, hazards)).chain(after(index)).collect()
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

pub(super) fn drop(index: &Object) -> Vec<Piece> {
    let on = table::only(&index.id.of, &index.id.schema);
    let hazard = Hazard::Lock { level: "access exclusive", on: format!("table {on}") };
    vec![Piece::with(format!("DROP INDEX {}", shown_qualified(&index.id.schema, &index.id.name)), [hazard])]
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
            "on" => {}
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
